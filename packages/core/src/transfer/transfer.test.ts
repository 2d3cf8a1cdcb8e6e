import { getEventListeners } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { toStorageError } from '../errors/explain.ts'
import { StorageError } from '../errors/storage-error.ts'
import type { TransferProgress } from './progress.ts'
import { Transfer, type TransferControls, type TransferStatus } from './transfer.ts'

function start<Result>(
  run: (controls: TransferControls) => Promise<Result>,
  signal: AbortSignal = new AbortController().signal,
): Transfer<Result> {
  const explain = (error: unknown): StorageError => toStorageError(error, { backend: 'test' }, { operation: 'test' })
  return new Transfer({ signal, run, explain })
}

async function moveTen({ meter, advance, gate, signal }: TransferControls): Promise<string> {
  meter.expect(10, 'bytes')
  for (let step = 0; step < 10; step += 1) {
    await gate()
    await wait(1)
    signal.throwIfAborted()
    advance(1)
  }
  return 'done'
}

describe('a transfer', () => {
  test('is ready, then active, then finished, and says 100 only at the end', async () => {
    const transfer = start(moveTen)
    const seen: TransferStatus[] = []
    const percentages: number[] = []
    transfer.onStatus((status) => seen.push(status))
    transfer.onProgress(({ percentage }) => percentages.push(percentage))
    expect(transfer.status).toBe('ready')
    expect(await transfer).toBe('done')
    expect(seen).toEqual(['active', 'finished'])
    expect(percentages.at(-1)).toBe(100)
    expect(percentages.slice(0, -1).every((percentage) => percentage < 100)).toBe(true)
  })

  test('ends once: aborting a finished one changes nothing', async () => {
    const transfer = start(async () => 1)
    const seen: TransferStatus[] = []
    transfer.onStatus((status) => seen.push(status))
    await transfer
    await transfer.abort()
    expect(await transfer).toBe(1)
    expect(seen).toEqual(['active', 'finished'])
  })

  test('abort waits until the work has cleaned up, and awaiting it fails with aborted', async () => {
    let isClean = false
    const transfer = start(async (controls) => {
      try {
        return await moveTen(controls)
      } finally {
        await wait(5)
        isClean = true
      }
    })
    await wait(2)
    await transfer.abort('enough')
    expect(isClean).toBe(true)
    expect(transfer.status).toBe('stopped')
    await expect(transfer).rejects.toMatchObject({ code: 'aborted' })
  })

  test('aborting before it began runs nothing', async () => {
    const run = vi.fn<typeof moveTen>(moveTen)
    const transfer = start(run)
    await transfer.abort()
    expect(run).not.toHaveBeenCalled()
    expect(transfer.status).toBe('stopped')
  })

  test('the signal of the call stops it too', async () => {
    const controller = new AbortController()
    const transfer = start(moveTen, controller.signal)
    setTimeout(() => controller.abort(), 3)
    await expect(transfer).rejects.toMatchObject({ code: 'aborted' })
    expect(transfer.status).toBe('stopped')
  })

  test('nothing listens to the signal once it has ended', async () => {
    let seen = new AbortController().signal
    const transfer = start(async ({ signal }) => {
      seen = signal
      expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    })
    await transfer
    expect(getEventListeners(seen, 'abort')).toHaveLength(0)
  })

  test('a failure is an error with its reason, once', async () => {
    const transfer = start(() => Promise.reject(new StorageError({ code: 'corrupt-data', message: 'broken' })))
    const seen: [TransferStatus, string][] = []
    transfer.onStatus((status, reason) => seen.push([status, reason]))
    await expect(transfer).rejects.toMatchObject({ code: 'corrupt-data', operation: 'test' })
    expect(seen.at(-1)).toEqual(['error', 'broken'])
    expect(transfer.progress.percentage).not.toBe(100)
  })

  test('a failure nobody observes is an unhandled rejection', async () => {
    const unhandled: unknown[] = []
    const note = (error: unknown): void => void unhandled.push(error)
    const listeners = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    process.on('unhandledRejection', note)
    try {
      const transfer = start(() => Promise.reject(new StorageError({ code: 'unavailable', message: 'down' })))
      await transfer.ended
      await wait(2)
      expect(unhandled).toHaveLength(1)
    } finally {
      process.off('unhandledRejection', note)
      for (const listener of listeners) process.on('unhandledRejection', listener)
    }
  })

  test('a listener that throws disturbs neither the transfer nor other listeners', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const transfer = start(moveTen)
    const seen: number[] = []
    transfer.onProgress(() => {
      throw new Error('my fault')
    })
    transfer.onProgress(({ transferred }) => seen.push(transferred))
    expect(await transfer).toBe('done')
    expect(seen.at(-1)).toBe(10)
    expect(warned).toHaveBeenCalled()
    warned.mockRestore()
  })

  test('a listener can be taken away', async () => {
    const transfer = start(moveTen)
    const listener = vi.fn<() => void>()
    transfer.onProgress(listener)()
    await transfer
    expect(listener).not.toHaveBeenCalled()
  })

  test('iterating gives progress and ends with 100', async () => {
    const seen: TransferProgress[] = []
    for await (const progress of start(moveTen)) seen.push(progress)
    expect(seen.at(-1)).toMatchObject({ transferred: 10, percentage: 100 })
  })

  test('iterating a transfer that ended gives its last progress', async () => {
    const transfer = start(moveTen)
    await transfer
    const seen: TransferProgress[] = []
    for await (const progress of transfer) seen.push(progress)
    expect(seen).toHaveLength(1)
  })

  test('iterating a transfer that fails throws', async () => {
    const transfer = start(() => Promise.reject(new StorageError({ code: 'unavailable', message: 'down' })))
    const iterate = async (): Promise<void> => {
      for await (const progress of transfer) void progress
    }
    await expect(iterate()).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('a paused one holds and goes on where it was', async () => {
    const transfer = start(moveTen)
    await wait(3)
    transfer.pause()
    await wait(3)
    const held = transfer.progress.transferred
    await wait(15)
    expect(transfer.progress.transferred).toBe(held)
    expect(transfer.isPaused).toBe(true)
    transfer.resume()
    expect(await transfer).toBe('done')
    expect(transfer.progress.transferred).toBe(10)
  })

  test('a paused one can be aborted', async () => {
    const transfer = start(moveTen)
    transfer.pause()
    await wait(2)
    await transfer.abort()
    expect(transfer.status).toBe('stopped')
    expect(transfer.isPaused).toBe(false)
  })
})

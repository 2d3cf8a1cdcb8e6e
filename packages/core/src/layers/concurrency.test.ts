import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import type { FileContent } from '../driver/file-driver.ts'
import type { StorageDriver } from '../driver/storage-driver.ts'
import { manualClock } from '../services/manual-clock.ts'
import { concurrencyLayer } from './concurrency.ts'
import {
  type Answer,
  failure,
  invoke,
  readText,
  sampleResults,
  testDriver,
  textBody,
  textSource,
} from './test-driver.ts'

interface Gate {
  readonly answer: Answer
  /** Ends the call that began first. */
  finish(result?: unknown): void
  readonly running: number
}

function gate(): Gate {
  const running: ((result: unknown) => void)[] = []
  return {
    answer: () => new Promise((resolve) => running.push(resolve)),
    finish: (result) => running.shift()?.(result),
    get running() {
      return running.length
    },
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function read(driver: StorageDriver, signal = new AbortController().signal): Promise<FileContent> {
  return (await invoke(driver, 'files.read', {}, { signal })) as FileContent
}

describe('concurrencyLayer', () => {
  test('lets `max` calls run at a time and the others in the order they came', async () => {
    const counts = gate()
    const inner = testDriver({ 'tables.count': counts.answer })
    const driver = concurrencyLayer({ max: 2 })(inner)
    const done: number[] = []
    const calls = [1, 2, 3, 4, 5].map((each) =>
      invoke(driver, 'tables.count', { table: `t${each}` }).then(() => done.push(each)),
    )
    await turn()
    expect(inner.log.map(({ request }) => request['table'])).toEqual(['t1', 't2'])
    for (let left = 5; left > 0; left -= 1) {
      expect(counts.running).toBe(Math.min(left, 2))
      counts.finish()
      await turn()
    }
    await Promise.all(calls)
    expect(inner.log.map(({ request }) => request['table'])).toEqual(['t1', 't2', 't3', 't4', 't5'])
    expect(done).toEqual([1, 2, 3, 4, 5])
  })

  test('a call that fails gives its place back', async () => {
    const driver = concurrencyLayer({ max: 1 })(
      testDriver({
        'tables.count': () => {
          throw failure('not-found')
        },
      }),
    )
    for (let each = 0; each < 3; each += 1) await expect(invoke(driver, 'tables.count')).rejects.toThrow('not-found')
  })

  test('an abort while waiting ends the wait, sends nothing and says so', async () => {
    const counts = gate()
    const inner = testDriver({ 'tables.count': counts.answer })
    const driver = concurrencyLayer({ max: 1 })(inner)
    const first = invoke(driver, 'tables.count')
    const abort = new AbortController()
    const second = invoke(driver, 'tables.insert', {}, { signal: abort.signal })
    const third = invoke(driver, 'tables.count')
    await turn()
    abort.abort()
    await expect(second).rejects.toMatchObject({
      code: 'aborted',
      applied: 'no',
      message: 'the operation was aborted; nothing was sent',
    })
    counts.finish(1)
    await turn()
    counts.finish(3)
    expect(await Promise.all([first, third])).toEqual([1, 3])
    expect(inner.log).toHaveLength(2)
  })

  test('one more than `maxQueued` is refused', async () => {
    const counts = gate()
    const driver = concurrencyLayer({ max: 1, maxQueued: 1 })(testDriver({ 'tables.count': counts.answer }))
    const calls = [invoke(driver, 'tables.count'), invoke(driver, 'tables.count')]
    await expect(invoke(driver, 'tables.count')).rejects.toMatchObject({ code: 'unavailable', applied: 'no' })
    counts.finish()
    await turn()
    counts.finish()
    await Promise.all(calls)
  })

  test('a plan, which sends nothing, needs no place', async () => {
    const counts = gate()
    const driver = concurrencyLayer({ max: 1 })(testDriver({ 'tables.count': counts.answer }))
    const first = invoke(driver, 'tables.count')
    expect(await invoke(driver, 'tables.plan')).toMatchObject({ sort: 'backend' })
    counts.finish()
    await first
  })

  test.each([
    ['is read to its end', async (body: AsyncIterable<Uint8Array>) => expect(await readText(body)).toBe('abcdef')],
    [
      'is closed early',
      async (body: AsyncIterable<Uint8Array>) => {
        for await (const _ of body) break
      },
    ],
    [
      'is closed unread',
      async (body: AsyncIterable<Uint8Array>) => void (await body[Symbol.asyncIterator]().return?.()),
    ],
  ])('a body holds its place until it %s', async (_, end) => {
    const abort = new AbortController()
    const driver = concurrencyLayer({ max: 1 })(testDriver())
    const content = await read(driver, abort.signal)
    let isIn = false
    const next = invoke(driver, 'tables.count').then(() => (isIn = true))
    await turn()
    expect(isIn).toBe(false)
    await end(content.body)
    await next
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0)
  })

  test('a body that fails, or whose call is aborted, gives its place back', async () => {
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a')
      throw failure('unavailable')
    }
    const answer = (): unknown => ({ ...(sampleResults['files.read']({}) as FileContent), body: broken() })
    const driver = concurrencyLayer({ max: 1 })(testDriver({ 'files.read': answer }))
    await expect(readText((await read(driver)).body)).rejects.toThrow('unavailable')
    const abort = new AbortController()
    await read(driver, abort.signal)
    const next = invoke(driver, 'tables.count')
    abort.abort()
    expect(await next).toBe(1)
  })

  test('a body its reader forgot gives its place back and is closed', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    let closed = 0
    const answer = (): unknown => {
      const iterator = textBody('a', 'b')
      const body = {
        [Symbol.asyncIterator]: () => ({
          next: () => iterator.next(),
          return: async () => {
            closed += 1
            return { done: true, value: undefined }
          },
        }),
      }
      return { ...(sampleResults['files.read']({}) as FileContent), body }
    }
    const driver = concurrencyLayer({ max: 2, clock: manualClock() })(testDriver({ 'files.read': answer }))
    const forget = async (): Promise<void> => {
      await read(driver)
      const begun = await read(driver)
      await begun.body[Symbol.asyncIterator]().next()
    }
    await forget()
    let isIn = false
    const next = invoke(driver, 'tables.count').then(() => (isIn = true))
    for (let round = 0; round < 50 && (!isIn || closed < 2); round += 1) {
      await turn()
      collect()
    }
    await next
    expect(closed).toBe(2)
  })

  test('copying by reading and writing does not wait for itself', async () => {
    const clock = manualClock()
    const write: Answer = async ({ source }) => {
      for await (const _ of (source as ReturnType<typeof textSource>).open());
      return 'written'
    }
    const driver = concurrencyLayer({ max: 1, clock })(testDriver({ 'files.write': write }))
    const readThenWrite = async (): Promise<unknown> => {
      const { body } = await read(driver)
      return invoke(driver, 'files.write', { source: { ...textSource([], false), open: () => body } })
    }
    const writeWithLateRead = (): Promise<unknown> => {
      const open = async function* (): AsyncGenerator<Uint8Array> {
        yield* (await read(driver)).body
      }
      return invoke(driver, 'files.write', { source: { ...textSource([], false), open } })
    }
    for (const copy of [readThenWrite, writeWithLateRead]) {
      const result = Promise.all([copy(), copy(), copy()])
      await clock.advance(20_000)
      expect(await result).toEqual(['written', 'written', 'written'])
    }
    expect(clock.waiting).toBe(0)
  })

  test('while a driver is at work nobody is let in over the limit', async () => {
    const clock = manualClock()
    const counts = gate()
    const inner = testDriver({ 'tables.count': counts.answer })
    const driver = concurrencyLayer({ max: 2, clock })(inner)
    const content = await read(driver)
    const calls = [invoke(driver, 'tables.count'), invoke(driver, 'tables.count')]
    await clock.advance(60_000)
    expect(inner.log).toHaveLength(2)
    counts.finish()
    await turn()
    expect(inner.log).toHaveLength(3)
    counts.finish()
    await Promise.all(calls)
    expect(await readText(content.body)).toBe('abcdef')
    expect(clock.waiting).toBe(0)
  })

  test.each([[{}], [{ max: 0 }], [{ max: 1, maxQueued: -1 }], [{ max: 1, limit: 1 }]])('refuses %j', (options) => {
    expect(() => concurrencyLayer(options as { max: number })).toThrow('layer `concurrency`')
  })
})

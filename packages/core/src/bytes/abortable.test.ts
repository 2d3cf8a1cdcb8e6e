import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { abortable } from './abortable.ts'

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

function counted(limit: number): { items: AsyncGenerator<number>; ended: () => boolean } {
  let ended = false
  async function* count(): AsyncGenerator<number> {
    try {
      for (let item = 0; item < limit; item++) yield item
    } finally {
      ended = true
    }
  }
  return { items: count(), ended: () => ended }
}

describe('abortable', () => {
  test('without an abort everything passes', async () => {
    expect(await collect(abortable(counted(3).items, undefined))).toEqual([0, 1, 2])
    expect(await collect(abortable(counted(3).items, new AbortController().signal))).toEqual([0, 1, 2])
  })

  test('a failure of the source passes as it is', async () => {
    const failure = new Error('broken')
    // oxlint-disable-next-line require-yield
    async function* broken(): AsyncGenerator<number> {
      throw failure
    }
    await expect(collect(abortable(broken(), new AbortController().signal))).rejects.toBe(failure)
  })

  test('an abort between items ends the source', async () => {
    const source = counted(10)
    const controller = new AbortController()
    const reason = new Error('stop')
    const seen: number[] = []
    const reading = (async () => {
      for await (const item of abortable(source.items, controller.signal)) {
        seen.push(item)
        if (item === 1) controller.abort(reason)
      }
    })()
    await expect(reading).rejects.toBe(reason)
    expect(seen).toEqual([0, 1])
    expect(source.ended()).toBe(true)
  })

  test('an abort is not held up by a source that waits', async () => {
    let wasEnded = false
    const stuck: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<IteratorResult<number>>(() => {}),
        return: async () => {
          wasEnded = true
          return { done: true, value: undefined }
        },
      }),
    }
    const controller = new AbortController()
    const reading = collect(abortable(stuck, controller.signal))
    controller.abort(new Error('stop'))
    await expect(reading).rejects.toThrow('stop')
    expect(wasEnded).toBe(true)
  })

  test('an abort does not wait for a generator that never gets on', async () => {
    // oxlint-disable-next-line require-yield
    async function* stuck(): AsyncGenerator<number> {
      await new Promise(() => {})
    }
    await expect(collect(abortable(stuck(), AbortSignal.timeout(10)))).rejects.toThrow('timeout')
  })

  test('a consumer that stops ends the source', async () => {
    const source = counted(10)
    for await (const item of abortable(source.items, new AbortController().signal)) if (item === 1) break
    expect(source.ended()).toBe(true)
  })

  test('nothing is left on the signal', async () => {
    const { signal } = new AbortController()
    await collect(abortable(counted(100).items, signal))
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})

import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import type { FileContent } from '../driver/file-driver.ts'
import { manualClock } from '../services/manual-clock.ts'
import { failure, invoke, readText, sampleResults, testDriver, textBody, textSource } from './test-driver.ts'
import { timeoutLayer } from './timeout.ts'

const never = (): Promise<never> => new Promise(() => {})

/** Hangs until its signal is aborted, then fails with the reason. */
function stoppable(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
}

async function outcome(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    (value) => ({ value }),
    (error: unknown) => error,
  )
}

describe('timeoutLayer', () => {
  test('an answer in time is given as it is, and nothing is left behind', async () => {
    const clock = manualClock()
    const abort = new AbortController()
    const driver = timeoutLayer({ timeoutMs: 100, clock })(testDriver())
    expect(await invoke(driver, 'tables.count', {}, { signal: abort.signal })).toBe(1)
    expect(clock.waiting).toBe(0)
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0)
  })

  test('a call that takes longer fails with `timeout` once the driver has stopped', async () => {
    const clock = manualClock()
    const inner = testDriver({ 'tables.count': (_, { signal }) => stoppable(signal) })
    const driver = timeoutLayer({ timeoutMs: 100, clock })(inner)
    const result = outcome(invoke(driver, 'tables.count'))
    await clock.advance(99)
    expect(inner.log[0]?.signal.aborted).toBe(false)
    await clock.advance(1)
    expect(inner.log[0]?.signal.aborted).toBe(true)
    expect(await result).toMatchObject({
      code: 'timeout',
      message: 'tables.count took longer than 100 ms',
      resource: 'photos/cats',
      retryable: true,
      applied: undefined,
    })
  })

  test('a driver that does not stop gets a second, a success in it counts', async () => {
    const clock = manualClock()
    const answers = { 'tables.insert': never, 'tables.count': () => clock.sleep(600).then(() => 7) }
    const driver = timeoutLayer({ timeoutMs: 100, clock })(testDriver(answers))
    const lost = outcome(invoke(driver, 'tables.insert'))
    const late = outcome(invoke(driver, 'tables.count'))
    await clock.advance(700)
    expect(await late).toEqual({ value: 7 })
    await clock.advance(400)
    expect(await lost).toMatchObject({ code: 'timeout', applied: 'unknown' })
    expect(clock.waiting).toBe(0)
  })

  test('a driver that knows the write was not applied is believed', async () => {
    const clock = manualClock()
    const insert = (_: unknown, { signal }: { signal: AbortSignal }): Promise<unknown> =>
      stoppable(signal).catch(() => Promise.reject(failure('aborted', { applied: 'no' })))
    const driver = timeoutLayer({ timeoutMs: 100, clock })(testDriver({ 'tables.insert': insert }))
    const result = outcome(invoke(driver, 'tables.insert'))
    await clock.advance(100)
    expect(await result).toMatchObject({ code: 'timeout', applied: 'no' })
  })

  test('operations have their own limits, by name before group; transfers have none by default', async () => {
    const clock = manualClock()
    const slow = (ms: number) => () => clock.sleep(ms).then(() => 'done')
    const inner = testDriver({
      'files.copy': slow(10_000),
      'files.stat': slow(3000),
      'files.list': slow(3000),
      'tables.count': slow(3000),
    })
    const driver = timeoutLayer({
      timeoutMs: 100,
      perOperation: { 'files.*': 200, 'files.list': 0, 'files.copy': 0 },
      clock,
    })(inner)
    const all = Promise.all(
      (['files.copy', 'files.stat', 'files.list', 'tables.count'] as const).map((each) =>
        outcome(invoke(driver, each)),
      ),
    )
    await clock.advance(20_000)
    expect(await all).toMatchObject([
      { value: 'done' },
      { code: 'timeout', message: 'files.stat took longer than 200 ms' },
      { value: 'done' },
      { code: 'timeout', message: 'tables.count took longer than 100 ms' },
    ])
    const plain = timeoutLayer({ timeoutMs: 100, clock })(inner)
    const copy = outcome(invoke(plain, 'files.copy'))
    await clock.advance(20_000)
    expect(await copy).toEqual({ value: 'done' })
  })

  test("the caller's abort reaches the driver and its failure comes back as it is", async () => {
    const abort = new AbortController()
    const inner = testDriver({ 'tables.count': (_, { signal }) => stoppable(signal) })
    const result = outcome(
      invoke(timeoutLayer({ clock: manualClock() })(inner), 'tables.count', {}, { signal: abort.signal }),
    )
    const reason = new Error('enough')
    abort.abort(reason)
    expect(await result).toBe(reason)
  })

  test('a body may take any time in all, but not stand still', async () => {
    const clock = manualClock()
    const closed: string[] = []
    const body = async function* (): AsyncGenerator<Uint8Array> {
      for (let part = 0; part < 5; part += 1) {
        await clock.sleep(80)
        yield Buffer.from(`${part}`)
      }
      closed.push('the last byte is out')
      await never()
    }
    const read = (): unknown => ({ ...(sampleResults['files.read']({}) as FileContent), body: body() })
    const driver = timeoutLayer({ timeoutMs: 50, idleTimeoutMs: 100, clock })(testDriver({ 'files.read': read }))
    const content = (await invoke(driver, 'files.read')) as FileContent
    expect(content.file.etag).toBe('e1')
    const text = outcome(readText(content.body))
    await clock.advance(5 * 80 + 99)
    expect(closed).toHaveLength(1)
    await clock.advance(1)
    await clock.advance(1000)
    expect(await text).toMatchObject({ code: 'timeout', message: 'files.read gave no more bytes for 100 ms' })
  })

  test('a reader that takes its time is no reason to stop', async () => {
    const clock = manualClock()
    const abort = new AbortController()
    const driver = timeoutLayer({ idleTimeoutMs: 100, clock })(testDriver())
    for (const operation of ['files.read', 'tables.exportCsv'] as const) {
      const result = await invoke(driver, operation, {}, { signal: abort.signal })
      const body = operation === 'files.read' ? (result as FileContent).body : (result as AsyncIterable<Uint8Array>)
      const iterator = body[Symbol.asyncIterator]()
      await iterator.next()
      await clock.advance(10_000)
      expect((await iterator.next()).done).toBe(false)
      expect(getEventListeners(abort.signal, 'abort')).toHaveLength(1)
      expect((await iterator.next()).done).toBe(true)
      expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0)
    }
    expect(clock.waiting).toBe(0)
  })

  test('closing a body early closes the one below, also before the first byte', async () => {
    let closed = 0
    const body = (): AsyncIterable<Uint8Array> => ({
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.resolve({ done: false, value: Buffer.from('x') }),
        return: () => {
          closed += 1
          return Promise.resolve({ done: true, value: undefined })
        },
      }),
    })
    const read = (): unknown => ({ ...(sampleResults['files.read']({}) as FileContent), body: body() })
    const driver = timeoutLayer({ clock: manualClock() })(testDriver({ 'files.read': read }))
    const first = (await invoke(driver, 'files.read')) as FileContent
    await first.body[Symbol.asyncIterator]().return?.()
    const second = (await invoke(driver, 'files.read')) as FileContent
    for await (const _ of second.body) break
    expect(closed).toBe(2)
  })

  test('a write may wait for the app, but the backend may not stand still in it', async () => {
    const clock = manualClock()
    const take = async (request: Record<string, unknown>, { signal }: { signal: AbortSignal }): Promise<string> => {
      const source = request['source'] as ReturnType<typeof textSource>
      for await (const _ of source.open()) if (request['key'] === 'stuck') await stoppable(signal)
      await clock.sleep(500)
      return 'written'
    }
    const slowApp = {
      ...textSource([], false),
      open: async function* () {
        await clock.sleep(10_000)
        yield Buffer.from('x')
      },
    }
    const driver = timeoutLayer({ timeoutMs: 10, idleTimeoutMs: 100, clock })(testDriver({ 'files.write': take }))
    const slow = outcome(invoke(driver, 'files.write', { source: slowApp }))
    const stuck = outcome(invoke(driver, 'files.write', { key: 'stuck' }))
    await clock.advance(100)
    expect(await stuck).toMatchObject({
      code: 'timeout',
      message: 'files.write stood still for 100 ms',
      applied: 'unknown',
    })
    await clock.advance(20_000)
    expect(await slow).toEqual({ value: 'written' })
    expect(clock.waiting).toBe(0)
  })

  test('a result that comes after the grace is let go', async () => {
    const clock = manualClock()
    let closed = 0
    const body = {
      [Symbol.asyncIterator]: () => ({ ...textBody(), next: never, return: async () => void (closed += 1) }),
    }
    const read = (): unknown =>
      clock.sleep(5000).then(() => ({ ...(sampleResults['files.read']({}) as FileContent), body }))
    const driver = timeoutLayer({ timeoutMs: 100, clock })(testDriver({ 'files.read': read }))
    const result = outcome(invoke(driver, 'files.read'))
    await clock.advance(5000)
    expect(await result).toMatchObject({ code: 'timeout' })
    expect(closed).toBe(1)
  })

  test.each([
    [{ timeoutMs: -1 }, 'option `timeoutMs`'],
    [{ timeout: 1 }, 'has no option `timeout`'],
    [{ perOperation: { 'tables.fnid': 1 } }, 'tables.fnid is wrong'],
    [{ perOperation: { 'tables.find': -1 } }, 'tables.find is wrong'],
  ])('refuses %j', (options, message) => {
    expect(() => timeoutLayer(options as object)).toThrow(message)
  })
})

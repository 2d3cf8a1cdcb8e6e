import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StorageDriver } from '../driver/storage-driver.ts'
import { type ManualClock, manualClock } from '../services/manual-clock.ts'
import { rateLimitLayer } from './rate-limit.ts'
import { failure, invoke, testDriver } from './test-driver.ts'

/** Counts rows again and again, and notes when each count was let through. */
function countMany(driver: StorageDriver, clock: ManualClock, times: number): { at: number[]; all: Promise<unknown> } {
  const at: number[] = []
  const calls = Array.from({ length: times }, () => invoke(driver, 'tables.count').then(() => at.push(clock.now())))
  return { at, all: Promise.all(calls) }
}

const settle = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error)

describe('rateLimitLayer', () => {
  test('lets a burst through at once and then one at a time', async () => {
    const clock = manualClock()
    const driver = rateLimitLayer({ perMinute: 60, burst: 3, clock })(testDriver())
    const { at, all } = countMany(driver, clock, 6)
    await clock.advance(10_000)
    await all
    expect(at).toEqual([0, 0, 0, 1000, 2000, 3000])
    expect(clock.waiting).toBe(0)
    await clock.advance(60_000)
    const later = countMany(driver, clock, 4)
    await clock.advance(1000)
    await later.all
    expect(later.at.map((each) => each - 70_000)).toEqual([0, 0, 0, 1000])
  })

  test('in no minute go more than `perMinute` and a burst, whatever the calls do', async () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(
        gaps,
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 9 }),
        async (list, perMinute, burst) => {
          const clock = manualClock()
          const inner = testDriver()
          const sent: number[] = []
          inner.answers['tables.count'] = () => sent.push(clock.now())
          const driver = rateLimitLayer({ perMinute, burst, clock })(inner)
          const calls: Promise<unknown>[] = []
          for (const gapMs of list) {
            calls.push(invoke(driver, 'tables.count'))
            await clock.advance(gapMs)
          }
          while (sent.length < list.length) await clock.advanceToNext()
          await Promise.all(calls)
          const fullest = Math.max(
            ...sent.map((from) => sent.filter((each) => each >= from && each < from + 60_000).length),
          )
          expect(fullest).toBeLessThanOrEqual(perMinute + burst)
        },
      ),
      { numRuns: 40 },
    )
  })

  test('those who name the same key share one limit, the strictest', async () => {
    const clock = manualClock()
    const first = rateLimitLayer({ perMinute: 600, burst: 10, key: 'a', clock })(testDriver())
    const second = rateLimitLayer({ perMinute: 60, burst: 2, key: 'a', clock })(testDriver())
    const other = rateLimitLayer({ perMinute: 60, burst: 2, key: 'b', clock })(testDriver())
    await invoke(first, 'tables.count')
    const shared = countMany(second, clock, 3)
    const apart = countMany(other, clock, 2)
    await clock.advance(5000)
    await Promise.all([shared.all, apart.all])
    expect(shared.at).toEqual([0, 0, 1000])
    expect(apart.at).toEqual([0, 0])
  })

  test('opening a storage again brings no fresh tokens', async () => {
    const clock = manualClock()
    const open = (): StorageDriver => rateLimitLayer({ perMinute: 60, burst: 1, key: 'a', clock })(testDriver())
    await invoke(open(), 'tables.count')
    await invoke(rateLimitLayer({ perMinute: 60, key: 'another', clock })(testDriver()), 'tables.count')
    const { at, all } = countMany(open(), clock, 1)
    await clock.advance(5000)
    await all
    expect(at).toEqual([1000])
  })

  test('an abort ends a wait at once, sends nothing, and the others keep their order', async () => {
    const clock = manualClock()
    const inner = testDriver()
    const driver = rateLimitLayer({ perMinute: 60, burst: 1, clock })(inner)
    const abort = new AbortController()
    const done: string[] = []
    const count = (table: string, signal = new AbortController().signal): Promise<unknown> =>
      settle(invoke(driver, 'tables.count', { table }, { signal }).then(() => done.push(table)))
    const calls = [count('a'), count('b', abort.signal), count('c'), count('d')]
    abort.abort()
    expect(await calls[1]).toMatchObject({ code: 'aborted', applied: 'no' })
    await clock.advance(2000)
    await Promise.all(calls)
    expect(done).toEqual(['a', 'c', 'd'])
    const last = new AbortController()
    const alone = count('e', last.signal)
    last.abort()
    await alone
    await clock.advance(0)
    expect(clock.waiting).toBe(0)
    expect(inner.log).toHaveLength(3)
  })

  test('when a service asks for a pause, everybody under the key waits for it', async () => {
    const clock = manualClock()
    const inner = testDriver({
      'tables.insert': () => {
        throw failure('rate-limited', { retryAfterMs: 7000 })
      },
    })
    const driver = rateLimitLayer({ perMinute: 600, burst: 5, key: 'k', clock })(inner)
    const other = rateLimitLayer({ perMinute: 600, burst: 5, key: 'k', clock })(testDriver())
    await settle(invoke(driver, 'tables.insert'))
    const { at, all } = countMany(other, clock, 3)
    await clock.advance(10_000)
    await all
    expect(at).toEqual([7000, 7100, 7200])
  })

  test('those who wait for a token already wait through a pause as well', async () => {
    const clock = manualClock()
    let answer: ((error: unknown) => void) | undefined
    const inner = testDriver({ 'tables.insert': () => new Promise((_, reject) => (answer = reject)) })
    const driver = rateLimitLayer({ perMinute: 60, burst: 1, clock })(inner)
    const insert = settle(invoke(driver, 'tables.insert'))
    const { at, all } = countMany(driver, clock, 2)
    await clock.advance(500)
    answer?.(failure('rate-limited', { retryAfterMs: 5000 }))
    await insert
    await clock.advance(10_000)
    await all
    expect(at).toEqual([5500, 6500])
  })

  test('a pause longer than `maxPauseMs` fails calls at once and sends nothing', async () => {
    const clock = manualClock()
    const inner = testDriver({
      'tables.insert': () => {
        throw failure('rate-limited', { retryAfterMs: 90_000 })
      },
    })
    const driver = rateLimitLayer({ perMinute: 600, clock })(inner)
    await settle(invoke(driver, 'tables.insert'))
    await clock.advance(1000)
    const expected = { code: 'rate-limited', retryAfterMs: 89_000, applied: 'no', retryable: true }
    await expect(invoke(driver, 'tables.count')).rejects.toMatchObject(expected)
    expect(inner.log).toHaveLength(1)
    await clock.advance(29_000)
    const { at, all } = countMany(driver, clock, 1)
    await clock.advance(60_000)
    await all
    expect(at).toEqual([90_000])
  })

  test('a call of several requests is charged for all of them', async () => {
    const clock = manualClock()
    const inner = testDriver({ 'tables.load': (_, { receipt }) => void (receipt.requests += 4) })
    const driver = rateLimitLayer({ perMinute: 60, burst: 1, clock })(inner)
    await invoke(driver, 'tables.load')
    const { at, all } = countMany(driver, clock, 1)
    await clock.advance(20_000)
    await all
    expect(at).toEqual([5000])
  })

  test('a plan, which sends nothing, takes no token, and a failure that asks for no pause brings none', async () => {
    const clock = manualClock()
    const inner = testDriver({
      'tables.insert': () => {
        throw failure('conflict')
      },
    })
    const driver = rateLimitLayer({ perMinute: 60, burst: 2, clock })(inner)
    for (let each = 0; each < 5; each += 1) await invoke(driver, 'tables.plan')
    await settle(invoke(driver, 'tables.insert'))
    expect(await invoke(driver, 'tables.count')).toBe(1)
  })

  test('a clock that is set back brings no tokens and takes none', async () => {
    let nowMs = 1_000_000
    const inner = manualClock()
    const clock = { now: () => nowMs, sleep: inner.sleep.bind(inner) }
    const driver = rateLimitLayer({ perMinute: 60, burst: 1, clock })(testDriver())
    await invoke(driver, 'tables.count')
    nowMs = 0
    const next = invoke(driver, 'tables.count')
    nowMs = 1000
    expect(await inner.advanceToNext()).toBe(1000)
    expect(await next).toBe(1)
  })

  test.each([[{}], [{ perMinute: 0 }], [{ perMinute: 5, burst: 0 }], [{ perMinute: 5, key: '' }], [{ perSecond: 5 }]])(
    'refuses %j',
    (options) => {
      expect(() => rateLimitLayer(options as { perMinute: number })).toThrow('layer `rateLimit`')
    },
  )
})

test('the record tells the strictest limit', () => {
  const inner = rateLimitLayer({ perMinute: 90 })(testDriver())
  expect(inner.capabilities.limits).toMatchObject({ requestsPerMinute: 90, keyBytes: 1024 })
  expect(rateLimitLayer({ perMinute: 300 })(inner).capabilities.limits.requestsPerMinute).toBe(90)
})

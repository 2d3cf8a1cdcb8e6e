import { type ManualClock, manualClock } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { RequestLimiter, sharedLimiter } from './rate-limiter.ts'

const half = (): number => 0.5

/** Sends requests as fast as the limiter lets them, each answered at once, and gives when each was sent. */
async function sendAll(clock: ManualClock, limiter: RequestLimiter, count: number): Promise<number[]> {
  const sentAtMs: number[] = []
  let isDone = false
  const all = Promise.all(
    Array.from({ length: count }, async () => {
      await limiter.enter(undefined)
      sentAtMs.push(clock.now())
    }),
  ).then(() => (isDone = true))
  while (!isDone) await clock.advanceToNext()
  await all
  return sentAtMs
}

/** The most requests sent in any 60 seconds. */
function densest(sentAtMs: readonly number[]): number {
  return Math.max(...sentAtMs.map((from) => sentAtMs.filter((at) => at >= from && at < from + 60_000).length))
}

describe('a rate limiter', () => {
  test.each([
    [60, 1],
    [60, 60],
    [60, 61],
    [60, 600],
    [300, 1000],
    [1000, 3001],
  ])(
    'of %i a minute sends %i requests, never more a minute, within 1.05 of the least time',
    async (perMinute, count) => {
      const clock = manualClock(1_000_000)
      const sent = await sendAll(clock, new RequestLimiter(clock, perMinute, half), count)
      expect(sent).toHaveLength(count)
      expect(densest(sent)).toBeLessThanOrEqual(perMinute)
      const leastMs = Math.floor((count - 1) / perMinute) * 60_000
      expect(clock.now() - 1_000_000).toBeLessThanOrEqual(leastMs * 1.05)
    },
  )

  test('lets those who wait in the order they came', async () => {
    const clock = manualClock()
    const limiter = new RequestLimiter(clock, 1, half)
    const order: number[] = []
    const all = Promise.all(
      [1, 2, 3, 4].map(async (number) => {
        await limiter.enter(undefined)
        order.push(number)
      }),
    )
    while (order.length < 4) await clock.advanceToNext()
    await all
    expect(order).toEqual([1, 2, 3, 4])
  })

  test('an abort ends a wait at once, counts nothing and leaves no listener and no timer', async () => {
    const clock = manualClock()
    const limiter = new RequestLimiter(clock, 1, half)
    await limiter.enter(undefined)
    const abort = new AbortController()
    const reason = new Error('enough')
    const waiting = limiter.enter(abort.signal)
    await clock.advance(10)
    abort.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    await clock.advance(10)
    expect(clock.waiting).toBe(0)
    await expect(limiter.enter(abort.signal)).rejects.toBe(reason)
    await clock.advance(61_000)
    await limiter.enter(undefined)
  })

  test('an abort of one lets the next one in at its time', async () => {
    const clock = manualClock()
    const limiter = new RequestLimiter(clock, 1, half)
    await limiter.enter(undefined)
    const abort = new AbortController()
    const first = limiter.enter(abort.signal).catch(() => 'aborted')
    const second = limiter.enter(undefined).then(() => clock.now())
    await clock.advance(100)
    abort.abort()
    expect(await first).toBe('aborted')
    await clock.advance(61_000)
    expect(await second).toBe(61_000)
  })

  test('a signal that has done its part keeps no listener', async () => {
    const clock = manualClock()
    const limiter = new RequestLimiter(clock, 1, half)
    const { signal } = new AbortController()
    let listeners = 0
    const counted = new Proxy(signal, {
      get(target, name) {
        if (name === 'addEventListener') listeners += 1
        if (name === 'removeEventListener') listeners -= 1
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    await limiter.enter(undefined)
    const waiting = limiter.enter(counted)
    await clock.advance(61_000)
    await waiting
    expect(listeners).toBe(0)
  })

  test('a refusal holds everybody back as long as the service asks, 60 seconds at most', async () => {
    for (const [retryAfterMs, waitedMs] of [
      [7000, 7000],
      [600_000, 60_000],
    ] as const) {
      const clock = manualClock()
      const limiter = new RequestLimiter(clock, 100, half)
      limiter.refused(retryAfterMs)
      const entered = Promise.all([1, 2].map(() => limiter.enter(undefined).then(() => clock.now())))
      await clock.advance(waitedMs)
      expect(await entered).toEqual([waitedMs, waitedMs])
    }
  })

  test('a refusal reaches those who wait already', async () => {
    const clock = manualClock()
    const limiter = new RequestLimiter(clock, 1, half)
    await limiter.enter(undefined)
    const second = limiter.enter(undefined).then(() => clock.now())
    await clock.advance(30_000)
    limiter.refused(50_000)
    await clock.advance(60_000)
    expect(await second).toBe(80_000)
  })

  test('without a word of the service the pauses are a second at least, and grow until a request is taken', async () => {
    const clock = manualClock()
    const limiter = new RequestLimiter(clock, 1e9, half)
    const pauses: number[] = []
    for (let refusal = 0; refusal < 8; refusal += 1) {
      limiter.refused(undefined)
      const before = clock.now()
      const entered = limiter.enter(undefined)
      await clock.advanceToNext()
      await entered
      pauses.push(clock.now() - before)
    }
    expect(pauses).toEqual([1500, 2500, 4500, 8500, 16_500, 32_500, 60_000, 60_000])
    limiter.accepted()
    limiter.refused(undefined)
    const entered = limiter.enter(undefined)
    expect(await clock.advanceToNext()).toBe(1500)
    await entered
  })

  test('a clock that is set back holds nobody for longer than a window', async () => {
    let now = 10_000_000
    const waits: number[] = []
    const clock = {
      now: () => now,
      sleep: (ms: number) => {
        waits.push(ms)
        now += ms
        return Promise.resolve()
      },
    }
    const limiter = new RequestLimiter(clock, 1, half)
    await limiter.enter(undefined)
    limiter.refused(5000)
    now -= 3_600_000
    await limiter.enter(undefined)
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(122_000)
  })
})

describe('shared limiters', () => {
  test('are one for a URL and key, the strictest counts, and other clocks share nothing', async () => {
    const clock = manualClock()
    const of = (perMinute: number, key = 'k', url = 'u', own = clock): RequestLimiter =>
      sharedLimiter(own, url, key, perMinute, half)
    const first = of(60)
    first.use()
    expect(of(300)).toBe(first)
    expect(of(60, 'other')).not.toBe(first)
    expect(of(60, 'k', 'other')).not.toBe(first)
    expect(of(60, 'k', 'u', manualClock())).not.toBe(first)
    expect(of(1)).toBe(first)
    await first.enter(undefined)
    let isIn = false
    void first.enter(undefined).then(() => (isIn = true))
    await clock.advance(60_000)
    expect(isIn).toBe(false)
    await clock.advance(1000)
    expect(isIn).toBe(true)
  })

  test('are forgotten when nobody uses them and they are as good as new', async () => {
    const clock = manualClock()
    const first = sharedLimiter(clock, 'u', 'k', 1, half)
    await first.enter(undefined)
    sharedLimiter(clock, 'u', 'x', 1, half)
    expect(sharedLimiter(clock, 'u', 'k', 1, half)).toBe(first)
    await clock.advance(61_000)
    const release = first.use()
    sharedLimiter(clock, 'u', 'z', 1, half)
    expect(sharedLimiter(clock, 'u', 'k', 1, half)).toBe(first)
    release()
    release()
    sharedLimiter(clock, 'u', 'y', 1, half)
    expect(sharedLimiter(clock, 'u', 'k', 1, half)).not.toBe(first)
  })
})

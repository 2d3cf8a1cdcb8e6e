import { describe, expect, test } from 'vitest'
import { systemClock } from './clock.ts'
import { manualClock } from './manual-clock.ts'

describe('systemClock', () => {
  test('shows the time and waits', async () => {
    const began = systemClock.now()
    await systemClock.sleep(5)
    expect(systemClock.now() - began).toBeGreaterThanOrEqual(4)
    expect(Math.abs(began - Date.now())).toBeLessThan(60_000)
  })

  test('an abort ends the wait at once with its reason', async () => {
    const abort = new AbortController()
    const wait = systemClock.sleep(3_600_000, abort.signal)
    abort.abort(new Error('enough'))
    await expect(wait).rejects.toThrow('enough')
    await expect(systemClock.sleep(10, abort.signal)).rejects.toThrow('enough')
    await expect(systemClock.sleep(0, abort.signal)).rejects.toThrow('enough')
  })

  test('a wait longer than a timer can be does not end at once', async () => {
    const abort = new AbortController()
    const wait = systemClock.sleep(2 ** 40, abort.signal)
    const first = await Promise.race([wait.then(() => 'ended'), systemClock.sleep(5).then(() => 'still waiting')])
    expect(first).toBe('still waiting')
    abort.abort(new Error('enough'))
    await expect(wait).rejects.toThrow('enough')
  })
})

describe('manualClock', () => {
  test('waits end in their order, each at its own instant, and what they start runs before the next', async () => {
    const clock = manualClock(1000)
    const log: string[] = []
    const wait = async (name: string, ms: number): Promise<void> => {
      await clock.sleep(ms)
      log.push(`${name} ${clock.now()}`)
    }
    const all = Promise.all([wait('c', 30), wait('a', 10).then(() => wait('b', 10)), wait('d', 30)])
    await clock.advance(25)
    expect(log).toEqual(['a 1010', 'b 1020'])
    expect(clock.now()).toBe(1025)
    await clock.advance(5)
    await all
    expect(log).toEqual(['a 1010', 'b 1020', 'c 1030', 'd 1030'])
  })

  test('goes to the next wait and says how far it was', async () => {
    const clock = manualClock()
    const wait = clock.sleep(70)
    expect(clock.waiting).toBe(1)
    expect(await clock.advanceToNext()).toBe(70)
    await wait
    expect(await clock.advanceToNext()).toBeUndefined()
  })

  test('an abort ends a wait with its reason', async () => {
    const clock = manualClock()
    const abort = new AbortController()
    const wait = clock.sleep(70, abort.signal)
    abort.abort(new Error('enough'))
    await expect(wait).rejects.toThrow('enough')
    expect(clock.waiting).toBe(0)
    await expect(clock.sleep(70, abort.signal)).rejects.toThrow('enough')
    await clock.sleep(0)
  })
})

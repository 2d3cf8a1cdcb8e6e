import { describe, expect, test } from 'vitest'
import type { FileContent } from '../driver/file-driver.ts'
import type { OperationName } from '../driver/operation.ts'
import { manualClock } from '../services/manual-clock.ts'
import { type ChaosEvent, chaosLayer, type ChaosOptions } from './chaos.ts'
import type { ChaosRule } from './chaos-rules.ts'
import { retryLayer } from './retry.ts'
import { invoke, readText, sampleResults, testDriver, textBody } from './test-driver.ts'

const fail = { kind: 'error' } as const

/** Counts rows many times and tells which of the calls failed, from 1. */
async function failures(
  options: ChaosOptions,
  calls: number,
  operation: OperationName = 'tables.count',
): Promise<number[]> {
  const driver = chaosLayer(options)(testDriver())
  const failed: number[] = []
  for (let nth = 1; nth <= calls; nth += 1) await invoke(driver, operation).catch(() => failed.push(nth))
  return failed
}

describe('chaosLayer', () => {
  test('the same seed gives the same faults, another seed others, each about as likely as told', async () => {
    const rules = [{ operation: '*', probability: 0.3, fault: fail }]
    const first = await failures({ rules, seed: 7 }, 2000)
    expect(await failures({ rules, seed: 7 }, 2000)).toEqual(first)
    expect(await failures({ rules, seed: 8 }, 2000)).not.toEqual(first)
    for (let seed = 0; seed < 5; seed += 1) {
      const share = (await failures({ rules, seed }, 2000)).length / 2000
      expect(share).toBeGreaterThan(0.25)
      expect(share).toBeLessThan(0.35)
    }
    expect(await failures({ rules: [{ operation: '*', probability: 0, fault: fail }] }, 50)).toEqual([])
    expect(await failures({ rules: [{ operation: '*', probability: 1, fault: fail }] }, 5)).toEqual([1, 2, 3, 4, 5])
  })

  test('other rules and other operations do not change which calls a rule hits', async () => {
    const rule: ChaosRule = { operation: 'tables.count', probability: 0.3, fault: fail }
    const alone = await failures({ rules: [rule], seed: 7 }, 200)
    const latency: ChaosRule = { operation: '*', fault: { kind: 'latency', ms: 0 } }
    const driver = chaosLayer({ rules: [rule, latency], seed: 7 })(testDriver())
    const failed: number[] = []
    for (let nth = 1; nth <= 200; nth += 1) {
      await invoke(driver, 'files.stat')
      await invoke(driver, 'tables.count').catch(() => failed.push(nth))
    }
    expect(failed).toEqual(alone)
  })

  test('`nth` hits that call alone, counted over the operations of the rule; no condition hits all', async () => {
    expect(await failures({ rules: [{ operation: 'tables.*', nth: 3, fault: fail }] }, 6)).toEqual([3])
    expect(await failures({ rules: [{ operation: 'tables.*', fault: fail }] }, 2)).toEqual([1, 2])
    expect(await failures({ rules: [{ operation: 'files.*', fault: fail }] }, 2)).toEqual([])
  })

  test('an error before leaves the driver untouched, one after lets it work and loses the answer', async () => {
    const inner = testDriver()
    const before = { operation: 'tables.insert', nth: 1, fault: fail }
    const after = {
      operation: 'tables.insert',
      nth: 2,
      fault: { kind: 'error', code: 'timeout', when: 'after' },
    } as const
    const driver = chaosLayer({ rules: [before, after] })(inner)
    await expect(invoke(driver, 'tables.insert')).rejects.toMatchObject({
      code: 'unavailable',
      applied: undefined,
      operation: 'tables.insert',
      resource: 'photos/cats',
    })
    expect(inner.log).toHaveLength(0)
    await expect(invoke(driver, 'tables.insert')).rejects.toMatchObject({ code: 'timeout', applied: 'unknown' })
    expect(inner.log).toHaveLength(1)
    expect(await invoke(driver, 'tables.insert')).toMatchObject({ inserted: 1 })
  })

  test('an answer that is lost after the work lets its body go', async () => {
    let closed = 0
    const body = {
      [Symbol.asyncIterator]: () => ({ next: () => textBody().next(), return: async () => void (closed += 1) }),
    }
    const answer = (): unknown => ({ ...(sampleResults['files.read']({}) as FileContent), body })
    const rules = [{ operation: '*', fault: { kind: 'error', when: 'after' } }] as const
    const driver = chaosLayer({ rules })(testDriver({ 'files.read': answer }))
    await expect(invoke(driver, 'files.read')).rejects.toThrow('after it was done')
    expect(closed).toBe(1)
  })

  test('the layer above sees faults as it would see real ones', async () => {
    const inner = testDriver()
    const rules = [
      { operation: 'tables.count', nth: 1, fault: { kind: 'error', code: 'rate-limited', retryAfterMs: 0 } },
      { operation: 'tables.create', nth: 1, fault: { kind: 'error', when: 'after' } },
      { operation: 'tables.insert', nth: 1, fault: { kind: 'error', applied: 'no' } },
    ] as const
    const driver = retryLayer({ baseDelayMs: 0 })(chaosLayer({ rules })(inner))
    expect(await invoke(driver, 'tables.count')).toBe(1)
    expect(await invoke(driver, 'tables.insert')).toMatchObject({ inserted: 1 })
    expect(await invoke(driver, 'tables.create')).toMatchObject({ name: 'cats' })
    expect(inner.log.filter(({ operation }) => operation === 'tables.create')).toHaveLength(2)
  })

  test('latency holds the call back, and an abort ends it', async () => {
    const clock = manualClock()
    const rules = [{ operation: '*', fault: { kind: 'latency', ms: 500 } }] as const
    const driver = chaosLayer({ rules, clock })(testDriver())
    let isDone = false
    const call = invoke(driver, 'tables.count').then(() => (isDone = true))
    await clock.advance(499)
    expect(isDone).toBe(false)
    await clock.advance(1)
    await call
    const abort = new AbortController()
    const aborted = invoke(driver, 'tables.count', {}, { signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
  })

  test.each([
    [0, ''],
    [2, 'ab'],
    [3, 'abc'],
    [4, 'abcd'],
    [99, 'abcdef'],
  ])('a body cut after %i bytes gives %j and closes the one below', async (bytes, expected) => {
    const rules = [{ operation: '*', fault: { kind: 'truncate', bytes } }] as const
    const driver = chaosLayer({ rules })(testDriver())
    const { body, sizeBytes } = (await invoke(driver, 'files.read')) as FileContent
    expect(sizeBytes).toBe(6)
    expect(await readText(body)).toBe(expected)
    expect(await invoke(driver, 'tables.count')).toBe(1)
  })

  test('a dropped page lacks its items and keeps its token', async () => {
    const driver = chaosLayer({ rules: [{ operation: '*', fault: { kind: 'dropPage' } }] })(testDriver())
    expect(await invoke(driver, 'files.list')).toEqual({ items: [], nextPageToken: 'more' })
    expect(await invoke(driver, 'tables.find')).toEqual({ batch: { columns: ['id'], rows: [] }, nextPageToken: 'more' })
    expect(await invoke(driver, 'files.stat')).toMatchObject({ key: 'a.txt' })
  })

  test('tells what it did', async () => {
    const events: ChaosEvent[] = []
    const rules = [{ operation: '*', nth: 2, fault: fail }]
    const driver = chaosLayer({ rules, onFault: (event) => events.push(event) })(testDriver())
    await invoke(driver, 'ping')
    await invoke(driver, 'files.stat').catch(() => {})
    expect(events).toEqual([{ rule: 0, nth: 2, operation: 'files.stat', resource: 'photos/a.txt', fault: fail }])
  })

  test.each([
    [{}, 'option `rules` of layer `chaos` must be given'],
    [{ rules: [], seed: 0.5 }, 'option `seed`'],
    [{ rules: [5] }, 'options of layer `chaos rules[0]` must be an object, not 5'],
    [{ rules: [{ operation: 'tables.fnid', fault: fail }] }, 'a group such as tables.*, or *; not tables.fnid'],
    [{ rules: [{ operation: '*', nth: 1, probability: 1, fault: fail }] }, 'option `nth`'],
    [{ rules: [{ operation: '*', probability: 2, fault: fail }] }, 'a number from 0 to 1, not 2'],
    [{ rules: [{ operation: '*', fault: { kind: 'fire' } }] }, 'be of kind error, latency, truncate, dropPage'],
    [{ rules: [{ operation: '*', fault: { kind: 'constructor' } }] }, 'be of kind error'],
    [
      { rules: [{ operation: '*', fault: { kind: 'error', code: 'oops' } }] },
      'option `code` of layer `chaos rules[0].fault`',
    ],
    [{ rules: [{ operation: '*', fault: { kind: 'latency' } }] }, 'option `ms`'],
    [{ rules: [{ operation: '*', fault: { kind: 'truncate', bytes: 1, extra: 1 } }] }, 'has no option `extra`'],
  ])('refuses %j', (options, message) => {
    expect(() => chaosLayer(options as never)).toThrow(message)
  })
})

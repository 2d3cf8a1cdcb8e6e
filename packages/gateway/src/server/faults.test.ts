import { describe, expect, test } from 'vitest'
import type { FaultRule } from './fault-rule.ts'
import { Faults } from './faults.ts'

const put = { server: 's3', method: 'PUT', path: '/bucket/a%20b' }
const get = { server: 'data', method: 'GET', path: '/v1/get_object/bucket/a' }

/** Says for each of some equal requests whether a rule hits it. */
function hitsOf(rule: FaultRule, requests: number): string {
  const faults = new Faults()
  faults.add({ status: 500, ...rule })
  return Array.from({ length: requests }, () => (faults.planFor(put) === undefined ? '.' : 'x')).join('')
}

describe('which requests a rule hits', () => {
  test.each<[rule: FaultRule, hits: string]>([
    [{}, 'xxxxx'],
    [{ nth: 3 }, '..x..'],
    [{ nth: 2, times: 2 }, '.xx..'],
    [{ times: 2 }, 'xx...'],
    [{ match: { method: 'PUT' } }, 'xxxxx'],
    [{ match: { method: 'GET' } }, '.....'],
    [{ match: { server: 'data' } }, '.....'],
    [{ match: { path: '/bucket/' } }, 'xxxxx'],
    [{ match: { path: 'bucket' } }, '.....'],
    [{ match: { path: /a%20b$/ } }, 'xxxxx'],
    [{ match: { path: /bucket/g }, times: 4 }, 'xxxx.'],
    [{ match: { path: /^bucket/ } }, '.....'],
  ])('%j: %s', (rule, hits) => {
    expect(hitsOf(rule, 5)).toBe(hits)
  })

  test('a rule that is likely hits as chance has it, and what it spares counts for nth alone', () => {
    const chances = [0.5, 0.2, 0.9, 0.4, 0.1]
    const faults = new Faults({ random: () => chances.shift() ?? 0 })
    faults.add({ nth: 2, times: 2, probability: 0.5, delayMs: 1 })
    expect(Array.from({ length: 7 }, () => faults.planFor(put) !== undefined)).toEqual([
      false,
      false,
      true,
      false,
      true,
      false,
      false,
    ])
  })

  test('a rule may let URLs expire, where there are any', () => {
    let expired = 0
    const faults = new Faults({ expireUrls: () => void (expired += 1) })
    faults.add({ expireUrls: true, nth: 2 })
    const seen = [put, put, put].map((one) => {
      faults.planFor(one)
      return expired
    })
    expect(seen).toEqual([0, 1, 1])
    expect(() => new Faults().add({ expireUrls: true })).toThrow(/hands out no URLs/)
  })

  test('only requests that match are counted', () => {
    const faults = new Faults()
    faults.add({ match: { server: 'data' }, nth: 2, status: 500 })
    expect([put, get, put, get, get].map((one) => faults.planFor(one) !== undefined)).toEqual([
      false,
      false,
      false,
      true,
      false,
    ])
    expect(faults.hits).toBe(1)
  })

  test('a rule can be taken back, and counts for itself', () => {
    const faults = new Faults()
    const slow = faults.add({ delayMs: 1 })
    const broken = faults.add({ match: { method: 'GET' }, status: 500 })
    faults.planFor(put)
    faults.planFor(get)
    expect([slow.hits, broken.hits, faults.hits]).toEqual([2, 1, 2])
    slow.remove()
    expect(faults.planFor(put)).toBeUndefined()
    faults.clear()
    expect([faults.planFor(get), faults.hits]).toEqual([undefined, 0])
  })

  test('several rules add up: delays are summed, the later setting counts', () => {
    const faults = new Faults()
    faults.add({ delayMs: 10, status: 500, retryAfterSeconds: 1 })
    faults.add({ delayMs: 5, status: 503, truncate: undefined })
    expect(faults.planFor(put)).toEqual({ delayMs: 15, status: 503, retryAfterSeconds: 1 })
  })

  test('a rule changed after it was added stays as it was', () => {
    const faults = new Faults()
    const rule: { status: number } = { status: 500 }
    faults.add(rule)
    rule.status = 200
    expect(faults.planFor(put)?.status).toBe(500)
  })
})

describe('rules that say nothing we know', () => {
  test.each<[rule: object, message: RegExp]>([
    [{ statsu: 500 }, /"statsu" is unknown: it takes match, nth/],
    [{ match: { url: '/' } }, /match: "url" is unknown/],
    [{ match: { method: 'get' } }, /method must be a method in capitals/],
    [{ nth: 0 }, /nth must be a whole number from 1/],
    [{ status: 99 }, /status must be from 200 to 599/],
    [{ when: 'during' }, /when must be before or after/],
    [{ delayMs: -1 }, /delayMs must/],
    [{ throttleBytesPerSecond: 0 }, /throttleBytesPerSecond must/],
    [{ wrongLength: -1 }, /wrongLength must/],
    [{ retryAfterSeconds: 1 }, /goes with a status/],
  ])('%j is refused', (rule, message) => {
    expect(() => new Faults().add(rule)).toThrow(
      expect.objectContaining({ code: 'invalid-argument', message: expect.stringMatching(message) as string }),
    )
  })
})

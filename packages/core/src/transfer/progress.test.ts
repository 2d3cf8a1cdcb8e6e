import { describe, expect, test } from 'vitest'
import { ProgressMeter } from './progress.ts'

function meterAt(): { meter: ProgressMeter; pass: (ms: number) => void } {
  let now = 1000
  return { meter: new ProgressMeter(() => now), pass: (ms) => void (now += ms) }
}

describe('progress', () => {
  test('percent is whole, rounded down, and stays at 99 until the end', () => {
    const { meter } = meterAt()
    meter.expect(1000, 'bytes')
    meter.advance(999)
    expect(meter.snapshot().percentage).toBe(99)
    meter.advance(1)
    expect(meter.snapshot()).toMatchObject({ transferred: 1000, percentage: 99 })
    meter.finish()
    expect(meter.snapshot()).toMatchObject({ total: 1000, percentage: 100, etaMs: 0 })
  })

  test('nothing to do is 0 until it is done, then 100', () => {
    const { meter } = meterAt()
    meter.expect(0, 'bytes')
    expect(meter.snapshot().percentage).toBe(0)
    meter.finish()
    expect(meter.snapshot().percentage).toBe(100)
  })

  test('an unknown total becomes known at the end', () => {
    const { meter } = meterAt()
    meter.expect(undefined, 'rows')
    meter.advance(7)
    expect(meter.snapshot()).toMatchObject({ unit: 'rows', total: undefined, percentage: 0, etaMs: undefined })
    meter.finish()
    expect(meter.snapshot()).toMatchObject({ total: 7, transferred: 7, percentage: 100 })
  })

  test('speed and time left follow the last seconds', () => {
    const { meter, pass } = meterAt()
    meter.expect(100_000, 'bytes')
    meter.advance(0)
    for (let second = 0; second < 10; second += 1) {
      pass(1000)
      meter.advance(1000)
    }
    const { speed, etaMs } = meter.snapshot()
    expect(speed).toBeCloseTo(1000)
    expect(etaMs).toBe(90_000)
  })

  test('a stall brings the speed down', () => {
    const { meter, pass } = meterAt()
    meter.expect(10_000, 'bytes')
    meter.advance(0)
    pass(1000)
    meter.advance(1000)
    const before = meter.snapshot().speed
    pass(9000)
    expect(meter.snapshot().speed).toBeLessThan(before / 5)
  })
})

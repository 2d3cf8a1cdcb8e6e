import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isTimestamp } from './timestamp-text.ts'

describe('isTimestamp', () => {
  test('what toISOString writes is a timestamp', () => {
    const dates = fc.date({
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(dates, (date) => {
        expect(isTimestamp(date.toISOString())).toBe(true)
      }),
    )
  })

  test('a day is accepted exactly when the calendar has it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 9999 }),
        fc.integer({ min: 0, max: 13 }),
        fc.integer({ min: 0, max: 32 }),
        (y, m, d) => {
          const pad = (value: number, length: number): string => String(value).padStart(length, '0')
          const day = `${pad(y, 4)}-${pad(m, 2)}-${pad(d, 2)}`
          const date = new Date(`${day}T00:00:00Z`)
          const exists = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day)
          expect(isTimestamp(`${day}T00:00:00Z`)).toBe(exists)
        },
      ),
      { numRuns: 1000 },
    )
  })

  test.each([
    '2026-11-21T09:30:00Z',
    '2026-11-21T09:30:00.1Z',
    '2026-11-21T09:30:00.123456789Z',
    '2026-11-21T09:30:00+01:00',
    '2026-11-21T09:30:00.5-23:59',
    '2024-02-29T00:00:00Z',
    '2000-02-29T00:00:00Z',
  ])('%s is one', (text) => {
    expect(isTimestamp(text)).toBe(true)
  })

  test.each([
    '',
    '2026-11-21',
    '2026-11-21T09:30:00',
    '2026-11-21T09:30Z',
    '2026-11-21 09:30:00Z',
    '2026-11-21t09:30:00z',
    '2026-11-21T09:30:00.Z',
    '2026-11-21T24:00:00Z',
    '2026-11-21T09:60:00Z',
    '2026-12-31T23:59:60Z',
    '2026-11-21T09:30:00+0100',
    '2026-11-21T09:30:00+24:00',
    '2026-11-21T09:30:00+01:60',
    '2026-11-21T09:30:00Z ',
    ' 2026-11-21T09:30:00Z',
    '2026-11-21T09:30:00ZZ',
    '2026-11-21T09:30:00+01:000',
    '+002026-11-21T09:30:00Z',
    '2100-02-29T00:00:00Z',
    '20 6-11-21T09:30:00Z',
    '2026-11-21T09:30:0/Z',
    '2026-11-21T09:30:0:Z',
  ])('%j is none', (text) => {
    expect(isTimestamp(text)).toBe(false)
  })
})

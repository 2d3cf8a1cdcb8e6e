import { expect, test } from 'vitest'
import { toDateQuery } from './date-range.ts'

test('days are taken in both spellings, in UTC where no zone is given', () => {
  expect(toDateQuery({ start: '20260301', end: '2026-03-31' })).toEqual({
    start: '20260301',
    end: '20260331',
    timezone: 'UTC',
  })
})

test('an instant is the day it falls on in the time zone', () => {
  const instant = new Date('2026-03-10T18:30:00Z')
  expect(toDateQuery({ start: instant, end: instant, timezone: 'Asia/Tokyo' }).start).toBe('20260311')
  expect(toDateQuery({ start: instant, end: instant, timezone: 'America/New_York' }).start).toBe('20260310')
})

test.each(['2026-02-30', '2026031', '2026-0301', '20261301', 'today', ''])('%j is no day', (day) => {
  expect(() => toDateQuery({ start: day, end: '20261231' })).toThrow(/write a day as/)
})

test('half a range, an empty one, a wrong zone and a Date that is none are refused', () => {
  expect(() => toDateQuery({ start: '20260301', end: undefined })).toThrow(/go together/)
  expect(() => toDateQuery({ start: '20260302', end: '20260301' })).toThrow(/end is before start/)
  expect(() => toDateQuery({ start: '20260301', end: '20260301', timezone: 'Nowhere' })).toThrow(/IANA/)
  expect(() => toDateQuery({ start: new Date(Number.NaN), end: '20260301' })).toThrow(/no valid Date/)
})

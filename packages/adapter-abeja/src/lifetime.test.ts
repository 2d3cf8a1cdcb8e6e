import { expect, test } from 'vitest'
import { abejaLifetimes, checkLifetime, endOfLifetime, lifetimeUntil } from './lifetime.ts'

const now = Date.parse('2026-11-21T12:00:00Z')
const minuteMs = 60_000

test.each(abejaLifetimes)('%s there and back', (lifetime) => {
  const end = endOfLifetime(lifetime, new Date(now)) ?? new Date(0)
  expect(lifetimeUntil(end, now)).toBe(lifetime)
  expect(lifetimeUntil(end, now + 3 * minuteMs)).toBe(lifetime)
})

test('no lifetime is rounded to: a date that fits none is refused with those there are', () => {
  const tenDays = new Date(now + 10 * 24 * 60 * minuteMs)
  expect(() => lifetimeUntil(tenDays, now)).toThrow(/1 \(1day\), 7 \(1week\), 30 \(1month\)/)
  expect(() => lifetimeUntil(new Date(now + 24 * 60 * minuteMs + 6 * minuteMs), now)).toThrow(/expiresAt/)
  expect(() => lifetimeUntil(new Date(now - 1), now)).toThrow(/expiresAt/)
})

test('a word that is none is refused', () => {
  expect(checkLifetime('1year')).toBe('1year')
  expect(() => checkLifetime('2years')).toThrow(/1day, 1week, 1month, 6months, 1year/)
})

test('what is kept for ever, or was uploaded nobody knows when, has no end', () => {
  expect(endOfLifetime(undefined, new Date(now))).toBeUndefined()
  expect(endOfLifetime('1day', undefined)).toBeUndefined()
})

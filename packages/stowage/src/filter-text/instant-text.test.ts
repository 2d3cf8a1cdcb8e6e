import fc from 'fast-check'
import { expect, test } from 'vitest'
import { instantProblem } from './instant-text.ts'

test('what toISOString writes is an instant, whatever the year', () => {
  const dates = fc.date({ min: new Date('0000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  fc.assert(
    fc.property(dates, (date) => {
      expect(instantProblem(date.toISOString(), 'named')).toBeUndefined()
    }),
  )
})

test.each([
  '2026-02-29',
  '2100-02-29',
  '2026-04-31',
  '2026-00-01',
  '2026-01-00',
  '2026-01-01T24:00Z',
  '2026-01-01T00:60Z',
])('no calendar has %s', (text) => {
  expect(instantProblem(text, 'utc')).toMatch(/no such instant/)
})

test('a time without a zone is refused where it would be the machine’s', () => {
  expect(instantProblem('2026-01-01T00:00', 'utc')).toBeUndefined()
  expect(instantProblem('2026-01-01', 'named')).toBeUndefined()
  expect(instantProblem('2026-01-01T00:00', 'named')).toMatch(/zone/)
})

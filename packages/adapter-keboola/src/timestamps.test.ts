import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toInstant } from './timestamps.ts'

test.each([
  ['2026-11-20T09:15:02+0100', '2026-11-20T08:15:02.000Z'],
  ['2026-11-20T09:15:02+01:00', '2026-11-20T08:15:02.000Z'],
  ['2026-11-20T00:15:02-0930', '2026-11-20T09:45:02.000Z'],
  ['2017-02-13 23:36:10', '2017-02-13T23:36:10.000Z'],
  ['2026-11-20T09:15:02Z', '2026-11-20T09:15:02.000Z'],
  ['2026-11-20T09:15:02.123456Z', '2026-11-20T09:15:02.123Z'],
])('%s is %s', (text, iso) => {
  expect(toInstant(text)?.toISOString()).toBe(iso)
})

test.each([
  '',
  'yesterday',
  '2026-11-20',
  '2026-13-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-01-01T25:00:00Z',
  '1',
  '-0',
])('%j is no instant', (text) => {
  expect(toInstant(text)).toBeUndefined()
})

test('any instant written in any zone is read back', () => {
  const zones = fc.integer({ min: -14 * 60, max: 14 * 60 })
  const instants = fc.date({ min: new Date('1971-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  fc.assert(
    fc.property(instants, zones, fc.boolean(), (date, zone, hasColon) => {
      const local = new Date(date.getTime() + zone * 60_000).toISOString().slice(0, 19)
      const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
      const minutes = Math.abs(zone)
      const offset = `${zone < 0 ? '-' : '+'}${two(minutes / 60)}${hasColon ? ':' : ''}${two(minutes % 60)}`
      expect(toInstant(local + offset)?.getTime()).toBe(Math.floor(date.getTime() / 1000) * 1000)
    }),
  )
})

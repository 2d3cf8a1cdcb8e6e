import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatTime, parseTime } from './time-expression.ts'

const now = Date.parse('2026-11-20T09:15:02.345Z')

function read(text: string): string | undefined {
  const ms = parseTime(text, now)
  return ms === undefined ? undefined : new Date(ms).toISOString()
}

describe('a time', () => {
  it('is written in the zone of the stack, without a colon and without milliseconds', () => {
    expect(formatTime(now)).toBe('2026-11-20T10:15:02+0100')
    expect(formatTime(0)).toBe('1970-01-01T01:00:00+0100')
  })

  it.each([
    ['1763629200', '2025-11-20T09:00:00.000Z'],
    ['0', '1970-01-01T00:00:00.000Z'],
    ['2026-11-20T09:15:02+0100', '2026-11-20T08:15:02.000Z'],
    ['2026-11-20T09:15:02+01:00', '2026-11-20T08:15:02.000Z'],
    ['2026-11-20T09:15:02-05', '2026-11-20T14:15:02.000Z'],
    ['2026-11-20T09:15:02Z', '2026-11-20T09:15:02.000Z'],
    ['2017-02-13 23:36:10', '2017-02-13T22:36:10.000Z'],
    ['2026-11-20T09:15:02.123456', '2026-11-20T08:15:02.123Z'],
    ['2026-11-20T09:15', '2026-11-20T08:15:00.000Z'],
    ['2026-11-20', '2026-11-19T23:00:00.000Z'],
    ['now', '2026-11-20T09:15:02.345Z'],
    ['Now', '2026-11-20T09:15:02.345Z'],
    ['today', '2026-11-19T23:00:00.000Z'],
    ['yesterday', '2026-11-18T23:00:00.000Z'],
    ['tomorrow', '2026-11-20T23:00:00.000Z'],
    ['-2 days', '2026-11-18T09:15:02.345Z'],
    ['-1 day', '2026-11-19T09:15:02.345Z'],
    ['+ 1 hour', '2026-11-20T10:15:02.345Z'],
    ['-90 seconds', '2026-11-20T09:13:32.345Z'],
    ['-5 minutes', '2026-11-20T09:10:02.345Z'],
    ['-1 week', '2026-11-13T09:15:02.345Z'],
    ['3 hours ago', '2026-11-20T06:15:02.345Z'],
    [' -2 days ', '2026-11-18T09:15:02.345Z'],
  ])('%j is %s', (text, expected) => {
    expect(read(text)).toBe(expected)
  })

  it.each([
    '',
    'soon',
    '2026-02-30',
    '2026-13-01',
    '2026-11-20T25:00:00',
    '-2 fortnights',
    '-2',
    '1e9',
    '2 days -',
    '-days',
  ])('%j is none', (text) => {
    expect(read(text)).toBeUndefined()
  })

  it('that was written is read as the same second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_000_000 }), (seconds) => {
        expect(parseTime(formatTime(seconds * 1000), now)).toBe(seconds * 1000)
      }),
    )
  })
})

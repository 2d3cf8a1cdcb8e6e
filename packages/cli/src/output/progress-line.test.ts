import { describe, expect, test } from 'vitest'
import { byteText, progressLine } from './progress-line.ts'

const progress = {
  unit: 'bytes',
  total: 4 * 1024 * 1024,
  transferred: 1024 * 1024,
  percentage: 25,
  speed: 512 * 1024,
  etaMs: 6000,
  part: 1,
  parts: 1,
  rows: undefined,
} as const

describe('a line of progress', () => {
  test('shows bar, amount, speed and what is left', () => {
    expect(progressLine(progress)).toBe('[######..................]  25 %  1.0 MiB of 4.0 MiB  512.0 KiB/s  6 s left')
  })

  test('without a known total it shows what is done', () => {
    const unknown = { ...progress, total: undefined, percentage: 0, etaMs: undefined }
    expect(progressLine(unknown)).toBe('1.0 MiB  512.0 KiB/s')
  })

  test('rows and parts are counted', () => {
    const rows = {
      ...progress,
      unit: 'rows',
      total: 10,
      transferred: 5,
      speed: 2,
      etaMs: 125_000,
      part: 2,
      parts: 3,
    } as const
    expect(progressLine(rows)).toContain('5 rows of 10 rows  2 rows/s  2 min 5 s left  part 2 of 3')
  })

  test.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [5 * 1024 ** 4, '5.0 TiB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(byteText(bytes)).toBe(text)
  })
})

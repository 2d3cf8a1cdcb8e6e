import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatMark, isMarkName, markName, readMark } from './mark.ts'

test('a mark there and back', () => {
  const mark = {
    sizeBytes: 5,
    crc32: '0000abcd',
    upload: '5f0c2b7e-8d14-4a6b-9a37-c1e2d3f4a5b6',
    contentType: 'text/csv; charset=utf-8',
    lifetime: '1week',
  } as const
  expect(readMark({ [markName]: formatMark(mark) })).toEqual(mark)
  expect(readMark({ [markName]: formatMark({ contentType: '' }) }).contentType).toBe('')
})

test('what others wrote under the name never breaks anything', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const { sizeBytes = 0, crc32 = '00000000' } = readMark({ [markName]: value })
      expect(Number.isSafeInteger(sizeBytes)).toBe(true)
      expect(crc32).toMatch(/^[0-9a-f]{8}$/)
    }),
  )
  expect(readMark({ [markName]: 'size=-1&crc32=xyz&lifetime=2days' })).toEqual({})
})

test('our names are ours in any case, names that only begin like them are not', () => {
  expect(['stowage', 'Stowage', 'stowage-replaces'].every(isMarkName)).toBe(true)
  expect(['stowaged', 'x-stowage'].some(isMarkName)).toBe(false)
})

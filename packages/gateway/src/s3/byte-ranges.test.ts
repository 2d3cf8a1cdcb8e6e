import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readRange } from './byte-ranges.ts'

test.each([
  ['bytes=0-4', { start: 0, end: 5 }],
  ['bytes=2-', { start: 2, end: 10 }],
  ['bytes=-3', { start: 7, end: 10 }],
  ['bytes=-30', { start: 0, end: 10 }],
  ['bytes=9-100', { start: 9, end: 10 }],
  [undefined, undefined],
  ['bytes=5-2', undefined],
  ['bytes=-', undefined],
  ['bytes=0-1,3-4', undefined],
  ['lines=0-1', undefined],
  ['bytes=a-b', undefined],
])('%s of ten bytes', (header, range) => {
  expect(readRange(header, 10)).toEqual(range)
})

test.each([
  ['bytes=10-', 10],
  ['bytes=11-12', 10],
  ['bytes=-0', 10],
  ['bytes=0-0', 0],
  ['bytes=99999999999999999999-', 10],
])('%s of %i bytes is not there', (header, size) => {
  const refusal = { code: 'InvalidRange', status: 416, headers: { 'Content-Range': `bytes */${size}` } }
  expect(() => readRange(header, size)).toThrow(expect.objectContaining(refusal))
})

test('a range that is given lies within the object and holds something', () => {
  const property = fc.property(fc.option(fc.nat(40)), fc.option(fc.nat(40)), fc.nat(30), (first, last, size) => {
    let range
    try {
      range = readRange(`bytes=${first ?? ''}-${last ?? ''}`, size)
    } catch {
      return
    }
    if (range === undefined) return
    expect(range.start).toBeGreaterThanOrEqual(0)
    expect(range.end).toBeLessThanOrEqual(size)
    expect(range.start).toBeLessThan(range.end)
  })
  fc.assert(property)
})

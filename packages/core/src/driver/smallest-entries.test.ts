import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareText } from '../filter/compare.ts'
import { SmallestEntries } from './smallest-entries.ts'

const last = (_: number, entry: number): number => entry

test('order is by code points', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (left, right) => {
      const order = Buffer.compare(Buffer.from(left, 'utf8'), Buffer.from(right, 'utf8'))
      expect(Math.sign(compareText(left, right))).toBe(order)
    }),
  )
  expect(['😀', '\uffff', 'b'].toSorted(compareText)).toEqual(['b', '\uffff', '😀'])
})

test('the first entries are kept, each with what came last under its name, whatever the order they came in', () => {
  const names = fc.array(fc.string({ maxLength: 2, unit: 'grapheme-ascii' }), { maxLength: 60 })
  fc.assert(
    fc.property(names, fc.integer({ min: 1, max: 8 }), (given, capacity) => {
      const smallest = new SmallestEntries<number>(capacity)
      const expected = new Map<string, number>()
      given.forEach((name, index) => {
        smallest.add(name, index, last)
        expected.set(name, index)
      })
      const sorted = [...expected].toSorted(([left], [right]) => compareText(left, right))
      expect(smallest.sorted()).toEqual(sorted.slice(0, capacity))
      expect(smallest.isWhole).toBe(sorted.length <= capacity)
    }),
  )
})

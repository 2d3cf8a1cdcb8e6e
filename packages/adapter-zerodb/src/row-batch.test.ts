import { batchToRows } from '@stowage/core/driver'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ZerodbRow } from './answers.ts'
import { toRowBatch } from './row-batch.ts'

const field = fc.constantFrom('a', 'b', 'c', '10', '2', 'constructor', '_id')
const rows = fc.array(fc.dictionary(field, fc.oneof(fc.integer(), fc.constant(null)), { noNullPrototype: true }))

test('a batch holds what the rows hold but for what is left out, without holes', () => {
  fc.assert(
    fc.property(rows, fc.boolean(), (given, isHidden) => {
      const batch = toRowBatch(given as unknown as ZerodbRow[], new Set(isHidden ? ['_id'] : []))
      const expected = given.map((row) =>
        Object.fromEntries(Object.entries(row).filter(([name]) => !isHidden || name !== '_id')),
      )
      expect(batchToRows(batch)).toEqual(expected)
      expect(batch.rows.every((cells) => cells.length === batch.columns.length)).toBe(true)
      expect(batch.rows.flatMap((cells) => cells.filter((_, index) => !(index in cells)))).toEqual([])
    }),
  )
})

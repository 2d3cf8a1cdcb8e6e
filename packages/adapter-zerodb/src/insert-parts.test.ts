import { batchToRows, toBatch } from '@stowage/core/driver'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutByBytes } from './insert-parts.ts'

const cell = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.string({ maxLength: 9 }), { maxLength: 4 }),
)
const field = fc.constantFrom('a', 'b', 'é'.repeat(20), '"quoted"', '\n')
const rows = fc.array(fc.dictionary(field, cell, { noNullPrototype: true }), { maxLength: 40 })

test('parts are whole, in order, within the limit unless of one row, and not smaller than they must be', () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 10, max: 2000 }), (given, maxBytes) => {
      const batch = toBatch(given)
      const parts = [...cutByBytes(batch, maxBytes)]
      expect(parts.flatMap(({ start, end }) => batch.rows.slice(start, end))).toEqual(batch.rows)
      const textOf = (start: number, end: number): string =>
        JSON.stringify(batchToRows({ columns: batch.columns, rows: batch.rows.slice(start, end) }))
      const bytesOf = (start: number, end: number): number => Buffer.byteLength(textOf(start, end))
      for (const [index, { start, end, text }] of parts.entries()) {
        expect(end).toBeGreaterThan(start)
        expect(text).toBe(textOf(start, end))
        // Beside the rows and their commas an array has its brackets.
        expect(end - start === 1 || bytesOf(start, end) <= maxBytes + 2).toBe(true)
        // A comma more is counted for each row.
        const withNext = bytesOf(start, (parts[index + 1]?.start ?? end) + 1) + 2 * (end - start + 1)
        expect(index === parts.length - 1 || withNext > maxBytes).toBe(true)
      }
    }),
  )
})

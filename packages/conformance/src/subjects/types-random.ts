import type { Row, TableDefinition } from '@stowage/core'
import { type Check, check, type Need } from '../check.ts'
import { SeededRandom } from '../seeded-random.ts'
import { needsOfValues } from './kept-values.ts'
import { randomColumns, randomRows } from './random-rows.ts'
import { assertStored } from './stored-rows.ts'
import { textId } from './text-rows.ts'

const needs: readonly Need[] = [...needsOfValues, 'semantics.keepsTypes', 'semantics.keepsNulls']

const declared: TableDefinition = { columns: { id: 'string', ...randomColumns }, primaryKey: ['id'] }
const undeclared: TableDefinition = { columns: { id: 'string' }, primaryKey: ['id'] }

function rowsOf(seed: number, count = 300): Row[] {
  return randomRows(new SeededRandom(seed), count).map((row, index) => ({ ...row, id: textId(index) }))
}

/** Rows of random values: what goes in comes out, on every way in. */
export const typeRandomChecks: readonly Check[] = [
  check('types/random-inserts', 'random rows come back as they were inserted', { needs }, async (context) => {
    const table = await context.table(declared)
    const rows = rowsOf(1)
    // Few and many at a time: a backend may have ways of its own for single rows.
    for (const row of rows.slice(0, 50)) await table.insert(row)
    await table.insert(rows.slice(50))
    await assertStored(table, rows)
  }),
  check(
    'types/random-undeclared',
    'random rows without declared columns come back as they were inserted',
    { needs: [...needs, 'semantics.keepsUndeclaredFields'] },
    async (context) => {
      const table = await context.table(undeclared)
      await table.insert(rowsOf(2))
      await assertStored(table, rowsOf(2))
    },
  ),
  check(
    'types/random-upserts',
    'random rows come back as they replaced others',
    { needs: [...needs, 'tables.upsert'] },
    async (context) => {
      const table = await context.table(declared)
      await table.insert(rowsOf(3))
      await table.insert(rowsOf(4), { mode: 'upsert' })
      await assertStored(table, rowsOf(4))
    },
  ),
  check(
    'types/random-loads',
    'random rows come back as they were loaded',
    { needs: [...needs, 'tables.load', 'tables.get'] },
    async (context) => {
      const table = await context.table(declared)
      await table.insert({ id: 'x' })
      await table.load(rowsOf(5, 1200))
      await assertStored(table, [...rowsOf(5, 1200), { id: 'x' }])
    },
  ),
  check(
    'types/random-updates',
    'random values come back as an update set them',
    { needs: [...needs, 'tables.update'] },
    async (context) => {
      const table = await context.table(declared)
      const before = rowsOf(6, 100)
      await table.insert(before)
      const after = rowsOf(7, 100)
      for (const { id, ...values } of after) {
        if (Object.keys(values).length > 0) await table.update({ id: id ?? '' }, { $set: values })
      }
      await assertStored(
        table,
        before.map((row, index) => ({ ...row, ...after[index] })),
      )
    },
  ),
]

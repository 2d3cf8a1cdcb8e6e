import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import type { Filter, Row, Table } from '@stowage/core'
import { type Check, check, type Need } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'
import { deleteLimitChecks } from './deletes-limits.ts'
import { assertRefused } from './refused-calls.ts'
import { assertStored, storedRows } from './stored-rows.ts'
import { tellingFilters } from './telling-filters.ts'
import { textId, textRow, textRows, textTable } from './text-rows.ts'

const needs: readonly Need[] = ['tables.create', 'tables.insert', 'tables.delete', 'tables.find']

/** Makes a table in which deletes work: one has been made. */
async function deletable(context: CheckContext): Promise<{ table: Table; rows: readonly Row[] }> {
  const table = await context.table(textTable)
  await table.insert(textRows(6))
  await table.delete({ id: textId(0) })
  return { table, rows: textRows(5, 1) }
}

/** Filters with `undefined` somewhere: each would match more if it were dropped. */
const undefinedFilters = [
  { name: undefined },
  { id: textId(1), name: undefined },
  { name: { $eq: undefined } },
  { name: { $in: ['x', undefined] } },
  { $or: [{ id: textId(1) }, { name: undefined }] },
] as unknown as readonly Filter[]

/** Keys that break out of a carelessly built query. */
const awkwardKeys = [
  "it's",
  '"quoted"',
  "'; drop table x; --",
  '%',
  '_',
  '\\',
  '$where',
  '{"$gt":""}',
  '* or 1=1',
  '😀',
]

/** Deletes: rows taken away. */
export const deleteChecks: readonly Check[] = [
  check('deletes/by-key', 'a delete by key takes that row and no other', { needs }, async (context) => {
    const table = await context.table(textTable)
    await table.insert(textRows(5))
    const { deleted, receipt } = await table.delete({ id: textId(2) })
    assert.equal(deleted, 1)
    assert.ok(receipt.requests > 0, 'the receipt counts requests')
    await assertStored(
      table,
      textRows(5).filter((_, index) => index !== 2),
    )
    assert.equal(await table.get({ id: textId(2) }), undefined)
  }),
  check('deletes/stay-gone', 'deleted rows stay gone when others are written', { needs }, async (context) => {
    const { table, rows } = await deletable(context)
    await table.insert(textRows(3, 100))
    await assertStored(table, [...rows, ...textRows(3, 100)])
    await table.delete({ id: textId(100) })
    await table.insert(textRow(200))
    await assertStored(table, [...rows, ...textRows(2, 101), textRow(200)])
  }),
  check('deletes/none-matching', 'a delete that matches nothing deletes nothing', { needs }, async (context) => {
    const table = await context.table(textTable)
    await table.insert(textRows(3))
    assert.equal((await table.delete({ city: 'Atlantis' })).deleted, 0)
    assert.equal((await table.delete({ id: textId(2), city: 'Atlantis' })).deleted, 0)
    await assertStored(table, textRows(3))
  }),
  check('deletes/again', 'rows that are gone count no second time', { needs }, async (context) => {
    const table = await context.table(textTable)
    await table.insert(textRows(10))
    const filter: Filter = { id: { $gte: textId(6) } }
    assert.equal((await table.delete(filter)).deleted, 4)
    assert.equal((await table.delete(filter)).deleted, 0)
    await assertStored(table, textRows(6))
  }),
  check('deletes/filters', 'the rows a delete takes are those that find finds', { needs }, async (context) => {
    for (const filter of tellingFilters) {
      const table = await context.table(textTable)
      await table.insert(textRows(40))
      const found = new Set((await storedRows(table, filter)).map(({ id }) => id))
      assert.equal((await table.delete(filter)).deleted, found.size, inspect(filter))
      await assertStored(
        table,
        textRows(40).filter(({ id }) => !found.has(id)),
      )
    }
  }),
  check(
    'deletes/many',
    'a delete of many rows takes all that match, and counts them exactly',
    { needs, timeoutMs: 120_000 },
    async (context) => {
      const table = await context.table(textTable)
      const rows = textRows(2500)
      await table.insert(rows)
      const gone = new Set(rows.slice(0, 4).map(({ city }) => city))
      const kept = rows.filter(({ city }) => !gone.has(city))
      const { deleted } = await table.delete({ city: { $in: [...gone] } })
      assert.equal(deleted, rows.length - kept.length)
      await assertStored(table, kept)
    },
  ),
  check(
    'deletes/all',
    'with `all` an empty filter deletes every row, and the table stays',
    { needs },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(30))
      assert.equal((await table.delete({}, { all: true })).deleted, 30)
      await assertStored(table, [])
      assert.equal((await table.delete({}, { all: true })).deleted, 0)
      await table.insert(textRows(2, 0, 'second'))
      await assertStored(table, textRows(2, 0, 'second'))
    },
  ),
  check(
    'deletes/empty-filter',
    'a delete with an empty filter is refused before anything is sent, unless told `all`',
    { needs },
    async (context) => {
      const { table, rows } = await deletable(context)
      await assertRefused(context, table, rows, [
        ['{}', () => table.delete({})],
        ['all: false', () => table.delete({}, { all: false })],
        ['a limit', () => table.delete({}, { limit: 1 })],
        ['no filter', () => table.delete(undefined as unknown as Filter)],
      ])
    },
  ),
  check(
    'deletes/undefined',
    'undefined in a filter is refused before anything is sent, never dropped',
    { needs },
    async (context) => {
      const { table, rows } = await deletable(context)
      const calls = undefinedFilters.map((filter) => [inspect(filter), () => table.delete(filter)] as const)
      await assertRefused(context, table, rows, calls)
    },
  ),
  check('deletes/awkward-keys', 'a delete by any key takes that row alone', { needs }, async (context) => {
    const table = await context.table(textTable)
    let rows = awkwardKeys.map((id, index) => ({ ...textRow(index), id }))
    await table.insert(rows)
    for (const id of awkwardKeys) {
      assert.equal((await table.delete({ id })).deleted, 1, id)
      rows = rows.filter((row) => row.id !== id)
      await assertStored(table, rows)
    }
  }),
  check(
    'deletes/composite-key',
    'where the key has several columns only rows with all of them go',
    { needs },
    async (context) => {
      const table = await context.table({ ...textTable, primaryKey: ['city', 'name'] })
      const rows = ['a', 'b', 'c'].flatMap((city) =>
        ['x', 'y', 'z'].map((name) => ({ id: `${city}${name}`, name, city })),
      )
      await table.insert(rows)
      // What names no part of the key has to find rows first where the backend deletes by key.
      assert.equal((await table.delete({ id: { $regex: '^[ab][xy]$' } })).deleted, 4)
      assert.equal((await table.delete({ city: 'c', name: 'z' })).deleted, 1)
      await assertStored(
        table,
        rows.filter(({ id }) => ['az', 'bz', 'cx', 'cy'].includes(id)),
      )
    },
  ),
  check('deletes/key-is-free', 'the key of a row that is gone is free again', { needs }, async (context) => {
    const { table, rows } = await deletable(context)
    await table.insert(textRow(0, 'second'))
    await assertStored(table, [textRow(0, 'second'), ...rows])
    await expectError(table.insert(textRow(0, 'third')), 'conflict')
  }),
  check('deletes/other-tables', 'a delete touches no other table', { needs }, async (context) => {
    const one = await context.table(textTable)
    const other = await context.table(textTable)
    for (const table of [one, other]) await table.insert(textRows(3))
    await one.delete({ id: textId(1) })
    await one.delete({}, { all: true })
    await assertStored(one, [])
    await assertStored(other, textRows(3))
  }),
  check(
    'deletes/nulls',
    'null as a filter deletes rows with null or without the field, and no empty texts',
    { needs: [...needs, 'semantics.keepsNulls'] },
    async (context) => {
      const table = await context.table(textTable)
      const kept = [
        { id: 'c', name: '', city: 'x' },
        { id: 'd', name: 'null', city: 'x' },
      ]
      await table.insert([{ id: 'a', name: null, city: 'x' }, { id: 'b', city: 'x' }, ...kept])
      assert.equal((await table.delete({ name: null })).deleted, 2)
      await assertStored(table, kept)
    },
  ),
  check(
    'deletes/types',
    'a filter on a number deletes no row with its text',
    { needs: [...needs, 'semantics.keepsTypes', 'semantics.keepsUndeclaredFields'] },
    async (context) => {
      const table = await context.table({ columns: { id: 'string' }, primaryKey: ['id'] })
      const rows = [
        { id: 'a', v: 1 },
        { id: 'b', v: '1' },
        { id: 'c', v: true },
        { id: 'd', v: [1] },
        { id: 'e', v: 1.5 },
      ]
      await table.insert(rows)
      assert.equal((await table.delete({ v: 1 })).deleted, 2)
      await assertStored(
        table,
        rows.filter(({ id }) => id !== 'a' && id !== 'd'),
      )
    },
  ),
  check('deletes/aborted-before', 'a delete aborted before it began deletes nothing', { needs }, async (context) => {
    const { table, rows } = await deletable(context)
    await expectError(table.delete({}, { all: true, signal: AbortSignal.abort() }), 'aborted')
    await assertStored(table, rows)
  }),
  check('deletes/no-table', 'a delete in a missing table fails with not-found', { needs }, async (context) => {
    const { table, rows } = await deletable(context)
    const missing = (await context.bucket()).table(context.newTableName())
    await expectError(missing.delete({ id: textId(1) }), 'not-found')
    await assertStored(table, rows)
  }),
  ...deleteLimitChecks,
]

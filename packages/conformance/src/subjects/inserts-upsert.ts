import assert from 'node:assert/strict'
import { type Check, check } from '../check.ts'
import { expectError } from '../expectation.ts'
import { narrowInserts, narrowLimitOf } from './narrow-layer.ts'
import { assertStored } from './stored-rows.ts'
import { textId, textRow, textRows, textTable } from './text-rows.ts'
import { assertCounts } from './write-counts.ts'

const needs = ['tables.create', 'tables.insert', 'tables.upsert', 'tables.find'] as const

/** Upserts: rows that replace those with the same key. */
export const insertUpsertChecks: readonly Check[] = [
  check(
    'inserts/upsert',
    'an upsert replaces rows with the same key and adds the others',
    { needs },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(4))
      assertCounts(await table.insert(textRows(5, 2, 'second'), { mode: 'upsert' }), 3, 2)
      await assertStored(table, [...textRows(2), ...textRows(5, 2, 'second')])
    },
  ),
  check('inserts/upsert-into-empty', 'an upsert into an empty table adds all rows', { needs }, async (context) => {
    const table = await context.table(textTable)
    await table.insert([])
    assertCounts(await table.insert(textRows(3), { mode: 'upsert' }), 3)
    assertCounts(await table.insert(textRows(3), { mode: 'upsert' }), 0, 3)
    await assertStored(table, textRows(3))
  }),
  check(
    'inserts/upsert-whole-row',
    'an upsert replaces the whole row: a field it leaves out keeps no old value',
    { needs },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(2))
      await table.insert({ id: textId(1), name: 'new' }, { mode: 'upsert' })
      const row = await table.get({ id: textId(1) })
      assert.equal(row?.['name'], 'new')
      assert.ok([undefined, null, ''].includes(row['city'] as string | null | undefined), 'the old city is still there')
      assert.deepEqual(await table.get({ id: textId(0) }), textRow(0))
    },
  ),
  check(
    'inserts/upsert-undeclared',
    'an upsert also removes undeclared fields it leaves out',
    { needs: [...needs, 'semantics.keepsUndeclaredFields'] },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert({ ...textRow(0), extra: 'old', more: 'old' })
      await table.insert({ ...textRow(0), more: 'new' }, { mode: 'upsert' })
      await assertStored(table, [{ ...textRow(0), more: 'new' }])
    },
  ),
  check(
    'inserts/upsert-repeated-key',
    'of rows with the same key in one upsert the last one stays',
    { needs },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRow(0))
      const rows = [textRow(1, 'a'), textRow(0, 'b'), textRow(1, 'c'), textRow(2, 'd'), textRow(0, 'e')]
      const { inserted, updated } = await table.insert(rows, { mode: 'upsert' })
      if (updated !== undefined) assert.equal(inserted, 2)
      await assertStored(table, [textRow(0, 'e'), textRow(1, 'c'), textRow(2, 'd')])
    },
  ),
  check(
    'inserts/upsert-composite-key',
    'a key of several columns is the same only when all of them are',
    { needs },
    async (context) => {
      const columns = { id: 'string', city: 'string', name: 'string' } as const
      const table = await context.table({ columns, primaryKey: ['city', 'id'] })
      // Keys that run together when their parts are joined.
      const keys = ['a|bc', 'ab|c', 'abc|d', 'a|d', 'a,b|c', 'a|b,c'].map((key) => key.split('|'))
      const rows = keys.map(([city = '', id = ''], index) => ({ id: `${id}`, city, name: `row ${index}` }))
      assertCounts(await table.insert(rows), rows.length)
      const changed = { ...rows[3], name: 'changed' }
      assertCounts(await table.insert(changed, { mode: 'upsert' }), 0, 1)
      const expected = rows.with(3, changed as (typeof rows)[number])
      for (const row of expected) assert.deepEqual(await table.get({ city: row.city, id: row.id }), row)
      assert.equal((await table.find().toArray()).length, rows.length)
      await expectError(table.insert(rows[0] ?? {}), 'conflict')
    },
  ),
  check(
    'inserts/upsert-many-requests',
    'an upsert of several requests adds up their counts',
    { needs, timeoutMs: 120_000 },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(1250))
      const counts = await table.insert(textRows(2500, 500, 'second'), { mode: 'upsert' })
      assertCounts(counts, 1750, 750)
      await assertStored(table, [...textRows(500), ...textRows(2500, 500, 'second')])
    },
  ),
  check(
    'inserts/upsert-repeated-key-across-requests',
    'of rows with the same key in several requests of one upsert the last one stays',
    { needs },
    async (context) => {
      const bucket = await context.bucket(context.openStorage([narrowInserts]))
      const table = bucket.table(context.newTableName())
      await table.create(textTable)
      if (!context.has('semantics.dynamicBuckets')) context.defer(() => table.drop())
      const limit = narrowLimitOf(context.capabilities)
      await table.insert(textRow(0, 'zeroth'))
      const rows = [...textRows(limit), ...textRows(limit, 0, 'second'), textRow(0, 'third')]
      await table.insert(rows, { mode: 'upsert' })
      await assertStored(table, [textRow(0, 'third'), ...textRows(limit - 1, 1, 'second')])
    },
  ),
  check(
    'inserts/upsert-without-key',
    'an upsert into a table without a primary key is refused, and nothing is written',
    { needs },
    async (context) => {
      const table = await context.table({ columns: textTable.columns })
      await table.insert(textRows(2))
      await expectError(table.insert(textRow(0, 'second'), { mode: 'upsert' }), 'invalid-argument')
      await assertStored(table, textRows(2))
    },
  ),
]

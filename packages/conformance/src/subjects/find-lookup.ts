import assert from 'node:assert/strict'
import { type Check, check } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { collect, expectError } from '../expectation.ts'
import { findNeeds } from './filters-truth.ts'
import { rowIds } from './row-matches.ts'
import { type WordRow, wordRows, wordTable } from './word-rows.ts'

async function emptyTable(context: CheckContext): ReturnType<CheckContext['table']> {
  return context.table({ columns: { row_id: 'string', half: 'string', word: 'string' } })
}

/** Single rows, numbers of rows, and tables that aren't there. */
export const lookupChecks: readonly Check[] = [
  check(
    'find/get',
    'get gives the one row with a value, whole, and undefined without one',
    { needs: findNeeds },
    async (context) => {
      const { table, rows } = await wordTable(context, 33)
      for (const row of [rows[0], rows[16], rows[32]] as WordRow[]) {
        assert.deepEqual(await table.get({ row_id: row.row_id }), row)
        assert.deepEqual(await table.get({ row_id: row.row_id, word: row.word }), row)
        assert.equal(await table.get({ row_id: row.row_id, word: 'oak' }), undefined)
      }
      assert.equal(await table.get({ row_id: 'r' }), undefined)
      assert.equal(await table.get({ row_id: 'R000001' }), undefined)
      await expectError(table.get({}), 'invalid-argument')
    },
  ),
  check(
    'find/get-key',
    'get by a primary key of several columns gives exactly that row',
    { needs: findNeeds },
    async (context) => {
      const rows = ['a', 'b', 'A', 'ab'].flatMap((left) =>
        ['a', 'b', ''].map((right) => ({ left, right: `${right}-` })),
      )
      const table = await context.table(
        { columns: { left: 'string', right: 'string' }, primaryKey: ['left', 'right'] },
        rows,
      )
      for (const row of rows) assert.deepEqual(await table.get(row), row)
      assert.equal(await table.get({ left: 'a', right: 'c-' }), undefined)
    },
  ),
  check(
    'find/count',
    'count is the number of rows that find gives',
    { needs: [...findNeeds, 'tables.count'] },
    async (context) => {
      const { table } = await wordTable(context, 1001)
      const filters = [
        undefined,
        {},
        { word: 'fig' },
        { word: { $regex: 'i' } },
        { row_id: { $lt: 'r000500' } },
        { word: 'oak' },
      ]
      for (const filter of filters) {
        const { count } = await table.count(filter)
        assert.equal(count, (await collect(table.find(filter))).length, JSON.stringify(filter))
      }
      assert.equal((await table.count()).count, 1001)
    },
  ),
  check(
    'find/empty-table',
    'an empty table gives no row and counts 0',
    { needs: ['tables.create', 'tables.find', 'tables.count'] },
    async (context) => {
      const table = await emptyTable(context)
      assert.deepEqual(await collect(table.find()), [])
      assert.deepEqual(await collect(table.find({ word: { $ne: 'fig' } }, { sort: { word: 1 }, limit: 5 })), [])
      assert.equal((await table.count()).count, 0)
      assert.equal((await table.count({ word: null })).count, 0)
    },
  ),
  check(
    'find/preview',
    'a preview shows some rows: 100, or as many as asked',
    { needs: [...findNeeds, 'tables.preview'] },
    async (context) => {
      const { table } = await wordTable(context, 150)
      const known = new Set(rowIds(await collect(table.find())))
      for (const [limit, expected] of [
        [undefined, 100],
        [0, 0],
        [1, 1],
        [7, 7],
        [150, 150],
        [1000, 150],
      ] as const) {
        const shown = await table.preview({ limit })
        assert.equal(shown.length, expected, `limit ${limit ?? 'left out'}`)
        assert.equal(new Set(rowIds(shown)).size, expected, 'a row is shown twice')
        assert.ok(
          rowIds(shown).every((id) => known.has(id)),
          'a row is shown that was never written',
        )
      }
      await expectError(table.preview({ limit: 1001 }), 'invalid-argument')
    },
  ),
  check(
    'find/missing-table',
    'finding, getting and counting in a table that is not there is not-found',
    { needs: ['tables.find', 'tables.count'] },
    async (context) => {
      const bucket = await context.bucket()
      const table = bucket.table(context.newTableName())
      await expectError(collect(table.find()), 'not-found')
      await expectError(collect(table.find({ a: 'x' }, { sort: { a: 1 }, limit: 5 })), 'not-found')
      await expectError(table.find().first(), 'not-found')
      await expectError(table.get({ a: 'x' }), 'not-found')
      await expectError(table.count(), 'not-found')
      await expectError(table.count({ a: 'x' }), 'not-found')
    },
  ),
  check(
    'find/missing-bucket',
    'finding in a bucket that is not there is not-found',
    { needs: ['tables.find'] },
    async (context) => {
      const table = context.storage.bucket(context.newBucketName()).table(context.newTableName())
      await expectError(collect(table.find()), 'not-found')
      await expectError(table.get({ a: 'x' }), 'not-found')
    },
  ),
  check(
    'find/after-insert',
    'rows are found as soon as they are written',
    { needs: [...findNeeds, 'semantics.readAfterWrite'] },
    async (context) => {
      const table = await emptyTable(context)
      const rows = wordRows(30)
      for (const [index, row] of rows.entries()) {
        await table.insert(row)
        assert.deepEqual(await table.get({ row_id: row.row_id }), row)
        assert.equal((await collect(table.find())).length, index + 1)
      }
    },
  ),
  check(
    'find/after-change',
    'changed rows are found as they are now, deleted rows no more',
    { needs: [...findNeeds, 'tables.update', 'tables.delete', 'tables.count', 'semantics.readAfterWrite'] },
    async (context) => {
      const rows = wordRows(20)
      const columns = { row_id: 'string', half: 'string', word: 'string' } as const
      const table = await context.table({ columns, primaryKey: ['row_id'] }, rows)
      for (const { row_id } of rows.slice(0, 10)) {
        await table.update({ row_id }, { $set: { word: 'oak' } })
        assert.equal((await table.get({ row_id }))?.['word'], 'oak')
        assert.equal((await collect(table.find({ row_id, word: { $ne: 'oak' } }))).length, 0)
      }
      assert.equal((await table.count({ word: 'oak' })).count, 10)
      for (const [index, { row_id }] of rows.slice(0, 5).entries()) {
        await table.delete({ row_id })
        assert.equal(await table.get({ row_id }), undefined)
        assert.equal((await table.count()).count, 19 - index)
      }
    },
  ),
]

import assert from 'node:assert/strict'
import { type Check, check, type Need } from '../check.ts'
import { expectError } from '../expectation.ts'
import { assertStored } from './stored-rows.ts'
import { textRows, textTable } from './text-rows.ts'

const needs: readonly Need[] = ['tables.create', 'tables.drop']
const rows: readonly Need[] = ['tables.insert', 'tables.find']

/** Dropping tables. */
export const tableDroppingChecks: readonly Check[] = [
  check('tables/drop', 'a dropped table is gone', { needs: [...needs, 'tables.get'] }, async (context) => {
    const table = await context.table(textTable)
    await table.drop()
    await expectError(table.info(), 'not-found')
    assert.equal(await table.exists(), false)
  }),
  check(
    'tables/drop-unreachable',
    'a dropped table can neither be read nor written: not-found',
    { needs: [...needs, ...rows] },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(2))
      await table.drop()
      await expectError(() => table.find().toArray(), 'not-found')
      await expectError(table.insert(textRows(1)), 'not-found')
      await expectError(() => table.find().toArray(), 'not-found')
    },
  ),
  check(
    'tables/drop-missing',
    'dropping a table that is not there fails with not-found, the second time as well',
    { needs },
    async (context) => {
      const table = await context.table(textTable)
      await table.drop()
      await expectError(table.drop(), 'not-found')
      const bucket = context.storage.bucket(table.bucketName)
      await expectError(bucket.table(context.newTableName()).drop(), 'not-found')
    },
  ),
  check(
    'tables/drop-recreate',
    'a table created again under a dropped one’s name has no rows of it, and its own columns and key',
    { needs: [...needs, ...rows, 'tables.get'] },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(3))
      await table.drop()
      await table.create({ columns: { code: 'string', name: 'string' }, primaryKey: ['code'] })
      assert.deepEqual(await table.find().toArray(), [])
      const info = await table.info()
      assert.ok(info.rowCount === undefined || info.rowCount === 0, `it counts ${info.rowCount} rows`)
      assert.deepEqual([info.columns.map(({ name }) => name), info.primaryKey], [['code', 'name'], ['code']])
      const row = { code: 'r000001', name: 'new' }
      await table.insert(row)
      assert.deepEqual(await table.find().toArray(), [row])
    },
  ),
  check(
    'tables/drop-forgets',
    'a table created again just as it was has none of the dropped rows, and their keys are free',
    { needs: [...needs, ...rows] },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(3))
      await table.drop()
      await table.create(textTable)
      await assertStored(table, [])
      await table.insert(textRows(2, 0, 'new'))
      await assertStored(table, textRows(2, 0, 'new'))
    },
  ),
  check(
    'tables/drop-neighbours',
    'dropping a table leaves those whose names begin or end like its own',
    { needs: [...needs, ...rows] },
    async (context) => {
      const bucket = await context.bucket()
      const start = context.newTableName()
      const [dropped, longer, other] = ['a', 'ab', 'b'].map((end) => bucket.table(start + end))
      for (const table of [dropped, longer, other]) {
        await table?.create(textTable)
        await table?.insert(textRows(2))
        context.defer(() => table?.drop())
      }
      await dropped?.drop()
      for (const table of [longer, other]) if (table !== undefined) await assertStored(table, textRows(2))
    },
  ),
]

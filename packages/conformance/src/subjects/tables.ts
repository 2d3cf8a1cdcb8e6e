import assert from 'node:assert/strict'
import { columnTypes, type TableDefinition } from '@stowage/core'
import { type Check, check } from '../check.ts'
import { expectError } from '../expectation.ts'
import { assertJustNow, assertNotBefore } from './plausible-dates.ts'
import { assertStored } from './stored-rows.ts'
import { tableConstraintChecks } from './tables-constraints.ts'
import { tableDroppingChecks } from './tables-dropping.ts'
import { tableKeyChecks } from './tables-keys.ts'
import { tableListingChecks } from './tables-listing.ts'
import { tableNameChecks } from './tables-names.ts'
import { textRows, textTable } from './text-rows.ts'
import { expectUnsent } from './unsent.ts'

/** Tables: defined, listed, described, dropped. */
export const tableChecks: readonly Check[] = [
  check(
    'tables/create',
    'a created table is there, with its name, columns and key, and without rows',
    { needs: ['tables.create', 'tables.get', 'tables.find'] },
    async (context) => {
      const table = await context.table(textTable)
      const info = await table.info()
      assert.deepEqual([info.bucket, info.name], [table.bucketName, table.name])
      assert.deepEqual(
        info.columns.map(({ name }) => name),
        ['id', 'name', 'city'],
      )
      assert.deepEqual(info.primaryKey, ['id'])
      assert.deepEqual(info.indexes, [])
      assert.equal(await table.exists(), true)
      assert.deepEqual(await table.find().toArray(), [])
    },
  ),
  check(
    'tables/create-facts',
    'creating a table gives what looking at it gives, and when it was created',
    { needs: ['tables.create', 'tables.get'] },
    async (context) => {
      const startedMs = Date.now()
      const table = (await context.bucket()).table(context.newTableName())
      const created = await table.create(textTable)
      context.defer(() => table.drop())
      const info = await table.info()
      assert.deepEqual(info, created)
      assert.ok(info.rowCount === undefined || info.rowCount === 0, `an empty table counts ${info.rowCount} rows`)
      assertJustNow(info.createdAt, startedMs, 'createdAt')
      assertJustNow(info.updatedAt, startedMs, 'updatedAt')
      assertNotBefore(info.updatedAt, info.createdAt, 'updatedAt')
    },
  ),
  check(
    'tables/column-types',
    'each of the six column types is kept',
    { needs: ['tables.create', 'tables.get', 'semantics.keepsTypes'] },
    async (context) => {
      const columns = columnTypes.map((type) => ({ name: `a_${type}`, type }))
      const info = await (await context.table({ columns })).info()
      assert.deepEqual(
        info.columns.map(({ name, type }) => ({ name, type })),
        columns,
      )
    },
  ),
  check(
    'tables/column-order',
    'columns stay in the order they were given in, not in that of their names',
    { needs: ['tables.create', 'tables.get'] },
    async (context) => {
      const names = ['m', 'z', 'a', 'y', 'b']
      const columns = names.map((name) => ({ name, type: 'string' }) as const)
      const info = await (await context.table({ columns, primaryKey: ['b', 'm'] })).info()
      assert.deepEqual(
        info.columns.map(({ name }) => name),
        names,
      )
      assert.deepEqual(info.primaryKey, ['b', 'm'], 'nor is the key sorted')
    },
  ),
  check(
    'tables/columns-required',
    'columns are required as asked, and those of the key always',
    { needs: ['tables.create', 'tables.get'] },
    async (context) => {
      const columns = { id: 'string', must: { type: 'string', required: true }, may: 'string' } as const
      const info = await (await context.table({ columns, primaryKey: ['id'] })).info()
      assert.deepEqual(
        info.columns.map(({ name, required }) => [name, required]),
        [
          ['id', true],
          ['must', true],
          ['may', false],
        ],
      )
    },
  ),
  check(
    'tables/descriptions',
    'a table and its columns keep their descriptions',
    { needs: ['tables.create', 'tables.get'] },
    async (context) => {
      const columns = { id: { type: 'string', description: 'who "it" is' }, plain: 'string' } as const
      const info = await (await context.table({ columns, description: 'two\nlines, é' })).info()
      assert.equal(info.description, 'two\nlines, é')
      assert.deepEqual(
        info.columns.map(({ description }) => description),
        ['who "it" is', undefined],
      )
    },
  ),
  check(
    'tables/indexes',
    'a table tells its indexes as asked for, without that of the key',
    { needs: ['tables.create', 'tables.get', 'tables.indexes'] },
    async (context) => {
      const indexes = [
        { name: 'by_place', columns: ['city', 'name'], unique: false },
        { name: 'one_name', columns: ['name'], unique: true },
      ]
      const info = await (await context.table({ ...textTable, indexes })).info()
      assert.deepEqual(
        info.indexes.map(({ name, columns, unique = false }) => ({ name, columns, unique })),
        indexes,
      )
    },
  ),
  check(
    'tables/undeclared-fields',
    'a table says whether it keeps fields no column declares: as asked, otherwise as the backend can',
    { needs: ['tables.create', 'tables.get'] },
    async (context) => {
      const { keepsUndeclaredFields } = context.capabilities.semantics
      const byItself = await (await context.table(textTable)).info()
      assert.equal(byItself.undeclaredFields, keepsUndeclaredFields ? 'keep' : 'refuse')
      const refusing = await (await context.table({ ...textTable, undeclaredFields: 'refuse' })).info()
      assert.equal(refusing.undeclaredFields, 'refuse')
    },
  ),
  check(
    'tables/create-twice',
    'creating a table that is there fails with already-exists; its definition and rows stay',
    { needs: ['tables.create', 'tables.get', 'tables.insert', 'tables.find'] },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(2))
      const { columns } = await table.info()
      await expectError(table.create(textTable), 'already-exists')
      await expectError(table.create({ columns: { other: 'string' } }), 'already-exists')
      assert.deepEqual((await table.info()).columns, columns)
      await assertStored(table, textRows(2))
    },
  ),
  check(
    'tables/create-bucket-missing',
    'creating a table in a bucket that is not there fails with not-found',
    { needs: ['tables.create'] },
    async (context) => {
      const bucket = context.storage.bucket(context.newBucketName())
      await expectError(bucket.table(context.newTableName()).create(textTable), 'not-found')
    },
  ),
  check(
    'tables/create-refused',
    'a definition that contradicts itself is refused before anything is sent',
    { needs: ['tables.create', 'tables.get'] },
    async (context) => {
      context.require('tables.create')
      const bucket = await context.bucket()
      const table = bucket.table(context.newTableName())
      assert.equal(await table.exists(), false)
      for (const [what, definition] of Object.entries(contradictions)) {
        await expectUnsent(context, () => table.create(definition as TableDefinition), 'invalid-argument').catch(
          (cause) => assert.fail(`${what}: ${String(cause)}`),
        )
      }
      assert.equal(await table.exists(), false)
      await table.create(textTable)
      context.defer(() => table.drop())
    },
  ),
  check(
    'tables/get-missing',
    'looking for a table that is not there fails with not-found, in a missing bucket as well',
    { needs: ['tables.get'] },
    async (context) => {
      const missing = context.storage.bucket(context.newBucketName()).table(context.newTableName())
      await expectError(missing.info(), 'not-found')
      assert.equal(await missing.exists(), false)
      if (context.has('semantics.dynamicBuckets') && !context.has('buckets.create')) return
      const table = (await context.bucket()).table(context.newTableName())
      await expectError(table.info(), 'not-found')
      assert.equal(await table.exists(), false)
    },
  ),
  check(
    'tables/row-count',
    'a table that tells how many rows it holds tells it right',
    { needs: ['tables.create', 'tables.get', 'tables.insert'] },
    async (context) => {
      const table = await context.table(textTable)
      const created = await table.info()
      await table.insert(textRows(3))
      const info = await table.info()
      if (created.rowCount === undefined) assert.equal(info.rowCount, undefined)
      else assert.equal(info.rowCount, 3)
      assertNotBefore(info.updatedAt, created.updatedAt, 'updatedAt')
      assert.deepEqual(info.createdAt, created.createdAt)
    },
  ),
  ...tableNameChecks,
  ...tableListingChecks,
  ...tableDroppingChecks,
  ...tableKeyChecks,
  ...tableConstraintChecks,
]

const text = 'string'

/** Definitions that no backend must ever see, by what is wrong with them. */
const contradictions: Readonly<Record<string, unknown>> = {
  'no columns': { columns: {} },
  'an empty list of columns': { columns: [] },
  'a column given twice': {
    columns: [
      { name: 'id', type: text },
      { name: 'id', type: 'number' },
    ],
  },
  'an unknown type': { columns: { id: 'integer' } },
  'a column without a name': { columns: { '': text } },
  'a column called __proto__': { columns: [{ name: '__proto__', type: text }] },
  'half of a surrogate pair in a column name': { columns: { 'a\ud800': text } },
  'a key of an unknown column': { columns: { id: text }, primaryKey: ['other'] },
  'a key that names a column twice': { columns: { id: text }, primaryKey: ['id', 'id'] },
  'a key of an object': { columns: { id: 'object' }, primaryKey: ['id'] },
  'a key of an array': { columns: { id: 'array' }, primaryKey: ['id'] },
  'an index of an unknown column': { columns: { id: text }, indexes: [{ name: 'i', columns: ['other'] }] },
  'an index of no column': { columns: { id: text }, indexes: [{ name: 'i', columns: [] }] },
  'an index that names a column twice': { columns: { id: text }, indexes: [{ name: 'i', columns: ['id', 'id'] }] },
  'two indexes of one name': {
    columns: { id: text, n: text },
    indexes: [
      { name: 'i', columns: ['id'] },
      { name: 'i', columns: ['n'] },
    ],
  },
  'an unknown rule for undeclared fields': { columns: { id: text }, undeclaredFields: 'drop' },
  'a misspelt option': { columns: { id: text }, primarykey: ['id'] },
}

import assert from 'node:assert/strict'
import { StorageError } from '@stowage/core'
import { type Check, check } from '../check.ts'
import { expectError } from '../expectation.ts'
import { assertStored } from './stored-rows.ts'
import { textRows, textTable } from './text-rows.ts'

const oddTableEndings: readonly string[] = [
  'A',
  'a',
  ' ',
  '.b',
  '-',
  'é',
  'e\u0301',
  '😀',
  '%20',
  '%2F',
  '/b',
  '#?',
  '"',
  "'",
  ';',
]
const oddColumns: readonly string[] = [
  'Ab',
  'aB',
  'a b',
  ' a',
  'é',
  'e\u0301',
  '😀',
  '10',
  '2',
  '$x',
  'select',
  '"',
  "'",
  'a-b',
  '_',
]

/** Names of tables and columns: kept exactly or refused. */
export const tableNameChecks: readonly Check[] = [
  check(
    'tables/names-kept',
    'a table name is kept exactly or refused with invalid-argument, never changed, and each name is another table',
    { needs: ['tables.create', 'tables.insert', 'tables.find', 'tables.list'] },
    async (context) => {
      const bucket = await context.bucket()
      const start = context.newTableName()
      const kept: string[] = []
      for (const name of ['', ...oddTableEndings].map((ending) => start + ending)) {
        try {
          await bucket.table(name).create(textTable)
          kept.push(name)
        } catch (error) {
          if (!StorageError.is(error, 'invalid-argument')) throw error
        }
      }
      for (const name of kept) context.defer(() => bucket.table(name).drop())
      for (const name of kept) await bucket.table(name).insert({ id: 'it', name, city: 'x' })
      for (const name of kept) await assertStored(bucket.table(name), [{ id: 'it', name, city: 'x' }])
      const listed = (await bucket.tables().toArray()).map(({ name }) => name)
      assert.deepEqual(listed.filter((name) => name.startsWith(start)).toSorted(), kept.toSorted())
      assert.ok(kept.includes(start), 'not even a plain name is kept')
    },
  ),
  check(
    'tables/name-parts',
    'the beginning of a name, a name with something after it and a pattern for it are not the table',
    { needs: ['tables.create', 'tables.get'] },
    async (context) => {
      const table = await context.table(textTable)
      const bucket = context.storage.bucket(table.bucketName)
      for (const other of [table.name.slice(0, -1), `${table.name}0`, `${table.name} `, '%', '*', `${table.name}%`]) {
        await expectError(() => bucket.table(other).info(), 'not-found', 'invalid-argument')
      }
    },
  ),
  check(
    'tables/column-names-kept',
    'a column name is kept exactly or refused with invalid-argument, never changed, and each name is another column',
    { needs: ['tables.create', 'tables.get', 'tables.insert', 'tables.find'] },
    async (context) => {
      const kept: string[] = []
      for (const name of oddColumns) {
        try {
          await context.table({ columns: [{ name, type: 'string' }] })
          kept.push(name)
        } catch (error) {
          if (!StorageError.is(error, 'invalid-argument')) throw error
        }
      }
      const columns = ['id', ...kept].map((name) => ({ name, type: 'string' }) as const)
      const table = await context.table({ columns, primaryKey: ['id'] })
      assert.deepEqual(
        (await table.info()).columns.map(({ name }) => name),
        ['id', ...kept],
      )
      const row = Object.fromEntries(['id', ...kept].map((name) => [name, `in ${name}`]))
      await table.insert(row)
      assert.deepEqual(await table.find().toArray(), [row])
    },
  ),
  check(
    'tables/same-name-elsewhere',
    'tables of one name in two buckets are two tables',
    { needs: ['tables.create', 'tables.insert', 'tables.find', 'tables.drop', 'semantics.dynamicBuckets'] },
    async (context) => {
      const name = context.newTableName()
      const [here, there] = [(await context.bucket()).table(name), (await context.bucket()).table(name)]
      await here.create(textTable)
      await there.create(textTable)
      await here.insert(textRows(2))
      await there.insert(textRows(1, 7))
      await assertStored(here, textRows(2))
      await assertStored(there, textRows(1, 7))
      await here.drop()
      await assertStored(there, textRows(1, 7))
    },
  ),
]

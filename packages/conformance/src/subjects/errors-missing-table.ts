import assert from 'node:assert/strict'
import { StorageError, type Table } from '@stowage/core'
import { type Check, check, type Need } from '../check.ts'
import { expectError } from '../expectation.ts'
import { textRows, textTable } from './text-rows.ts'

interface MissingTableCall {
  readonly id: string
  readonly needs: readonly Need[]
  readonly call: (table: Table) => PromiseLike<unknown>
}

const calls: readonly MissingTableCall[] = [
  { id: 'insert', needs: ['tables.insert'], call: (table) => table.insert(textRows(1)) },
  { id: 'upsert', needs: ['tables.upsert'], call: (table) => table.insert(textRows(1), { mode: 'upsert' }) },
  { id: 'load', needs: ['tables.load', 'tables.get'], call: (table) => table.load(textRows(1)) },
  {
    id: 'replace',
    needs: ['tables.load', 'tables.replace', 'tables.get'],
    call: (table) => table.load(textRows(1), { mode: 'replace' }),
  },
  { id: 'find', needs: ['tables.find'], call: (table) => table.find({ id: 'a' }).toArray() },
  { id: 'row', needs: ['tables.find'], call: (table) => table.get({ id: 'a' }) },
  { id: 'count', needs: ['tables.count'], call: (table) => table.count() },
  { id: 'update', needs: ['tables.update'], call: (table) => table.update({ id: 'a' }, { $set: { name: 'b' } }) },
  {
    id: 'update-upsert',
    needs: ['tables.update', 'tables.updateUpsert'],
    call: (table) => table.update({ id: 'a' }, { $set: { name: 'b' } }, { upsert: true }),
  },
  { id: 'delete', needs: ['tables.delete'], call: (table) => table.delete({ id: 'a' }) },
  { id: 'delete-all', needs: ['tables.delete'], call: (table) => table.delete({}, { all: true }) },
  {
    id: 'export',
    needs: ['tables.export', 'tables.get', 'tables.find'],
    call: (table) => table.export(() => undefined),
  },
  { id: 'preview', needs: ['tables.preview'], call: (table) => table.preview() },
]

/** What is asked of a table that isn't there fails with `not-found`, whatever it is: it is never an empty table, and never made. */
export const missingTableChecks: readonly Check[] = [
  ...calls.map(missingTableCheck),
  check(
    'errors/missing-table-page',
    'reading a table that is dropped meanwhile fails with not-found or gives the rows that were there, but not some of them',
    { needs: ['tables.create', 'tables.insert', 'tables.find', 'tables.drop'] },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(5))
      let read = 0
      try {
        for await (const row of table.find({}, { pageSize: 2 })) {
          if (read === 0) await table.drop()
          if (row['id'] !== undefined) read += 1
        }
        assert.equal(read, 5, 'the reading ended early, as if there were no more rows')
      } catch (error) {
        if (!StorageError.is(error, 'not-found')) throw error
      }
    },
  ),
]

function missingTableCheck({ id, needs, call }: MissingTableCall): Check {
  return check(
    `errors/missing-table-${id}`,
    `${id.replaceAll('-', ' ')} of a table that is not there fails with not-found, in a missing bucket as well`,
    { needs },
    async (context) => {
      const missing = context.storage.bucket(context.newBucketName())
      await expectError(() => call(missing.table(context.newTableName())), 'not-found')
      if (context.has('semantics.dynamicBuckets') && !context.has('buckets.create')) return
      const bucket = await context.bucket()
      await expectError(() => call(bucket.table(context.newTableName())), 'not-found')
    },
  )
}

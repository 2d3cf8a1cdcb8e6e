import assert from 'node:assert/strict'
import { type Check, check } from '../check.ts'
import { closingChecks } from './concurrency-closing.ts'
import { parallelFileChecks } from './concurrency-files.ts'
import { readerChecks } from './concurrency-readers.ts'
import { parallelRowChecks } from './concurrency-rows.ts'
import { expectOneWinner, inParallel } from './parallel-calls.ts'

/** Concurrency: many callers at once. */
export const concurrencyChecks: readonly Check[] = [
  check(
    'concurrency/create-bucket',
    'of creations of one bucket at once, exactly one succeeds',
    { needs: ['buckets.create', 'buckets.get', 'semantics.dynamicBuckets'] },
    async (context) => {
      const bucket = context.storage.bucket(context.newBucketName())
      context.defer(() => bucket.delete({ force: true }))
      await expectOneWinner(() => bucket.create(), 'already-exists')
      assert.equal((await bucket.info()).name, bucket.name)
    },
  ),
  check(
    'concurrency/create-table',
    'of creations of one table at once, exactly one succeeds, and its columns stand',
    { needs: ['tables.create', 'tables.get'] },
    async (context) => {
      const bucket = await context.bucket()
      const table = bucket.table(context.newTableName())
      if (!context.has('semantics.dynamicBuckets')) context.defer(() => table.drop())
      const winner = await expectOneWinner(
        (index) => table.create({ columns: { [`c${index}`]: 'string' } }),
        'already-exists',
      )
      const { columns } = await table.info()
      assert.deepEqual(
        columns.map(({ name }) => name),
        [`c${winner}`],
      )
    },
  ),
  check(
    'concurrency/create-tables',
    'tables created at once in one bucket are all there',
    { needs: ['tables.create', 'tables.get', 'tables.drop'] },
    async (context) => {
      const bucket = await context.bucket()
      const tables = Array.from({ length: 8 }, () => bucket.table(context.newTableName()))
      await inParallel(8, async (index) => tables[index]?.create({ columns: { [`c${index}`]: 'string' } }))
      for (const [index, table] of tables.entries()) {
        assert.equal((await table.info()).columns[0]?.name, `c${index}`)
      }
      await inParallel(8, async (index) => tables[index]?.drop())
      assert.deepEqual(await Promise.all(tables.map((table) => table.exists())), Array(8).fill(false))
    },
  ),
  ...parallelRowChecks,
  ...readerChecks,
  ...parallelFileChecks,
  ...closingChecks,
]

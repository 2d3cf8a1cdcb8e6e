import assert from 'node:assert/strict'
import { type Check, check, type Need } from '../check.ts'
import { collect, expectError } from '../expectation.ts'
import { createBucket } from './new-buckets.ts'
import { textRows, textTable } from './text-rows.ts'

const needs: readonly Need[] = ['buckets.create', 'buckets.delete', 'semantics.dynamicBuckets']
const files: readonly Need[] = ['files.write', 'files.read']
const tables: readonly Need[] = ['tables.create', 'tables.insert', 'tables.find']

/** Deleting buckets: empty ones, full ones, missing ones. */
export const bucketDeletionChecks: readonly Check[] = [
  check(
    'buckets/delete',
    'a deleted bucket is gone, and its name is free',
    { needs: [...needs, 'buckets.get'] },
    async (context) => {
      const bucket = await createBucket(context)
      await bucket.delete()
      await expectError(bucket.info(), 'not-found')
      assert.equal(await bucket.exists(), false)
      await bucket.create()
      assert.equal(await bucket.exists(), true)
    },
  ),
  check(
    'buckets/delete-unlisted',
    'a deleted bucket is not listed any more, and its neighbours are',
    { needs: [...needs, 'buckets.list'] },
    async (context) => {
      const [first, second] = [await createBucket(context), await createBucket(context)]
      await first.delete()
      const names = (await collect(context.storage.buckets())).map(({ name }) => name)
      assert.deepEqual([names.includes(first.name), names.includes(second.name)], [false, true])
    },
  ),
  check(
    'buckets/delete-missing',
    'deleting a bucket that is not there fails with not-found, with force as well',
    { needs: ['buckets.delete'] },
    async (context) => {
      const bucket = context.storage.bucket(context.newBucketName())
      await expectError(bucket.delete(), 'not-found')
      await expectError(bucket.delete({ force: true }), 'not-found')
    },
  ),
  check(
    'buckets/delete-holds-file',
    'a bucket that holds a file is not deleted without force: conflict, and the file is still there',
    { needs: [...needs, ...files, 'buckets.get'] },
    async (context) => {
      const bucket = await createBucket(context)
      await bucket.file('a/b.txt').put('kept')
      await expectError(bucket.delete(), 'conflict')
      await expectError(bucket.delete({ force: false }), 'conflict')
      assert.equal(await bucket.exists(), true)
      assert.equal(await bucket.file('a/b.txt').text(), 'kept')
    },
  ),
  check(
    'buckets/delete-holds-table',
    'a bucket that holds a table, even one without rows, is not deleted without force: conflict, and the table is still there',
    { needs: [...needs, ...tables] },
    async (context) => {
      const bucket = await createBucket(context)
      const table = bucket.table(context.newTableName())
      await table.create(textTable)
      await expectError(bucket.delete(), 'conflict')
      await table.insert(textRows(1))
      await expectError(bucket.delete(), 'conflict')
      assert.deepEqual(await table.find().toArray(), textRows(1))
    },
  ),
  check(
    'buckets/delete-force-files',
    'force deletes a bucket with its files, and they do not come back with its name',
    { needs: [...needs, ...files, 'files.stat', 'files.list'] },
    async (context) => {
      const [bucket, neighbour] = [await createBucket(context), await createBucket(context)]
      for (const key of ['a.txt', 'a/b.txt']) {
        await bucket.file(key).put('old')
        await neighbour.file(key).put('stays')
      }
      await bucket.delete({ force: true })
      await expectError(bucket.file('a.txt').get(), 'not-found')
      await bucket.create()
      assert.equal(await bucket.file('a.txt').exists(), false)
      assert.deepEqual(await collect(bucket.files()), [])
      assert.equal(await neighbour.file('a/b.txt').text(), 'stays')
    },
  ),
  check(
    'buckets/delete-force-tables',
    'force deletes a bucket with its tables, and they do not come back with its name',
    { needs: [...needs, ...tables, 'tables.list'] },
    async (context) => {
      const [bucket, neighbour] = [await createBucket(context), await createBucket(context)]
      const name = context.newTableName()
      for (const { table } of [{ table: bucket.table(name) }, { table: neighbour.table(name) }]) {
        await table.create(textTable)
        await table.insert(textRows(2))
      }
      await bucket.delete({ force: true })
      await expectError(bucket.table(name).find().toArray(), 'not-found')
      await bucket.create()
      assert.deepEqual(await collect(bucket.tables()), [])
      await bucket.table(name).create(textTable)
      assert.deepEqual(await bucket.table(name).find().toArray(), [])
      assert.equal((await neighbour.table(name).find().toArray()).length, 2)
    },
  ),
]

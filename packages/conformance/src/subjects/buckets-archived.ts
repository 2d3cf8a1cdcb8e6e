import assert from 'node:assert/strict'
import type { Bucket, StorageErrorCode } from '@stowage/core'
import { type Check, check, type Need } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'
import { createBucket } from './new-buckets.ts'
import { assertNotBefore } from './plausible-dates.ts'
import { assertStored } from './stored-rows.ts'
import { textRows, textTable } from './text-rows.ts'

const archive: readonly Need[] = ['buckets.create', 'buckets.archive', 'semantics.dynamicBuckets']
const needs: readonly Need[] = [...archive, 'buckets.get']
const refusals: readonly StorageErrorCode[] = ['permission-denied', 'conflict']

/** Archived buckets: kept, but refusing writes. */
export const archivedBucketChecks: readonly Check[] = [
  check(
    'buckets/archive',
    'an archived bucket says so, and one taken back no longer does',
    { needs },
    async (context) => {
      const bucket = await createBucket(context)
      const before = await bucket.info()
      assert.equal((await bucket.archive()).isArchived, true)
      const archived = await bucket.info()
      assert.deepEqual({ ...archived, updatedAt: undefined }, { ...before, isArchived: true, updatedAt: undefined })
      assertNotBefore(archived.updatedAt, before.updatedAt, 'updatedAt')
      assert.equal((await bucket.unarchive()).isArchived, false)
      assert.equal((await bucket.info()).isArchived, false)
    },
  ),
  check(
    'buckets/archive-again',
    'archiving an archived bucket succeeds and changes nothing, and so does taking back one that is not',
    { needs },
    async (context) => {
      const bucket = await createBucket(context)
      const fresh = await bucket.unarchive()
      assert.deepEqual(await bucket.info(), fresh)
      await bucket.archive()
      const archived = await bucket.info()
      assert.deepEqual(await bucket.archive(), archived)
      assert.deepEqual(await bucket.info(), archived)
    },
  ),
  check(
    'buckets/archive-listed',
    'an archived bucket is still listed, as archived',
    { needs: [...archive, 'buckets.list'] },
    async (context) => {
      const bucket = await createBucket(context)
      await bucket.archive()
      const listed = await context.storage.buckets().toArray()
      assert.equal(listed.find(({ name }) => name === bucket.name)?.isArchived, true)
    },
  ),
  check(
    'buckets/archive-missing',
    'archiving a bucket that is not there fails with not-found',
    { needs: ['buckets.archive'] },
    async (context) => {
      const bucket = context.storage.bucket(context.newBucketName())
      await expectError(bucket.archive(), 'not-found')
      await expectError(bucket.unarchive(), 'not-found')
    },
  ),
  check(
    'buckets/archive-files',
    'an archived bucket keeps its files readable and takes no new ones, until it is taken back',
    { needs: [...archive, 'files.write', 'files.read', 'files.stat'] },
    async (context) => {
      context.require('buckets.archive')
      const bucket = await createBucket(context)
      const [old, fresh] = [bucket.file('old.txt'), bucket.file('fresh.txt')]
      await old.put('old')
      await bucket.archive()
      await expectError(fresh.put('new'), ...refusals)
      await expectError(old.put('new'), ...refusals)
      assert.equal(await old.text(), 'old')
      assert.equal(await fresh.exists(), false)
      await bucket.unarchive()
      await fresh.put('new')
      assert.equal(await fresh.text(), 'new')
    },
  ),
  check(
    'buckets/archive-tables',
    'an archived bucket keeps its rows readable and takes no new rows or tables, until it is taken back',
    { needs: [...archive, 'tables.create', 'tables.insert', 'tables.find'] },
    async (context) => {
      const bucket = await createBucket(context)
      const table = bucket.table(context.newTableName())
      await table.create(textTable)
      await table.insert(textRows(2))
      await bucket.archive()
      await expectError(table.insert(textRows(1, 2)), ...refusals)
      await expectError(bucket.table(context.newTableName()).create(textTable), ...refusals)
      await assertStored(table, textRows(2))
      await bucket.unarchive()
      await table.insert(textRows(1, 2))
      await assertStored(table, textRows(3))
    },
  ),
  refusedWrite('files.delete', 'files', async (bucket) => bucket.file('old.txt').delete()),
  refusedWrite('files.copy', 'files', async (bucket) => bucket.file('old.txt').copyTo(bucket.file('copy.txt'))),
  refusedWrite('tables.drop', 'tables', async (bucket) => bucket.table('old').drop()),
  refusedWrite('tables.load', 'tables', async (bucket) => bucket.table('old').load(textRows(1, 5))),
  refusedWrite('tables.update', 'tables', async (bucket) =>
    bucket.table('old').update({ id: textRows(1)[0]?.['id'] ?? '' }, { $set: { name: 'new' } }),
  ),
  refusedWrite('tables.delete', 'tables', async (bucket) => bucket.table('old').delete({}, { all: true })),
]

/** A check that one more kind of write is refused while the bucket is archived, and that all is as it was. */
function refusedWrite(need: Need, kind: 'files' | 'tables', write: (bucket: Bucket) => Promise<unknown>): Check {
  const reads: readonly Need[] =
    kind === 'files' ? ['files.write', 'files.read', 'files.list'] : ['tables.create', 'tables.insert', 'tables.find']
  return check(
    `buckets/archive-refuses-${need.replace('.', '-')}`,
    `an archived bucket refuses ${need}, and holds what it held`,
    { needs: [...archive, ...reads, need, ...(need === 'tables.load' ? (['tables.get'] as const) : [])] },
    async (context) => {
      // Before anything else is refused, as files are where they have a bucket of their own.
      context.require('buckets.archive')
      const bucket = await createBucket(context)
      await fill(bucket, kind)
      await bucket.archive()
      await expectError(write(bucket), ...refusals)
      await bucket.unarchive()
      await assertFilled(context, bucket, kind)
      await write(bucket)
    },
  )
}

async function fill(bucket: Bucket, kind: 'files' | 'tables'): Promise<void> {
  if (kind === 'files') {
    await bucket.file('old.txt').put('old')
    return
  }
  await bucket.table('old').create(textTable)
  await bucket.table('old').insert(textRows(2))
}

async function assertFilled(context: CheckContext, bucket: Bucket, kind: 'files' | 'tables'): Promise<void> {
  if (kind === 'tables') return assertStored(bucket.table('old'), textRows(2))
  const files = await context.storage.bucket(bucket.name).files().toArray()
  assert.equal(files.length, 1)
  assert.equal(await bucket.file('old.txt').text(), 'old')
}

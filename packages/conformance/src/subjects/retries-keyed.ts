import assert from 'node:assert/strict'
import { type Check, check } from '../check.ts'
import { attemptsOf, expectCode, type Outcome, retryingStorage, sameTable } from './retried-calls.ts'

/** A repetition meets what the first attempt did: that proves nothing, unless the driver can tell. */
function expectDoneOrUnknown({ error }: Outcome<unknown>): void {
  if (error === undefined) return
  expectCode(error, 'outcome-unknown')
  assert.equal(error.applied, 'unknown')
}

/** Writes that a name or a condition keeps from being applied twice. */
export const keyedChecks: readonly Check[] = [
  check(
    'retries/create-table-lost',
    'a creation whose answer was lost is repeated; the table is there, and nobody says that somebody else made it',
    { needs: ['tables.create', 'tables.get'], faults: ['status-after'] },
    async (context) => {
      const bucket = await context.bucket()
      const table = bucket.table(context.newTableName())
      if (!context.has('semantics.dynamicBuckets')) context.defer(() => table.drop())
      const same = sameTable(retryingStorage(context), table)
      await context.inject({ kind: 'status-after', operation: 'tables.create', status: 503 })
      expectDoneOrUnknown(await attemptsOf(context, 'tables.create', () => same.create({ columns: { a: 'string' } })))
      assert.deepEqual(
        (await table.info()).columns.map(({ name }) => name),
        ['a'],
      )
    },
  ),
  check(
    'retries/create-table-failed',
    'a creation that failed before it was done is repeated and succeeds',
    { needs: ['tables.create', 'tables.get'], faults: ['status-before'] },
    async (context) => {
      const bucket = await context.bucket()
      const table = bucket.table(context.newTableName())
      if (!context.has('semantics.dynamicBuckets')) context.defer(() => table.drop())
      const same = sameTable(retryingStorage(context), table)
      await context.inject({ kind: 'status-before', operation: 'tables.create', status: 503, times: 2 })
      const create = (): PromiseLike<unknown> => same.create({ columns: { a: 'string' } })
      const { error, attempts } = await attemptsOf(context, 'tables.create', create)
      assert.deepEqual([error, attempts], [undefined, 3])
      assert.equal((await table.info()).name, table.name)
    },
  ),
  check(
    'retries/create-table-limit',
    'a creation that fails each time ends as outcome-unknown, and the error says after how many attempts',
    { needs: ['tables.create', 'tables.get'], faults: ['status-before'] },
    async (context) => {
      const bucket = await context.bucket()
      const table = bucket.table(context.newTableName())
      const same = sameTable(retryingStorage(context), table)
      await context.inject({ kind: 'status-before', operation: 'tables.create', status: 503, times: 50 })
      const create = (): PromiseLike<unknown> => same.create({ columns: { a: 'string' } })
      const { error, attempts } = await attemptsOf(context, 'tables.create', create)
      expectCode(error, 'outcome-unknown', 'unavailable')
      assert.equal(attempts, 3)
      // A driver that knows nothing was applied says so, and then there is nothing unknown about it.
      if (error?.code === 'outcome-unknown') assert.equal(error.details['attempts'], 3)
      else assert.equal(error?.applied, 'no')
      assert.equal(await table.exists(), false)
    },
  ),
  check(
    'retries/create-bucket-lost',
    'a bucket whose creation lost its answer is there, and nobody says that somebody else made it',
    { needs: ['buckets.create', 'buckets.get', 'semantics.dynamicBuckets'], faults: ['status-after'] },
    async (context) => {
      const bucket = context.storage.bucket(context.newBucketName())
      context.defer(() => bucket.delete({ force: true }))
      const same = retryingStorage(context).bucket(bucket.name)
      await context.inject({ kind: 'status-after', operation: 'buckets.create', status: 503 })
      expectDoneOrUnknown(await attemptsOf(context, 'buckets.create', () => same.create()))
      assert.equal((await bucket.info()).name, bucket.name)
    },
  ),
  check(
    'retries/drop-lost',
    'a drop whose answer was lost is repeated; the table is gone, and nobody says that it never was',
    { needs: ['tables.create', 'tables.get', 'tables.drop'], faults: ['status-after'] },
    async (context) => {
      const table = await context.table({ columns: { a: 'string' } })
      const same = sameTable(retryingStorage(context), table)
      await context.inject({ kind: 'status-after', operation: 'tables.drop', status: 503 })
      expectDoneOrUnknown(await attemptsOf(context, 'tables.drop', () => same.drop()))
      assert.equal(await table.exists(), false)
    },
  ),
  check(
    'retries/create-file-lost',
    'a file created only where none is, whose answer was lost, is there with its bytes',
    { needs: ['files.write', 'files.createOnly', 'files.read'], faults: ['status-after'] },
    async (context) => {
      const area = await context.files()
      const bucket = retryingStorage(context).bucket(area.bucket.name)
      const put = (): PromiseLike<unknown> => bucket.file(`${area.prefix}new`).put('ours', { overwrite: false })
      await context.inject({ kind: 'status-after', operation: 'files.write', status: 503 })
      expectDoneOrUnknown(await attemptsOf(context, 'files.write', put))
      assert.equal(await area.file('new').text(), 'ours')
    },
  ),
  check(
    'retries/delete-file-lost',
    'a file whose deletion lost its answer is gone, and nobody says that it never was',
    { needs: ['files.write', 'files.delete', 'files.stat'], faults: ['status-after'] },
    async (context) => {
      const area = await context.files()
      await area.file('old').put('old')
      const same = retryingStorage(context).bucket(area.bucket.name).file(`${area.prefix}old`)
      await context.inject({ kind: 'status-after', operation: 'files.delete', status: 503 })
      expectDoneOrUnknown(await attemptsOf(context, 'files.delete', () => same.delete()))
      assert.equal(await area.file('old').exists(), false)
    },
  ),
]

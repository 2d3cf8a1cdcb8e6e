import assert from 'node:assert/strict'
import type { StorageError } from '@stowage/core'
import type { OperationName } from '@stowage/core/driver'
import { type Check, check, type Need } from '../check.ts'
import { expectError } from '../expectation.ts'
import { assertStored } from './stored-rows.ts'
import { textRows, textTable } from './text-rows.ts'

const rows: readonly Need[] = ['tables.create', 'tables.insert', 'tables.find']
const faults = ['status-before'] as const

/** What a service's failures become: told apart, with its wish to wait, and never taken for an answer. */
export const failingServiceChecks: readonly Check[] = [
  check(
    'errors/rate-limited',
    'a 429 is rate-limited: retryable, not applied, with the time to wait taken over',
    { needs: rows, faults },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(1))
      for (const operation of ['tables.find', 'tables.insert'] as const) {
        await context.inject({ kind: 'status-before', operation, status: 429, retryAfterMs: 2000 })
        const call = operation === 'tables.find' ? () => table.find().toArray() : () => table.insert(textRows(1, 1))
        const error = await expectError(call, 'rate-limited')
        assertStatus(error, 429)
        assert.ok(
          error.retryAfterMs !== undefined && Math.abs(error.retryAfterMs - 2000) <= 1000,
          `the service asked to wait 2000 ms, the error says ${error.retryAfterMs}`,
        )
        assert.equal(error.applied, 'no')
      }
      await assertStored(table, textRows(1))
    },
  ),
  ...([500, 503] as const).map((status) =>
    check(
      `errors/unavailable-${status}`,
      `a ${status} is unavailable and retryable, and the next call works`,
      { needs: rows, faults },
      async (context) => {
        const table = await context.table(textTable)
        await table.insert(textRows(2))
        await context.inject({ kind: 'status-before', operation: 'tables.find', status })
        assertStatus(await expectError(() => table.find().toArray(), 'unavailable'), status)
        await assertStored(table, textRows(2))
      },
    ),
  ),
  check(
    'errors/unavailable-file',
    'a failing service does not lose a file: reading fails with unavailable, and works the next time',
    { needs: ['files.write', 'files.read'], faults },
    async (context) => {
      const file = (await context.files()).file('a.txt')
      await file.put('kept')
      await context.inject({ kind: 'status-before', operation: 'files.read', status: 503, retryAfterMs: 1000 })
      const error = await expectError(file.get(), 'unavailable')
      assertStatus(error, 503)
      assert.ok(error.retryAfterMs === undefined || Math.abs(error.retryAfterMs - 1000) <= 1000)
      assert.equal(await file.text(), 'kept')
    },
  ),
  check(
    'errors/write-refused',
    'a write that the service failed before doing it leaves nothing, and does not claim to be applied',
    { needs: rows, faults },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(1))
      await context.inject({ kind: 'status-before', operation: 'tables.insert', status: 503 })
      const { applied } = await expectError(table.insert(textRows(2, 1)), 'unavailable', 'outcome-unknown')
      assert.ok(applied !== 'yes' && applied !== 'partly', `nothing was applied, but the error says ${applied}`)
      await assertStored(table, textRows(1))
    },
  ),
  check(
    'errors/lost-answer',
    'a write that was done and whose answer was lost does not claim that nothing was applied',
    { needs: rows, faults: ['status-after'] },
    async (context) => {
      const table = await context.table(textTable)
      await context.inject({ kind: 'status-after', operation: 'tables.insert', status: 503 })
      const { applied } = await expectError(table.insert(textRows(2)), 'unavailable', 'outcome-unknown')
      assert.notEqual(applied, 'no')
      await assertStored(table, textRows(2))
    },
  ),
  existence('bucket', 'buckets.get', ['buckets.get'], async (context) =>
    context.storage.bucket(context.newBucketName()),
  ),
  existence('table', 'tables.get', ['tables.get'], async (context) =>
    context.looseBucket().table(context.newTableName()),
  ),
  existence('file', 'files.stat', ['files.stat'], async (context) =>
    context.storage.bucket(context.newBucketName()).file('a.txt'),
  ),
  check(
    'errors/find-breaks',
    'a find whose second page fails gives the rows before and then the failure, not an early end',
    { needs: rows, faults },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(6))
      const found: unknown[] = []
      const error = await expectError(async () => {
        for await (const row of table.find({}, { pageSize: 2 })) {
          if (found.length === 0) {
            await context.inject({ kind: 'status-before', operation: 'tables.find', status: 503 })
          }
          found.push(row)
        }
      }, 'unavailable')
      assert.equal(error.operation, 'tables.find')
      assert.equal(found.length, 2)
    },
  ),
  check(
    'errors/table-listing-breaks',
    'a listing of tables whose second page fails, fails: it does not end early',
    { needs: ['tables.create', 'tables.list'], faults },
    async (context) => {
      const bucket = await context.bucket()
      for (const name of [context.newTableName(), context.newTableName(), context.newTableName()]) {
        await bucket.table(name).create(textTable)
        context.defer(() => bucket.table(name).drop())
      }
      let listed = 0
      await expectError(async () => {
        for await (const { name } of bucket.tables({ pageSize: 1 })) {
          assert.ok(name !== '')
          if (listed === 0) await context.inject({ kind: 'status-before', operation: 'tables.list', status: 500 })
          listed += 1
        }
      }, 'unavailable')
      assert.equal(listed, 1)
    },
  ),
  check(
    'errors/file-listing-breaks',
    'a listing of files whose second page fails, fails: it does not end early',
    { needs: ['files.write', 'files.list'], faults },
    async (context) => {
      const { bucket, prefix } = await context.files()
      for (const key of ['a', 'b', 'c']) await bucket.file(prefix + key).put(key)
      let listed = 0
      await expectError(async () => {
        for await (const { kind } of bucket.files({ prefix, pageSize: 1 })) {
          assert.equal(kind, 'file')
          if (listed === 0) await context.inject({ kind: 'status-before', operation: 'files.list', status: 503 })
          listed += 1
        }
      }, 'unavailable')
      assert.equal(listed, 1)
    },
  ),
  check(
    'errors/delete-many-fails',
    'a list of files whose deletion the service fails comes out as failed for each, not as deleted',
    { needs: ['files.write', 'files.deleteMany', 'files.read'], faults },
    async (context) => {
      const area = await context.files()
      const files = ['a', 'b'].map((key) => area.file(key))
      for (const file of files) await file.put('kept')
      const isNative = context.capabilities.operations['files.deleteMany']?.kind === 'native'
      const operation = isNative ? 'files.deleteMany' : 'files.delete'
      await context.inject({ kind: 'status-before', operation, status: 503, times: 2 })
      const outcomes = await area.bucket.deleteFiles(files.map(({ key }) => key))
      assert.deepEqual(
        outcomes.map(({ key, outcome }) => [key, outcome]),
        files.map(({ key }) => [key, 'failed']),
      )
      for (const { error } of outcomes) assert.equal((error as StorageError).code, 'unavailable')
      for (const file of files) assert.equal(await file.text(), 'kept')
    },
  ),
]

/** A check that a failing service isn't taken for "not there". */
function existence(
  what: string,
  operation: OperationName,
  needs: readonly Need[],
  handle: (context: Parameters<Check['run']>[0]) => Promise<{ exists: () => Promise<boolean> }>,
): Check {
  return check(
    `errors/exists-${what}`,
    `whether a ${what} is there is not answered with no when the service fails: unavailable`,
    { needs, faults },
    async (context) => {
      const one = await handle(context)
      assert.equal(await one.exists(), false)
      await context.inject({ kind: 'status-before', operation, status: 503 })
      await expectError(one.exists(), 'unavailable')
      assert.equal(await one.exists(), false)
    },
  )
}

function assertStatus(error: StorageError, status: number): void {
  assert.equal(error.retryable, true)
  // A harness that fails calls in the process has no status to give.
  assert.ok(error.status === undefined || error.status === status, `the status was ${status}, not ${error.status}`)
}

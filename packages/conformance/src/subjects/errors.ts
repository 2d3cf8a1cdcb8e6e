import assert from 'node:assert/strict'
import { StorageError } from '@stowage/core'
import { type Check, check } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'
import { endingChecks } from './errors-ending.ts'
import { failingServiceChecks } from './errors-failing-service.ts'
import { missingTableChecks } from './errors-missing-table.ts'
import { secretChecks } from './errors-secrets.ts'
import { textRows, textTable } from './text-rows.ts'
import { expectUnsent } from './unsent.ts'

/** Errors: the right code, and never a secret. */
export const errorChecks: readonly Check[] = [
  check(
    'errors/place-bucket',
    'a failure of a bucket names the backend, the operation and the bucket',
    { needs: ['buckets.get'] },
    async (context) => {
      const bucket = context.storage.bucket(context.newBucketName())
      assertPlace(context, await expectError(bucket.info(), 'not-found'), 'buckets.get', bucket.name)
    },
  ),
  check(
    'errors/place-table',
    'a failure of a table names the backend, the operation, the bucket and the table',
    { needs: ['tables.create', 'tables.get', 'tables.insert', 'tables.find', 'tables.drop'] },
    async (context) => {
      const table = await context.table(textTable)
      const place = [table.bucketName, table.name]
      assertPlace(context, await expectError(table.create(textTable), 'already-exists'), 'tables.create', ...place)
      await table.insert(textRows(1))
      assertPlace(context, await expectError(table.insert(textRows(1)), 'conflict'), 'tables.insert', ...place)
      await table.drop()
      assertPlace(context, await expectError(table.info(), 'not-found'), 'tables.get', ...place)
      assertPlace(context, await expectError(() => table.find().toArray(), 'not-found'), 'tables.find', ...place)
      assertPlace(context, await expectError(table.drop(), 'not-found'), 'tables.drop', ...place)
    },
  ),
  check(
    'errors/place-file',
    'a failure of a file names the backend, the operation, the bucket and the key',
    { needs: ['files.stat', 'files.read', 'files.delete'] },
    async (context) => {
      const file = (await context.files()).file('a/b c.txt')
      const place = [file.bucketName, file.key]
      assertPlace(context, await expectError(file.stat(), 'not-found'), 'files.stat', ...place)
      assertPlace(context, await expectError(file.get(), 'not-found'), 'files.read', ...place)
      assertPlace(context, await expectError(file.delete(), 'not-found'), 'files.delete', ...place)
    },
  ),
  check(
    'errors/verdict',
    'what the caller can change is not called retryable, and a refused row says that nothing was applied',
    { needs: ['tables.create', 'tables.get', 'tables.insert'] },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(1))
      const errors = [
        await expectError(table.create(textTable), 'already-exists'),
        await expectError(table.insert(textRows(1)), 'conflict'),
        await expectError(context.storage.bucket(table.bucketName).table('no_such_table').info(), 'not-found'),
      ]
      for (const { code, retryable, retryAfterMs, applied } of errors) {
        assert.deepEqual({ code, retryable, retryAfterMs }, { code, retryable: false, retryAfterMs: undefined })
        assert.ok(
          applied === undefined || applied === 'no',
          `a write that failed with ${code} says applied: ${applied}`,
        )
      }
      const { applied } = await expectError(table.insert({ name: 'without a key' }), 'invalid-argument')
      assert.equal(applied, 'no')
    },
  ),
  check(
    'errors/plain-data',
    'an error is plain data for a log: what it says of itself survives JSON, and its cause stays out',
    { needs: ['tables.get'] },
    async (context) => {
      const table = context.storage.bucket(context.newBucketName()).table(context.newTableName())
      const error = await expectError(table.info(), 'not-found')
      assert.ok(error instanceof Error)
      assert.ok(error.message.length > 0)
      const { code, message, backend, operation, resource, retryable } = error
      const plain = JSON.parse(JSON.stringify(error)) as Record<string, unknown>
      assert.deepEqual(plain, {
        ...plain,
        name: 'StorageError',
        code,
        message,
        backend,
        operation,
        resource,
        retryable,
      })
      assert.ok(!Object.hasOwn(plain, 'cause') && !Object.keys(error).includes('cause'))
    },
  ),
  check(
    'errors/refused-table-calls',
    'bad options, filters, sorts, updates and rows are refused as invalid-argument before anything is sent',
    { needs: ['tables.create', 'tables.insert', 'tables.find'] },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(1))
      await table.find().toArray()
      const cyclic: Record<string, unknown> = { id: 'c' }
      cyclic['name'] = cyclic
      const calls: Readonly<Record<string, () => unknown>> = {
        'an unknown option': () => table.insert(textRows(1, 1), { mod: 'upsert' } as object),
        'an unknown mode': () => table.insert(textRows(1, 1), { mode: 'replace' as 'append' }),
        'a row that is none': () => table.insert([null as unknown as { id: string }]),
        'a row that holds itself': () => table.insert(cyclic as { id: string }),
        'a number that is none': () => table.insert({ id: 'n', name: Number.NaN }),
        'a function': () => table.insert({ id: 'n', name: (() => 1) as unknown as string }),
        'half of a surrogate pair': () => table.insert({ id: 'n', name: 'a\ud800' }),
        'an unknown operator': () => table.find({ id: { $eqq: 'a' } }).toArray(),
        'undefined in a filter': () => table.find({ id: undefined as unknown as string }).toArray(),
        'a sort that is none': () => table.find({}, { sort: { id: 2 as 1 } }).toArray(),
        'a negative limit': () => table.find({}, { limit: -1 }).toArray(),
        'half an offset': () => table.find({}, { offset: 0.5 }).toArray(),
        'no time at all': () => table.insert(textRows(1, 1), { timeoutMs: 0 }),
        'a timeout that is none': () => table.find({}, { timeoutMs: Number.NaN }).toArray(),
      }
      for (const [what, call] of Object.entries(calls)) {
        await expectUnsent(context, async () => call(), 'invalid-argument').catch((cause: unknown) =>
          assert.fail(`${what}: ${String(cause)}`),
        )
      }
      assert.deepEqual(await table.find().toArray(), textRows(1))
    },
  ),
  check(
    'errors/refused-file-calls',
    'bad keys, ranges and options of files are refused as invalid-argument before anything is sent',
    { needs: ['files.write', 'files.read', 'files.range', 'files.list'] },
    async (context) => {
      const area = await context.files()
      const file = area.file('a.txt')
      await file.put('kept')
      await file.get({ range: { start: 1, end: 2 } })
      assert.deepEqual(await area.list(), ['a.txt'])
      const calls: Readonly<Record<string, () => unknown>> = {
        'an empty key': () => area.bucket.file('').put('x'),
        'half of a surrogate pair in a key': () => area.file('a\ud800').put('x'),
        'half of a surrogate pair': () => file.put('a\ud800'),
        'an unknown option': () => file.put('x', { overwite: false } as object),
        'a range that runs backwards': () => file.get({ range: { start: 2, end: 1 } }),
        'a range from before the start': () => file.get({ range: { start: -1 } }),
        'pages of nothing': () => area.list({ pageSize: 0 }),
        'both conditions': () => file.put('x', { overwrite: false, ifEtag: 'e' }),
      }
      for (const [what, call] of Object.entries(calls)) {
        await expectUnsent(context, async () => call(), 'invalid-argument').catch((cause: unknown) =>
          assert.fail(`${what}: ${String(cause)}`),
        )
      }
      assert.equal(await file.text(), 'kept')
    },
  ),
  check(
    'errors/text-of-bytes',
    'reading bytes that are not UTF-8 as text fails with corrupt-data; the bytes can be read',
    { needs: ['files.write', 'files.read'] },
    async (context) => {
      const file = (await context.files()).file('bytes.bin')
      const bytes = new Uint8Array([0x61, 0xff, 0xfe])
      await file.put(bytes)
      const error = await expectError(file.text(), 'corrupt-data')
      assert.ok(StorageError.is(error))
      assert.deepEqual(new Uint8Array(await file.get()), bytes)
    },
  ),
  ...missingTableChecks,
  ...endingChecks,
  ...failingServiceChecks,
  ...secretChecks,
]

function assertPlace(
  context: CheckContext,
  error: StorageError,
  operation: string,
  ...resource: readonly string[]
): void {
  assert.equal(error.backend, context.storage.backend)
  assert.equal(error.operation, operation)
  for (const name of resource) {
    assert.ok(error.resource?.includes(name), `the resource of the error is ${error.resource}, without ${name}`)
  }
}

import assert from 'node:assert/strict'
import { capabilityNames, createStorage } from '@stowage/core'
import { type Check, check, type Need } from '../check.ts'
import { expectError } from '../expectation.ts'
import { emptyPlace } from './probe-place.ts'
import { probes } from './probes.ts'
import { impliedCapabilities } from './record-rules.ts'
import { assertStored } from './stored-rows.ts'
import { textRows, textTable } from './text-rows.ts'
import { expectUnsent } from './unsent.ts'

const rows: readonly Need[] = ['tables.create', 'tables.insert', 'tables.find']
const loads: readonly Need[] = [...rows, 'tables.load', 'tables.get']
const bytes: readonly Need[] = ['files.write', 'files.read']

/** How soon a call has to end once it was told to. */
const soonMs = 5000

/** Calls that are ended: by their caller, by a deadline, by closing the storage. */
export const endingChecks: readonly Check[] = [
  check(
    'errors/aborted-before-rows',
    'calls for rows with a signal that is aborted already fail with aborted, and nothing is sent',
    { needs: rows },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(1))
      const signal = AbortSignal.abort()
      await expectUnsent(context, table.insert(textRows(1, 1), { signal }), 'aborted')
      await expectUnsent(context, () => table.find({}, { signal }).toArray(), 'aborted')
      await expectUnsent(context, table.get({ id: 'a' }, { signal }), 'aborted')
      await assertStored(table, textRows(1))
    },
  ),
  check(
    'errors/aborted-before-files',
    'calls for files with a signal that is aborted already fail with aborted, and nothing is sent',
    { needs: [...bytes, 'files.stat'] },
    async (context) => {
      const file = (await context.files()).file('a.txt')
      await file.put('old')
      const signal = AbortSignal.abort()
      await expectUnsent(context, file.put('new', { signal }), 'aborted')
      await expectUnsent(context, () => file.upload(new Uint8Array(9), { signal }), 'aborted')
      await expectUnsent(context, file.get({ signal }), 'aborted')
      await expectUnsent(context, file.stat({ signal }), 'aborted')
      assert.equal(await file.text(), 'old')
    },
  ),
  check(
    'errors/aborted-reason',
    'an aborted load says why: the reason its caller gave is in the message, and the table is as it was',
    { needs: [...loads, 'semantics.atomicWrites'] },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(2))
      const stop = new AbortController()
      const load = table.load(hangingRows(), { signal: stop.signal })
      setTimeout(() => stop.abort(new Error('the user left')), 20)
      const error = await soon(expectError(load, 'aborted'))
      assert.match(error.message, /the user left/)
      assert.equal(load.status, 'stopped')
      assert.equal(error.operation, 'tables.load')
      await assertStored(table, textRows(2))
    },
  ),
  check(
    'errors/aborted-between-pages',
    'a find that is aborted while it is read ends with aborted, not as if there were no more rows',
    { needs: rows },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(12))
      const stop = new AbortController()
      let read = 0
      await expectError(async () => {
        for await (const row of table.find({}, { signal: stop.signal, pageSize: 3 })) {
          assert.ok(row['id'] !== undefined)
          read += 1
          stop.abort()
        }
      }, 'aborted')
      assert.ok(read < 12, 'all rows came in spite of the abort')
    },
  ),
  check(
    'errors/timeout-load',
    'a load that its source keeps waiting ends with timeout at its deadline, and the table is as it was',
    { needs: [...loads, 'semantics.atomicWrites'] },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(2))
      const load = table.load(hangingRows(), { timeoutMs: 50 })
      const error = await soon(expectError(load, 'timeout'))
      assert.equal(error.retryable, true)
      assert.equal(load.status, 'error')
      await assertStored(table, textRows(2))
    },
  ),
  check(
    'errors/timeout-upload',
    'an upload that its source keeps waiting ends with timeout at its deadline, and the old file is as it was',
    { needs: bytes },
    async (context) => {
      const file = (await context.files()).file('a.txt')
      await file.put('old')
      await soon(expectError(file.upload(hangingBytes(), { sizeBytes: 6, timeoutMs: 50 }), 'timeout'))
      assert.equal(await file.text(), 'old')
    },
  ),
  check(
    'errors/timeout-answer',
    'a call whose answer waits ends with timeout at its deadline, long before the answer',
    { needs: ['tables.get'], faults: ['latency'] },
    async (context) => {
      const table = context.looseBucket().table(context.newTableName())
      await expectError(table.info(), 'not-found')
      await context.inject({ kind: 'latency', operation: 'tables.get', ms: 20_000 })
      await soon(expectError(table.info({ timeoutMs: 50 }), 'timeout'))
    },
  ),
  check(
    'errors/aborted-answer',
    'a call whose answer waits ends with aborted when its caller gives up, long before the answer',
    { needs: ['files.stat'], faults: ['latency'] },
    async (context) => {
      const file = context.storage.bucket(context.newBucketName()).file('a.txt')
      await expectError(file.stat(), 'not-found')
      await context.inject({ kind: 'latency', operation: 'files.stat', ms: 20_000 })
      const stop = new AbortController()
      setTimeout(() => stop.abort(), 20)
      await soon(expectError(file.stat({ signal: stop.signal }), 'aborted'))
    },
  ),
  check(
    'errors/closed',
    'all that a closed storage is asked for fails with closed; closing it again does nothing',
    {},
    async (context) => {
      const storage = createStorage(await context.openDriver(), { emulation: 'always' })
      await storage.ping()
      await Promise.all([storage.close(), storage.close()])
      await storage.close()
      await expectError(storage.ping(), 'closed')
      const place = emptyPlace(context).through(storage)
      for (const name of capabilityNames.filter((capability) =>
        context.has(capability, ...(impliedCapabilities[capability] ?? [])),
      )) {
        await expectError(() => probes[name].call(place), 'closed').catch((cause: unknown) =>
          assert.fail(`${name}: ${String(cause)}`),
        )
      }
    },
  ),
  check(
    'errors/closed-neighbour',
    'closing one storage leaves another one on the same backend working',
    {},
    async (context) => {
      const storage = createStorage(await context.openDriver())
      await storage.close()
      await context.storage.ping()
      assert.equal(context.log.calls.length, 1)
    },
  ),
]

/** Rows of which there is one, and then nothing for good. */
async function* hangingRows(): AsyncGenerator<{ id: string; name: string; city: string }, void, undefined> {
  yield { id: 'r9', name: 'never in', city: 'x' }
  await new Promise(() => {})
}

async function* hangingBytes(): AsyncGenerator<Uint8Array, void, undefined> {
  yield new Uint8Array(3)
  await new Promise(() => {})
}

async function soon<Result>(work: Promise<Result>): Promise<Result> {
  const startedMs = Date.now()
  const result = await work
  const tookMs = Date.now() - startedMs
  assert.ok(tookMs < soonMs, `it took ${tookMs} ms to end`)
  return result
}

import assert from 'node:assert/strict'
import type { InputValue, Row, RowInput, StorageError, Table } from '@stowage/core'
import { interceptDriver, type Layer } from '@stowage/core/driver'
import { type Check, check } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'
import { narrowInserts, narrowLimitOf, sentBatches } from './narrow-layer.ts'
import { assertStored, assertSameRows, storedRows } from './stored-rows.ts'
import { textRow, textRows, textTable } from './text-rows.ts'
import { assertNothingLeft } from './write-counts.ts'

const needs = ['tables.create', 'tables.insert', 'tables.find'] as const

/** Makes a table whose inserts are cut after a few rows. */
async function narrowTable(context: CheckContext, ...layers: readonly Layer[]): Promise<Table> {
  const bucket = await context.bucket(context.openStorage([...layers, narrowInserts]))
  const table = bucket.table(context.newTableName())
  await table.create(textTable)
  if (!context.has('semantics.dynamicBuckets')) context.defer(() => table.drop())
  return table
}

/** Rows for two and a half narrow requests, with another one at the end of the second. */
function rowsWith(context: CheckContext, row: RowInput): RowInput[] {
  const limit = narrowLimitOf(context.capabilities)
  const rows: RowInput[] = textRows(Math.ceil(limit * 2.5), 100)
  return rows.with(2 * limit - 1, row)
}

/** Checks the report of an insert whose second of three requests failed, and that it is true. */
async function assertSecondFailed(
  context: CheckContext,
  table: Table,
  before: readonly Row[],
  error: StorageError,
  outcome = 'rejected',
): Promise<void> {
  const limit = narrowLimitOf(context.capabilities)
  assert.equal(error.applied, 'partly')
  const { inserted, failed, notAttempted } = error.details
  assert.deepEqual(failed, { start: limit, end: 2 * limit, outcome })
  assert.deepEqual(notAttempted, { start: 2 * limit, end: Math.ceil(2.5 * limit) })
  const rows = await storedRows(table)
  const there = [...before, ...textRows(limit, 100)]
  assert.equal(rows.length, before.length + Number(inserted), 'rows in, as the error says')
  if (context.has('semantics.atomicWrites')) assertSameRows(rows, there)
  else assertSameRows(rows.slice(0, there.length), there)
}

/** What no row may hold, by what is wrong with it. */
const unfit: Readonly<Record<string, unknown>> = {
  undefined: undefined,
  NaN: Number.NaN,
  infinity: Number.POSITIVE_INFINITY,
  bigint: 12n,
  function: () => 'x',
  symbol: Symbol('x'),
  map: new Map([['a', 1]]),
  bytes: new Uint8Array(2),
  'invalid date': new Date(Number.NaN),
  'half a surrogate pair': 'x\ud800',
  'undefined inside': { a: [1, undefined] },
}

/** Inserts that fail: what they leave, and what they say. */
export const insertFailureChecks: readonly Check[] = [
  check(
    'inserts/key-taken',
    'appending a key that is taken fails with conflict; the row that is there stays, and nothing of the batch is added',
    { needs },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(3))
      const error = await expectError(table.insert([textRow(7), textRow(1, 'second'), textRow(8)]), 'conflict')
      await assertNothingLeft(context, table, textRows(3), error, 3)
    },
  ),
  check(
    'inserts/repeated-key',
    'appending two rows with the same key fails with conflict, and nothing of the batch is added',
    { needs },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(2))
      const error = await expectError(table.insert([textRow(7), textRow(8), textRow(7, 'second')]), 'conflict')
      await assertNothingLeft(context, table, textRows(2), error, 3)
    },
  ),
  check(
    'inserts/bad-row',
    'a row that lacks a required value fails with its row and column, and nothing of the batch is added',
    { needs },
    async (context) => {
      for (const bad of [
        { name: 'no id', city: 'Oslo' },
        { ...textRow(9), id: null },
      ]) {
        const table = await context.table(textTable)
        await table.insert(textRows(2))
        const rows: RowInput[] = [textRow(7), textRow(8), bad, textRow(10)]
        const error = await expectError(table.insert(rows), 'invalid-argument')
        assert.deepEqual([error.details['row'], error.details['column']], [2, 'id'])
        await assertNothingLeft(context, table, textRows(2), error, rows.length)
      }
    },
  ),
  check(
    'inserts/undeclared-refused',
    'a table that refuses undeclared fields names row and field, and nothing of the batch is added',
    { needs },
    async (context) => {
      const table = await context.table({ ...textTable, undeclaredFields: 'refuse' })
      await table.insert(textRows(2))
      const rows = [textRow(7), { ...textRow(8), nmae: 'misspelt' }]
      const error = await expectError(table.insert(rows), 'invalid-argument')
      assert.deepEqual([error.details['row'], error.details['column']], [1, 'nmae'])
      await assertNothingLeft(context, table, textRows(2), error, rows.length)
    },
  ),
  check(
    'inserts/unfit-value',
    'a value that JSON does not know is refused with row and column before anything is sent',
    { needs },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRow(0))
      const sent = sentBatches(context).length
      for (const [what, value] of Object.entries(unfit)) {
        const rows = [textRow(1), { ...textRow(2), name: value as InputValue }]
        const error = await expectError(table.insert(rows), 'invalid-argument')
        assert.deepEqual([error.details['row'], error.details['column'], error.applied], [1, 'name', 'no'], what)
      }
      assert.equal(sentBatches(context).length, sent)
      await assertStored(table, [textRow(0)])
    },
  ),
  check(
    'inserts/second-request-refused',
    'a bad row in a later request: the error says which rows are in, which failed and which were not sent',
    { needs },
    async (context) => {
      const table = await narrowTable(context)
      await table.insert(textRows(2))
      const rows = rowsWith(context, { name: 'no id', city: 'Oslo' })
      const error = await expectError(table.insert(rows), 'invalid-argument')
      assert.deepEqual(
        [error.details['row'], error.details['column']],
        [2 * narrowLimitOf(context.capabilities) - 1, 'id'],
      )
      await assertSecondFailed(context, table, textRows(2), error)
    },
  ),
  check(
    'inserts/second-request-conflict',
    'a taken key in a later request: the error says which rows are in, which failed and which were not sent',
    { needs },
    async (context) => {
      const table = await narrowTable(context)
      await table.insert(textRows(2))
      const error = await expectError(table.insert(rowsWith(context, textRow(1, 'second'))), 'conflict')
      await assertSecondFailed(context, table, textRows(2), error)
    },
  ),
  check(
    'inserts/aborted-between-requests',
    'an insert aborted after its first request sends no other one and says what is in',
    { needs },
    async (context) => {
      const controller = new AbortController()
      const stopAfterInsert: Layer = (driver) =>
        interceptDriver(driver, async (call, next) => {
          const result = await next(call)
          if (call.operation === 'tables.insert') controller.abort()
          return result
        })
      const table = await narrowTable(context, stopAfterInsert)
      const limit = narrowLimitOf(context.capabilities)
      const rows = textRows(Math.ceil(limit * 2.5), 100)
      const error = await expectError(table.insert(rows, { signal: controller.signal }), 'aborted')
      assert.equal(sentBatches(context).length, 1)
      assert.equal(error.details['inserted'], limit)
      await assertSecondFailed(context, table, [], error)
    },
  ),
  check('inserts/aborted-before', 'an insert aborted before it began writes nothing', { needs }, async (context) => {
    const table = await context.table(textTable)
    await table.insert(textRow(0))
    await expectError(table.insert(textRow(1), { signal: AbortSignal.abort() }), 'aborted')
    await assertStored(table, [textRow(0)])
  }),
  check('inserts/no-table', 'an insert into a missing table fails with not-found', { needs }, async (context) => {
    const table = await context.table(textTable)
    await table.insert(textRow(0))
    const missing = (await context.bucket()).table(context.newTableName())
    const error = await expectError(missing.insert(textRow(0)), 'not-found')
    assert.notEqual(error.applied, 'yes')
    await assertStored(table, [textRow(0)])
  }),
]

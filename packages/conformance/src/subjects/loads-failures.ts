import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import type { Row, RowInput, Table, WriteMode } from '@stowage/core'
import { type Check, check } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'
import { poll } from '../poll.ts'
import { assertNotLoaded, needsOfLoad, needsOfMode, writeModes } from './load-modes.ts'
import { assertStored } from './stored-rows.ts'
import { textRow, textRows, textTable } from './text-rows.ts'

const before = textRows(10, 0, 'old')

/** The number of the first row that is loaded. */
function startOf(mode: WriteMode): number {
  return mode === 'append' ? 10 : 5
}

/** Makes a table with a few rows, and rows to load into it: to append all new, otherwise some of them there already. */
async function loadable(context: CheckContext, mode: WriteMode): Promise<{ table: Table; rows: RowInput[] }> {
  const table = await context.table(textTable)
  await table.load(before)
  return { table, rows: textRows(2300, startOf(mode), 'new') }
}

const modeChecks = writeModes.flatMap((mode) => [
  check(
    `loads/source-fails-${mode}`,
    `a load to ${mode} whose source fails half way leaves the table as it was`,
    { needs: needsOfMode(mode) },
    async (context) => {
      const { table, rows } = await loadable(context, mode)
      // oxlint-disable-next-line typescript/require-await -- a source that arrives is asynchronous
      async function* source(): AsyncGenerator<RowInput> {
        yield* rows
        throw new Error('the source ran dry')
      }
      const load = table.load(source(), { mode })
      const error = await expectError(load, 'internal')
      assert.match(error.message, /the source ran dry/)
      assert.equal(load.status, 'error')
      await assertNotLoaded(context, table, before, error)
    },
  ),
  check(
    `loads/aborted-${mode}`,
    `a load to ${mode} that is aborted while its source hangs stops, and leaves the table as it was`,
    { needs: needsOfMode(mode) },
    async (context) => {
      const { table, rows } = await loadable(context, mode)
      async function* source(): AsyncGenerator<RowInput> {
        yield* rows
        void load.abort('enough')
        await new Promise(() => {})
      }
      const load = table.load(source(), { mode })
      const error = await expectError(load, 'aborted')
      assert.equal(load.status, 'stopped')
      await assertNotLoaded(context, table, before, error)
    },
  ),
  check(
    `loads/bad-row-${mode}`,
    `a bad row far into a load to ${mode} is named, and the table stays as it was`,
    { needs: needsOfMode(mode) },
    async (context) => {
      const { table, rows } = await loadable(context, mode)
      const bad = rows.with(2050, { name: 'new without id', city: 'Oslo' })
      const error = await expectError(table.load(bad, { mode }), 'invalid-argument')
      assert.deepEqual([error.details['row'], error.details['column']], [2050, 'id'])
      await assertNotLoaded(context, table, before, error)
    },
  ),
])

const keyChecks = (['append', 'replace'] as const).map((mode) =>
  check(
    `loads/repeated-key-${mode}`,
    `a key twice in a load to ${mode} fails with conflict and leaves the table as it was`,
    { needs: needsOfMode(mode) },
    async (context) => {
      for (const apart of [1, 2000]) {
        const { table, rows } = await loadable(context, mode)
        const repeated = rows.with(100 + apart, textRow(startOf(mode) + 100, 'new again'))
        const error = await expectError(table.load(repeated, { mode }), 'conflict')
        await assertNotLoaded(context, table, before, error)
      }
    },
  ),
)

/** Loads that fail: what they leave. */
export const loadFailureChecks: readonly Check[] = [
  ...modeChecks,
  ...keyChecks,
  check(
    'loads/key-taken',
    'a load to append a key that is taken fails with conflict and leaves the table as it was',
    { needs: needsOfLoad },
    async (context) => {
      const { table, rows } = await loadable(context, 'append')
      const error = await expectError(table.load(rows.with(2100, textRow(3, 'new'))), 'conflict')
      await assertNotLoaded(context, table, before, error)
    },
  ),
  check(
    'loads/bytes-fail',
    'a load whose bytes break off with an error leaves the table as it was',
    { needs: needsOfLoad },
    async (context) => {
      const { table } = await loadable(context, 'append')
      // oxlint-disable-next-line typescript/require-await -- a source that arrives is asynchronous
      async function* source(): AsyncGenerator<string> {
        yield 'id,name,city\n'
        for (const { id, name, city } of textRows(1500, 100)) yield `${id},${name},${city}\n`
        throw new Error('the connection broke')
      }
      const error = await expectError(table.load(source(), { format: 'csv' }), 'internal', 'unavailable')
      await assertNotLoaded(context, table, before, error)
    },
  ),
  check(
    'loads/aborted-for-good',
    'an aborted load does not go on behind its caller’s back, though its source would',
    { needs: needsOfLoad },
    async (context) => {
      const { table, rows } = await loadable(context, 'append')
      let isOver = false
      // oxlint-disable-next-line typescript/require-await -- a source that arrives is asynchronous
      async function* source(): AsyncGenerator<RowInput> {
        try {
          yield* rows.slice(0, 2000)
          void load.abort('enough')
          yield* rows.slice(2000)
        } finally {
          isOver = true
        }
      }
      const load = table.load(source())
      const error = await expectError(load, 'aborted')
      await poll(() => isOver, 'the source is never ended')
      for (let looks = 0; looks < 5; looks += 1) {
        await wait(10)
        await assertNotLoaded(context, table, before, error)
      }
    },
  ),
  check(
    'loads/aborted-before',
    'a load aborted before it began reads and writes nothing',
    { needs: needsOfLoad },
    async (context) => {
      const { table, rows } = await loadable(context, 'append')
      let isRead = false
      function* source(): Generator<RowInput> {
        isRead = true
        yield* rows
      }
      await expectError(table.load(source(), { signal: AbortSignal.abort() }), 'aborted')
      assert.equal(isRead, false)
      await assertStored(table, before)
    },
  ),
  check(
    'loads/upsert-without-key',
    'a load to upsert into a table without a primary key is refused, and nothing is written',
    { needs: needsOfMode('upsert') },
    async (context) => {
      const table = await context.table({ columns: textTable.columns })
      await table.load(before)
      await expectError(table.load(textRows(3, 0, 'new'), { mode: 'upsert' }), 'invalid-argument')
      await assertStored(table, before)
    },
  ),
  check(
    'loads/undeclared-refused',
    'a load into a table that refuses undeclared fields names row and field, and leaves the table as it was',
    { needs: needsOfLoad },
    async (context) => {
      const table = await context.table({ ...textTable, undeclaredFields: 'refuse' })
      await table.load(before)
      const rows: Row[] = textRows(1200, 100, 'new')
      const error = await expectError(table.load(rows.with(1100, { ...textRow(9000), nmae: 'x' })), 'invalid-argument')
      assert.deepEqual([error.details['row'], error.details['column']], [1100, 'nmae'])
      await assertNotLoaded(context, table, before, error)
    },
  ),
  check(
    'loads/no-table',
    'a load into a missing table fails with not-found',
    { needs: needsOfLoad },
    async (context) => {
      const { table } = await loadable(context, 'append')
      const missing = (await context.bucket()).table(context.newTableName())
      await expectError(missing.load(textRows(3)), 'not-found')
      await assertStored(table, before)
    },
  ),
]

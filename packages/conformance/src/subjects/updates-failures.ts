import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import type { Filter, InputValue, Row, Table, Update } from '@stowage/core'
import { refusedUpdates } from '@stowage/core/truth-tables'
import { type Check, check, type Need } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'
import { assertRefused } from './refused-calls.ts'
import { assertStored, storedRows } from './stored-rows.ts'
import { textId, textRow, textRows, textTable } from './text-rows.ts'

const needs: readonly Need[] = ['tables.create', 'tables.insert', 'tables.update', 'tables.find']

const changed: Update = { $set: { name: 'changed' } }

/** Makes a table in which updates work: one has been made. */
async function updatable(context: CheckContext): Promise<{ table: Table; rows: Row[] }> {
  const table = await context.table(textTable)
  await table.insert(textRows(5))
  await table.update({ id: textId(0) }, { $set: { name: 'once' } })
  return {
    table,
    rows: [textRow(0, 'once'), ...textRows(4, 1)].map((row, at) => (at ? row : { ...row, name: 'once' })),
  }
}

/** Whether an update takes effect wholly or not at all; one that core composes goes in several requests. */
function isUpdatedWhole(context: CheckContext): boolean {
  const isNative = context.capabilities.operations['tables.update']?.kind === 'native'
  return isNative && context.has('semantics.atomicWrites')
}

/** Filters with `undefined` somewhere: each would match more if it were dropped. */
const undefinedFilters = [
  { name: undefined },
  { id: textId(1), name: undefined },
  { name: { $eq: undefined } },
  { $or: [{ id: textId(1) }, { name: undefined }] },
  { id: { $in: [textId(1), undefined] } },
] as unknown as readonly Filter[]

/** Updates that fail or are refused: what they leave. */
export const updateFailureChecks: readonly Check[] = [
  check(
    'updates/empty-filter',
    'an update with an empty filter is refused before anything is sent, unless told `all`',
    { needs },
    async (context) => {
      const { table, rows } = await updatable(context)
      await assertRefused(context, table, rows, [
        ['{}', () => table.update({}, changed)],
        ['all: false', () => table.update({}, changed, { all: false })],
        ['no filter', () => table.update(undefined as unknown as Filter, changed)],
      ])
    },
  ),
  check(
    'updates/undefined',
    'undefined in a filter or a value is refused before anything is sent, never dropped',
    { needs },
    async (context) => {
      const { table, rows } = await updatable(context)
      const values = { $set: { name: undefined as unknown as InputValue, city: 'x' } }
      await assertRefused(context, table, rows, [
        ...undefinedFilters.map((filter) => [inspect(filter), () => table.update(filter, changed)] as const),
        ['a value', () => table.update({ id: textId(1) }, values)],
      ])
    },
  ),
  check('updates/refused', 'what is no update is refused before anything is sent', { needs }, async (context) => {
    const { table, rows } = await updatable(context)
    const calls = refusedUpdates.map(
      ([update, , why]) => [why, () => table.update({ id: textId(1) }, update as Update)] as const,
    )
    await assertRefused(context, table, rows, calls)
  }),
  check(
    'updates/fails-on-one-row',
    'an update that fails on one of many rows changes none of them',
    { needs: [...needs, 'semantics.keepsTypes'] },
    async (context) => {
      const table = await context.table({ columns: { id: 'string', n: 'number' }, primaryKey: ['id'] })
      const rows = Array.from({ length: 60 }, (_, index) => ({ id: textId(index), n: index }))
      await table.insert(rows.with(31, { id: textId(31), n: Number.MAX_SAFE_INTEGER }))
      const error = await expectError(table.update({}, { $inc: { n: 1 } }, { all: true }), 'invalid-argument')
      const before = rows.with(31, { id: textId(31), n: Number.MAX_SAFE_INTEGER })
      if (isUpdatedWhole(context) || error.applied === 'no') return assertStored(table, before)
      for (const [index, row] of (await storedRows(table)).entries()) {
        const n = before[index]?.n ?? 0
        assert.ok(row['n'] === n || (index !== 31 && row['n'] === n + 1), `row ${index} is neither old nor new`)
      }
    },
  ),
  check(
    'updates/unfit-value',
    'a value that does not fit its column is refused, and the row stays',
    { needs: [...needs, 'semantics.keepsTypes'] },
    async (context) => {
      const columns = { id: 'string', n: 'number', s: 'string', b: 'boolean', t: 'timestamp', o: 'object' } as const
      const table = await context.table({ columns, primaryKey: ['id'] })
      const row = { id: 'a', n: 2, s: 'x', b: true, t: '2026-01-01T00:00:00Z', o: { x: 1 } }
      await table.insert({ ...row, n: 1 })
      await table.update({ id: 'a' }, { $set: { n: 2 } })
      const updates: readonly Update[] = [
        { $set: { n: '1' } },
        { $set: { n: true } },
        { $set: { s: 5 } },
        { $set: { b: 'true' } },
        { $set: { b: 1 } },
        { $set: { t: '2026-02-30T00:00:00Z' } },
        { $set: { t: '2026-01-01' } },
        { $set: { o: [1] } },
        { $set: { s: 'fine', n: 'not' } },
        { $inc: { s: 1 } },
        { $push: { s: 'y' } },
        { $push: { o: 1 } },
        { $pull: { n: 1 } },
      ]
      for (const update of updates) {
        await assert.doesNotReject(expectError(table.update({ id: 'a' }, update), 'invalid-argument'), inspect(update))
        await assertStored(table, [row])
      }
    },
  ),
  check('updates/required', 'a required value can be neither removed nor made null', { needs }, async (context) => {
    const columns = { id: 'string', name: { type: 'string', required: true } } as const
    const table = await context.table({ columns, primaryKey: ['id'] })
    const rows = [
      { id: 'a', name: 'x' },
      { id: 'b', name: 'y' },
    ]
    await table.insert(rows)
    await table.update({ id: 'b' }, { $set: { name: 'z' } })
    for (const update of [{ $unset: { name: 1 } }, { $set: { name: null } }] as const) {
      await expectError(table.update({ id: 'a' }, update), 'invalid-argument')
    }
    await assertStored(table, [
      { id: 'a', name: 'x' },
      { id: 'b', name: 'z' },
    ])
  }),
  check(
    'updates/undeclared-refused',
    'a table that refuses undeclared fields gets none by an update',
    { needs },
    async (context) => {
      const table = await context.table({ ...textTable, undeclaredFields: 'refuse' })
      await table.insert(textRows(2))
      await table.update({ id: textId(0) }, changed)
      await expectError(table.update({ id: textId(1) }, { $set: { nmae: 'x' } }), 'invalid-argument')
      await assertStored(table, [{ ...textRow(0), name: 'changed' }, textRow(1)])
    },
  ),
  check(
    'updates/key',
    'an update of the primary key moves the row or is refused; it never doubles, loses or overwrites one',
    { needs },
    async (context) => {
      const { table, rows } = await updatable(context)
      const refusals = ['invalid-argument', 'unsupported', 'conflict'] as const
      // Two rows can't have one key, and a row can't be without.
      await expectError(table.update({ id: textId(1) }, { $set: { id: textId(2) } }), ...refusals)
      await expectError(table.update({ city: { $exists: true } }, { $set: { id: 'one for all' } }), ...refusals)
      await expectError(table.update({ id: textId(1) }, { $unset: { id: 1 } }), ...refusals)
      await assertStored(table, rows)
      const moving = table.update({ id: textId(1) }, { $set: { id: 'moved' } })
      const isMoved = await moving.then(
        () => true,
        () => false,
      )
      if (!isMoved) await expectError(moving, ...refusals)
      await assertStored(table, isMoved ? rows.with(1, { ...rows[1], id: 'moved' } as Row) : rows)
    },
  ),
  check(
    'updates/unique-index',
    'an update to a value that a unique index holds already fails with conflict and changes nothing',
    { needs: [...needs, 'tables.indexes'] },
    async (context) => {
      const indexes = [{ name: 'by_name', columns: ['name'], unique: true }]
      const table = await context.table({ ...textTable, indexes })
      await table.insert(textRows(4))
      await expectError(table.update({ id: textId(1) }, { $set: { name: textRow(2).name } }), 'conflict')
      await assertStored(table, textRows(4))
      await table.update({ id: textId(1) }, { $set: { name: 'free' } })
      await assertStored(table, textRows(4).with(1, { ...textRow(1), name: 'free' }))
    },
  ),
  check(
    'updates/unique-index-many',
    'an update that would give many rows one unique value fails with conflict and changes none of them',
    { needs: [...needs, 'tables.indexes'] },
    async (context) => {
      const indexes = [{ name: 'by_name', columns: ['name'], unique: true }]
      const table = await context.table({ ...textTable, indexes })
      await table.insert(textRows(4))
      const error = await expectError(table.update({}, { $set: { name: 'one for all' } }, { all: true }), 'conflict')
      if (isUpdatedWhole(context) || error.applied === 'no') return assertStored(table, textRows(4))
      const names = (await storedRows(table)).map(({ name }) => name)
      assert.equal(new Set(names).size, 4, 'a unique value is there twice, or a row is gone')
    },
  ),
  check(
    'updates/upsert-without-key',
    'an upsert whose filter gives no key inserts nothing',
    { needs: [...needs, 'tables.updateUpsert'] },
    async (context) => {
      const { table, rows } = await updatable(context)
      await table.update({ id: textId(9), city: 'Bari' }, changed, { upsert: true })
      await expectError(table.update({ city: 'Atlantis' }, changed, { upsert: true }), 'invalid-argument')
      await assertStored(table, [...rows, { id: textId(9), city: 'Bari', name: 'changed' }])
    },
  ),
  check('updates/aborted-before', 'an update aborted before it began changes nothing', { needs }, async (context) => {
    const { table, rows } = await updatable(context)
    const options = { all: true, signal: AbortSignal.abort() }
    await expectError(table.update({}, changed, options), 'aborted')
    await assertStored(table, rows)
  }),
  check('updates/no-table', 'an update of a missing table fails with not-found', { needs }, async (context) => {
    const { table, rows } = await updatable(context)
    const missing = (await context.bucket()).table(context.newTableName())
    await expectError(missing.update({ id: textId(1) }, changed), 'not-found')
    await assertStored(table, rows)
  }),
]

import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import type { ExportOptions, Row, Table } from '@stowage/core'
import { type Check, check, type Need } from '../check.ts'
import { expectError } from '../expectation.ts'
import { poll } from '../poll.ts'
import { exportRows, exportText } from './exported-text.ts'
import { assertSameRows } from './stored-rows.ts'
import { textId, textRow, textRows, textTable } from './text-rows.ts'

const needs: readonly Need[] = ['tables.create', 'tables.insert', 'tables.get', 'tables.export', 'tables.changedSince']

const tickId = 'tick'

/**
 * Gives an instant by the backend's own clock that is later than all writes so far and no later than the next one.
 *
 * It adds rows whose ids begin with `tick` until the table's time of change has moved on; {@link changedRows} leaves them out.
 */
async function nextInstant(table: Table): Promise<Date> {
  const before = (await table.info()).updatedAt
  let after: Date | undefined
  if (before === undefined) {
    // Nothing tells the backend's clock: ours will do, with a margin on both sides.
    await wait(20)
    after = new Date()
    await wait(20)
    return after
  }
  let ticks = 0
  await poll(async () => {
    await table.insert({ id: `${tickId} ${before.getTime()} ${(ticks += 1)}`, name: 'tick', city: 'tick' })
    after = (await table.info()).updatedAt
    return after !== undefined && after > before
  }, 'the time of the last change does not move on with writes')
  return after ?? before
}

/** Exports what changed since an instant, in the order of ids. */
async function changedRows(table: Table, changedSince: Date, options: ExportOptions = {}): Promise<Row[]> {
  const rows = await exportRows(table, { ...options, changedSince })
  return rows
    .filter(({ name }) => name !== 'tick')
    .toSorted((a, b) => (JSON.stringify(a['id']) < JSON.stringify(b['id']) ? -1 : 1))
}

/** Exports of what changed since an instant. */
export const exportChangeChecks: readonly Check[] = [
  check(
    'exports/changed-inserts',
    'rows inserted after an instant are exported as changed since then, older ones are not',
    { needs },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(5))
      const first = await nextInstant(table)
      await table.insert(textRows(3, 5))
      const second = await nextInstant(table)
      await table.insert(textRow(8))
      assertSameRows(await changedRows(table, first), textRows(4, 5))
      assertSameRows(await changedRows(table, second), [textRow(8)])
    },
  ),
  check(
    'exports/changed-updates',
    'rows updated after an instant are exported as changed since then, as they are now',
    { needs: [...needs, 'tables.update'] },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(6))
      const instant = await nextInstant(table)
      await table.update({ id: { $in: [textId(1), textId(4)] } }, { $set: { name: 'changed' } })
      const changed = [1, 4].map((number) => ({ ...textRow(number), name: 'changed' }))
      assertSameRows(await changedRows(table, instant), changed)
    },
  ),
  check(
    'exports/changed-upserts',
    'rows replaced by an upsert count as changed',
    { needs: [...needs, 'tables.upsert'] },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(4))
      const instant = await nextInstant(table)
      await table.insert([textRow(2, 'second'), textRow(7)], { mode: 'upsert' })
      assertSameRows(await changedRows(table, instant), [textRow(2, 'second'), textRow(7)])
    },
  ),
  check(
    'exports/changed-deletes',
    'rows that are gone are in no export of changes',
    { needs: [...needs, 'tables.delete'] },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(4))
      const instant = await nextInstant(table)
      await table.insert(textRows(2, 4))
      await table.delete({ id: { $in: [textId(1), textId(5)] } })
      assertSameRows(await changedRows(table, instant), [textRow(4)])
    },
  ),
  check(
    'exports/changed-loads',
    'loaded rows count as changed, also where they replace all',
    { needs: [...needs, 'tables.load', 'tables.replace'] },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(4))
      const first = await nextInstant(table)
      await table.load(textRows(1500, 4))
      assertSameRows(await changedRows(table, first), textRows(1500, 4))
      const second = await nextInstant(table)
      await table.load(textRows(3), { mode: 'replace' })
      assertSameRows(await changedRows(table, second), textRows(3))
    },
  ),
  check(
    'exports/changed-boundary',
    'rows written at the very instant are among those changed since',
    { needs },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(3))
      await nextInstant(table)
      const ours = new Date()
      // A single row: several may come in requests of their own, at instants of their own.
      await table.insert(textRow(3))
      const { updatedAt } = await table.info()
      assertSameRows(await changedRows(table, updatedAt ?? ours), [textRow(3)])
    },
  ),
  check('exports/changed-ends', 'an instant long ago gives all rows, one to come none', { needs }, async (context) => {
    const table = await context.table(textTable)
    await table.insert(textRows(5))
    for (const past of ['1970-01-01', '2000-01-01']) {
      assertSameRows(await changedRows(table, new Date(past)), textRows(5))
    }
    const future = new Date(Date.now() + 24 * 60 * 60 * 1000)
    assertSameRows(await changedRows(table, future), [])
    assert.equal((await exportText(table, { changedSince: future })).text, 'id,name,city\n')
  }),
  check(
    'exports/changed-many',
    'changed rows are exported over many pages, each once, through a filter and columns',
    { needs, timeoutMs: 120_000 },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(700))
      const instant = await nextInstant(table)
      await table.insert(textRows(2500, 700))
      assertSameRows(await changedRows(table, instant), textRows(2500, 700))
      const city = textRow(701).city
      const expected = textRows(2500, 700).filter((row) => row.city === city)
      assertSameRows(await changedRows(table, instant, { filter: { city } }), expected)
      const narrow = await changedRows(table, instant, { filter: { city }, columns: ['id'] })
      assertSameRows(
        narrow,
        expected.map(({ id }) => ({ id })),
      )
    },
  ),
  check('exports/changed-refused', 'what is no instant is refused', { needs }, async (context) => {
    const table = await context.table(textTable)
    await table.insert(textRows(2))
    assertSameRows(await changedRows(table, new Date(0)), textRows(2))
    for (const instant of [new Date(Number.NaN), '2026-01-01', 0, null]) {
      await expectError(() => exportRows(table, { changedSince: instant as Date }), 'invalid-argument')
    }
  }),
]

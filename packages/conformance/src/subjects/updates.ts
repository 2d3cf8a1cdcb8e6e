import assert from 'node:assert/strict'
import type { Filter, Row, UpdateResult } from '@stowage/core'
import { type Check, check, type Need } from '../check.ts'
import { tellingFilters } from './telling-filters.ts'
import { assertStored, storedRows } from './stored-rows.ts'
import { textId, textRow, textRows, textTable } from './text-rows.ts'
import { updateFailureChecks } from './updates-failures.ts'
import { updateTruthChecks } from './updates-truth.ts'

const needs: readonly Need[] = ['tables.create', 'tables.insert', 'tables.update', 'tables.find']

/** Checks what an update said it did. */
function assertUpdated(result: UpdateResult, matched: number, modified: number, inserted = 0): void {
  const found = { matched: result.matched, modified: result.modified, inserted: result.inserted }
  assert.deepEqual(found, { matched, modified, inserted })
}

/** Updates: rows changed in place. */
export const updateChecks: readonly Check[] = [
  check('updates/by-key', 'an update by key changes that row and no other', { needs }, async (context) => {
    const table = await context.table(textTable)
    await table.insert(textRows(5))
    const result = await table.update({ id: textId(2) }, { $set: { name: 'changed' } })
    assertUpdated(result, 1, 1)
    assert.ok(result.receipt.requests > 0, 'the receipt counts requests')
    await assertStored(
      table,
      textRows(5).map((row, index) => (index === 2 ? { ...row, name: 'changed' } : row)),
    )
  }),
  check('updates/none-matching', 'an update that matches nothing changes nothing', { needs }, async (context) => {
    const table = await context.table(textTable)
    await table.insert(textRows(3))
    assertUpdated(await table.update({ city: 'Atlantis' }, { $set: { name: 'changed' } }), 0, 0)
    await assertStored(table, textRows(3))
  }),
  check(
    'updates/many',
    'an update of many rows changes all that match, and counts matched and modified exactly',
    { needs, timeoutMs: 120_000 },
    async (context) => {
      const table = await context.table(textTable)
      const isMatching = (index: number): boolean => index % 7 < 4
      const isSame = (index: number): boolean => index % 5 === 0
      const rows = textRows(2500).map((row, index) => (isSame(index) ? { ...row, name: 'moved' } : row))
      await table.insert(rows)
      const filter = { city: { $in: rows.slice(0, 4).map(({ city }) => city) } }
      const matching = rows.flatMap((_, index) => (isMatching(index) ? [index] : []))
      const modified = matching.filter((index) => !isSame(index)).length
      assertUpdated(await table.update(filter, { $set: { name: 'moved' } }), matching.length, modified)
      await assertStored(
        table,
        rows.map((row, index) => (isMatching(index) ? { ...row, name: 'moved' } : row)),
      )
    },
  ),
  check('updates/filters', 'the rows an update changes are those that find finds', { needs }, async (context) => {
    const table = await context.table(textTable)
    let rows: Row[] = textRows(40)
    await table.insert(rows)
    for (const [index, filter] of tellingFilters.entries()) {
      const found = new Set((await storedRows(table, filter)).map(({ id }) => id))
      const name = `mark ${index}`
      assertUpdated(await table.update(filter, { $set: { name } }), found.size, found.size)
      rows = rows.map((row) => (found.has(row['id']) ? { ...row, name } : row))
      await assertStored(table, rows)
    }
  }),
  check('updates/all', 'with `all` an empty filter updates every row', { needs }, async (context) => {
    const table = await context.table(textTable)
    await table.insert(textRows(30))
    assertUpdated(await table.update({}, { $set: { city: 'Roma' } }, { all: true }), 30, 30)
    await assertStored(
      table,
      textRows(30).map((row) => ({ ...row, city: 'Roma' })),
    )
  }),
  check('updates/other-tables', 'an update touches no other table', { needs }, async (context) => {
    const one = await context.table(textTable)
    const other = await context.table(textTable)
    for (const table of [one, other]) await table.insert(textRows(3))
    assertUpdated(await one.update({ id: textId(1) }, { $set: { name: 'changed' } }), 1, 1)
    await assertStored(other, textRows(3))
  }),
  check(
    'updates/keeps-other-fields',
    'fields an update does not name stay exactly as they are',
    { needs: [...needs, 'semantics.keepsUndeclaredFields', 'semantics.keepsTypes', 'semantics.keepsNulls'] },
    async (context) => {
      const columns = { id: 'string', n: 'number', s: 'string', o: 'object', a: 'array', b: 'boolean' } as const
      const table = await context.table({ columns, primaryKey: ['id'] })
      const rows: Row[] = [
        { id: 'a', n: 0.1, s: '', o: { z: null, a: [''] }, a: [], b: false, extra: null },
        { id: 'b', n: null, s: null, o: null, a: null, b: null, extra: { x: 1e21 } },
        { id: 'c', extra: '5' },
        { id: 'd', s: '5', n: 5, extra: [true, 1, '1'] },
      ]
      await table.insert(rows)
      assertUpdated(await table.update({}, { $set: { mark: 'set' } }, { all: true }), 4, 4)
      await assertStored(
        table,
        rows.map((row) => ({ ...row, mark: 'set' })),
      )
      assertUpdated(await table.update({}, { $unset: { mark: 1 } }, { all: true }), 4, 4)
      await assertStored(table, rows)
    },
  ),
  check(
    'updates/again',
    'an update done twice comes to the same, and the second one modifies nothing',
    { needs },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(10))
      const filter: Filter = { id: { $gte: textId(4) } }
      assertUpdated(await table.update(filter, { $set: { name: 'x', city: 'y' } }), 6, 6)
      assertUpdated(await table.update(filter, { $set: { name: 'x', city: 'y' } }), 6, 0)
      await assertStored(
        table,
        textRows(10).map((row, index) => (index < 4 ? row : { ...row, name: 'x', city: 'y' })),
      )
    },
  ),
  check(
    'updates/upsert',
    'an upsert inserts one row when nothing matches, and updates the next time',
    { needs: [...needs, 'tables.updateUpsert'] },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(3))
      const filter = { id: textId(7), city: 'Oslo' }
      const upsert = { upsert: true }
      assertUpdated(await table.update(filter, { $set: { name: 'new' } }, upsert), 0, 0, 1)
      assertUpdated(await table.update(filter, { $set: { name: 'newer' } }, upsert), 1, 1)
      assertUpdated(await table.update(filter, { $set: { name: 'newer' } }, upsert), 1, 0)
      assertUpdated(await table.update({ id: textId(1) }, { $set: { name: 'old' } }, upsert), 1, 1)
      const rows = [textRow(0), { ...textRow(1), name: 'old' }, textRow(2)]
      await assertStored(table, [...rows, { id: textId(7), city: 'Oslo', name: 'newer' }])
    },
  ),
  check('updates/without-upsert', 'an update that is no upsert inserts nothing', { needs }, async (context) => {
    const table = await context.table(textTable)
    await table.insert(textRows(2))
    assertUpdated(await table.update({ id: textId(7) }, { $set: { name: 'new' } }), 0, 0)
    assertUpdated(await table.update({ id: textId(7) }, { $set: { name: 'new' } }, { upsert: false }), 0, 0)
    await assertStored(table, textRows(2))
  }),
  ...updateTruthChecks,
  ...updateFailureChecks,
]

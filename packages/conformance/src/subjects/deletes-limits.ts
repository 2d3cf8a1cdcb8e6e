import assert from 'node:assert/strict'
import type { Filter, Row, Table } from '@stowage/core'
import { type Check, check, type Need } from '../check.ts'
import { expectError } from '../expectation.ts'
import { assertStored, storedRows } from './stored-rows.ts'
import { textId, textRows, textTable } from './text-rows.ts'

const needs: readonly Need[] = ['tables.create', 'tables.insert', 'tables.delete', 'tables.deleteLimit', 'tables.find']

/** Deletes with a limit and checks that so many of the matching rows went, and no others. */
async function assertDeletes(table: Table, filter: Filter, limit: number, expected: number): Promise<void> {
  const before = await storedRows(table)
  const matching = new Set((await storedRows(table, filter)).map(({ id }) => id))
  const { deleted } = await table.delete(filter, { limit, all: true })
  assert.equal(deleted, expected)
  const left = await storedRows(table)
  const leftIds = new Set(left.map(({ id }) => id))
  const gone = before.filter(({ id }: Row) => !leftIds.has(id))
  assert.equal(gone.length, expected, 'as many rows went as the delete says')
  assert.ok(
    gone.every(({ id }) => matching.has(id)),
    'only rows that match went',
  )
}

/** Deletes with a limit. */
export const deleteLimitChecks: readonly Check[] = [
  check('deletes/limit', 'a limit takes as many of the matching rows and no more', { needs }, async (context) => {
    const table = await context.table(textTable)
    await table.insert(textRows(40))
    const filter = { id: { $gte: textId(20) } }
    await assertDeletes(table, filter, 1, 1)
    await assertDeletes(table, filter, 12, 12)
    await assertDeletes(table, filter, 7, 7)
    await assertDeletes(table, filter, 5, 0)
    await assertStored(table, textRows(20))
  }),
  check(
    'deletes/limit-above',
    'a limit above the number of matching rows takes them all',
    { needs },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(10))
      await assertDeletes(table, { id: { $lt: textId(4) } }, 5, 4)
      await assertDeletes(table, { id: { $lt: textId(8) } }, 4, 4)
      await assertStored(table, textRows(2, 8))
    },
  ),
  check('deletes/limit-zero', 'a limit of 0 deletes nothing', { needs }, async (context) => {
    const table = await context.table(textTable)
    await table.insert(textRows(5))
    await assertDeletes(table, { id: textId(0) }, 1, 1)
    await assertDeletes(table, { id: textId(1) }, 0, 0)
    await assertDeletes(table, {}, 0, 0)
    await assertStored(table, textRows(4, 1))
  }),
  check(
    'deletes/limit-all',
    'with `all` and a limit so many rows of the whole table go',
    { needs, timeoutMs: 120_000 },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(2500))
      for (const [limit, expected] of [
        [1001, 1001],
        [1001, 1001],
        [1001, 498],
        [1001, 0],
      ] as const) {
        await assertDeletes(table, {}, limit, expected)
      }
      await assertStored(table, [])
    },
  ),
  check(
    'deletes/limit-residual',
    'a limit counts matching rows only, whoever evaluates the filter',
    { needs },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(40))
      await assertDeletes(table, { city: { $regex: '^[PR]' }, id: { $gte: textId(10) } }, 3, 3)
      await assertDeletes(table, { $nor: [{ city: 'Oslo' }, { id: { $lt: textId(30) } }] }, 2, 2)
    },
  ),
  check('deletes/limit-refused', 'a limit that is no count is refused', { needs }, async (context) => {
    const table = await context.table(textTable)
    await table.insert(textRows(3))
    await assertDeletes(table, { id: textId(0) }, 1, 1)
    const calls = context.log.calls.length
    for (const limit of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '2' as unknown as number]) {
      await expectError(table.delete({ id: textId(1) }, { limit }), 'invalid-argument')
    }
    assert.equal(context.log.calls.length, calls, 'nothing was sent')
    await assertStored(table, textRows(2, 1))
  }),
]

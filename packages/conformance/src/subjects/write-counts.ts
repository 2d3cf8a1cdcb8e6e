import assert from 'node:assert/strict'
import type { Row, StorageError, Table, WriteCounts } from '@stowage/core'
import type { CheckContext } from '../check-context.ts'
import { assertSameRows, storedRows } from './stored-rows.ts'

/**
 * Checks what a write said it did.
 *
 * @param counts - what it said
 * @param inserted - how many rows are new
 * @param updated - how many took the place of one that was there
 */
export function assertCounts(counts: WriteCounts, inserted: number, updated = 0): void {
  if (counts.updated === undefined) {
    assert.equal(counts.inserted, inserted + updated, 'rows written, where new and replaced ones are counted as one')
  } else {
    assert.deepEqual({ inserted: counts.inserted, updated: counts.updated }, { inserted, updated })
  }
  if (counts.ids === undefined) return
  assert.equal(counts.ids.length, inserted + updated, 'one row id for each row')
  assert.ok(!counts.ids.includes(''), 'a row id is empty')
  if (updated === 0) assert.equal(new Set(counts.ids).size, inserted, 'no two new rows share a row id')
}

/**
 * Checks what a write that failed left behind: nothing where the backend promises atomic writes or the error says that nothing was
 * applied; otherwise as many new rows as the error says.
 *
 * @param before - what was there, in the order of ids
 * @param size - how many rows the write had: more than one request takes go in several
 */
export async function assertNothingLeft(
  context: CheckContext,
  table: Table,
  before: readonly Row[],
  error: StorageError,
  size: number,
): Promise<void> {
  const rows = await storedRows(table)
  const isAtomic = context.has('semantics.atomicWrites') && size <= (context.capabilities.limits.rowsPerInsert ?? size)
  if (isAtomic || error.applied === 'no') return assertSameRows(rows, before)
  const ids = new Set(before.map((row) => row['id']))
  assertSameRows(
    rows.filter((row) => ids.has(row['id'])),
    before,
  )
  const { inserted } = error.details
  if (typeof inserted === 'number') assert.equal(rows.length - before.length, inserted, 'rows in, as the error says')
}

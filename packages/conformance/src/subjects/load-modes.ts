import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import type { Row, StorageError, Table, WriteMode } from '@stowage/core'
import type { Need } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { assertStored, storedRows } from './stored-rows.ts'

/** The modes of a load. */
export const writeModes: readonly WriteMode[] = ['append', 'upsert', 'replace']

/** What a check needs that loads rows and reads them back. */
export const needsOfLoad: readonly Need[] = ['tables.create', 'tables.load', 'tables.get', 'tables.find']

/** What a load in a mode needs. */
export function needsOfMode(mode: WriteMode): readonly Need[] {
  return mode === 'append' ? needsOfLoad : [...needsOfLoad, mode === 'upsert' ? 'tables.upsert' : 'tables.replace']
}

/** Whether a load takes effect as one unit: where the backend does it by itself. Otherwise core inserts batches. */
export function isLoadedWhole({ capabilities }: CheckContext): boolean {
  return capabilities.operations['tables.load']?.kind === 'native'
}

/**
 * Checks that a load that failed left the table as it was; where it is no unit, that as much of it is in as the error says.
 *
 * @param before - the few rows that were there
 */
export async function assertNotLoaded(
  context: CheckContext,
  table: Table,
  before: readonly Row[],
  error: StorageError,
): Promise<void> {
  if (isLoadedWhole(context)) {
    assert.ok(error.applied === undefined || error.applied === 'no', `applied is ${error.applied}`)
    return assertStored(table, before)
  }
  const rows = await storedRows(table)
  const { inserted = 0, updated = 0 } = error.details
  const kept = before.filter((old) => rows.some((row) => isDeepStrictEqual(row, old))).length
  assert.equal(rows.length - kept, Number(inserted) + Number(updated), 'rows in, as the error says')
  assert.equal(rows.length, before.length + Number(inserted), 'no other row went')
}

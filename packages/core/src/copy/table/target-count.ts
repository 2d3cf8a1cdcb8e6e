import type { WriteCounts } from '../../contract/table.ts'
import type { CallContext } from '../../driver/call.ts'
import { StorageError } from '../../errors/storage-error.ts'
import { matchAll } from '../../filter/tree.ts'
import type { PreparedCopy } from './prepare-copy.ts'
import { atEnd, nameOfEnd, type TableEnd } from './table-end.ts'

/** Tells whether a table's rows can be counted without reading them, as they are now. */
export function canCount({ session }: TableEnd): boolean {
  const { operations, semantics } = session.driver.capabilities
  return operations['tables.count']?.kind === 'native' && semantics.readAfterWrite
}

/** Counts a table's rows; undefined where that can't be done. */
export async function countTarget(end: TableEnd, call: CallContext): Promise<number | undefined> {
  const { session, request } = end
  if (!canCount(end)) return undefined
  return atEnd(end, 'tables.count', call.signal, () => session.tables.count({ ...request, filter: matchAll }, call))
}

/** What was counted around a copy. */
export interface TargetCounts {
  /** Rows that were written. */
  readonly written: number
  /** Rows the target had before; undefined where nobody knows. */
  readonly before: number | undefined
  /** What the target said it did; undefined after a copy in chunks. */
  readonly counts: WriteCounts | undefined
}

/**
 * Compares what was written with what the target says and has. Rows that others write meanwhile are no fault where they can't be told apart.
 *
 * @returns what was compared, a line each
 * @throws {@link StorageError} `corrupt-data` for rows that are missing or too many
 */
export async function checkCounts(
  { target, options, loadMode }: PreparedCopy,
  { written, before, counts }: TargetCounts,
  call: CallContext,
): Promise<readonly string[]> {
  const checks: string[] = []
  if (counts !== undefined && loadMode !== 'upsert') {
    if (counts.inserted !== written)
      throw mismatch(target, `${written} rows were given to it and it took ${counts.inserted}`)
    checks.push(`${written} rows were given to the target, and it took as many`)
  }
  const after = await countTarget(target, call)
  if (after === undefined) return checks
  const isExact = options.mode === 'replace' || before === 0
  const expected = options.mode === 'replace' ? written : written + (before ?? 0)
  if (loadMode === 'upsert') {
    if (after < (before ?? 0)) throw mismatch(target, `it had ${before} rows and has ${after}`)
    return [...checks, `the target has ${after} rows`]
  }
  if (isExact ? after !== expected : after < expected) {
    throw mismatch(target, `it should have ${expected} rows and has ${after}`)
  }
  return [...checks, `the target has ${after} rows`]
}

function mismatch(target: TableEnd, how: string): StorageError {
  const message = `${nameOfEnd(target)} does not hold what was copied, ${how}: look for others that write to it, and copy again with verify: 'read-back'`
  return new StorageError({ code: 'corrupt-data', message, applied: 'unknown' })
}

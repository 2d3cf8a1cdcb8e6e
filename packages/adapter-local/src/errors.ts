import type { StorageErrorCode } from '@stowage/core'
import type { ErrorFacts } from '@stowage/core/driver'

// SQLite's primary result codes; the bits above them say more and differ between versions.
const bySqliteCode: Readonly<Record<number, { readonly code: StorageErrorCode; readonly advice: string }>> = {
  5: { code: 'unavailable', advice: 'another process kept the database locked for 5 seconds: try again' },
  6: { code: 'unavailable', advice: 'the database is locked: try again' },
  7: { code: 'unavailable', advice: 'SQLite ran out of memory: try again with less at a time' },
  8: {
    code: 'permission-denied',
    advice: 'the database is read-only: check the permissions of its directory and files',
  },
  10: { code: 'unavailable', advice: 'reading or writing the database failed: check the disk' },
  11: { code: 'corrupt-data', advice: 'the database is damaged: restore it from a copy' },
  13: { code: 'quota-exceeded', advice: 'the disk is full: free some space and try again' },
  14: { code: 'permission-denied', advice: 'the database could not be opened: check the permissions of its directory' },
  18: { code: 'invalid-argument', advice: 'a value or row is larger than SQLite takes (1 GB): store it as a file' },
  19: { code: 'conflict', advice: 'a constraint of the table refused the row' },
  23: { code: 'permission-denied', advice: 'SQLite refused the operation' },
  26: {
    code: 'corrupt-data',
    advice: 'stowage.sqlite is no SQLite database: restore it from a copy, or choose another path',
  },
}

/** Says what a failure of SQLite means; undefined for others, whose errno core knows. */
export function explainLocalError(error: unknown): ErrorFacts | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined
  const known = bySqliteCode[error.errcode & 0xff]
  if (known === undefined) return undefined
  return {
    code: known.code,
    message: `${known.advice} (SQLite: ${error.message})`,
    nativeCode: `SQLITE_${error.errcode}`,
    // A statement that fails is rolled back, and so is the transaction around it.
    applied: 'no',
  }
}

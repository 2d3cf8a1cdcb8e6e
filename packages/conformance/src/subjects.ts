import type { Check, CheckDescription } from './check.ts'
import { bucketChecks } from './subjects/buckets.ts'
import { concurrencyChecks } from './subjects/concurrency.ts'
import { declaredChecks } from './subjects/declared.ts'
import { deleteChecks } from './subjects/deletes.ts'
import { errorChecks } from './subjects/errors.ts'
import { exportChecks } from './subjects/exports.ts'
import { fileChecks } from './subjects/files.ts'
import { filterChecks } from './subjects/filters.ts'
import { findChecks } from './subjects/find.ts'
import { insertChecks } from './subjects/inserts.ts'
import { jobChecks } from './subjects/jobs.ts'
import { keyChecks } from './subjects/keys.ts'
import { limitChecks } from './subjects/limits.ts'
import { listingChecks } from './subjects/listings.ts'
import { loadChecks } from './subjects/loads.ts'
import { retryChecks } from './subjects/retries.ts'
import { tableChecks } from './subjects/tables.ts'
import { transferChecks } from './subjects/transfers.ts'
import { typeChecks } from './subjects/value-types.ts'
import { updateChecks } from './subjects/updates.ts'

/** All checks, subject by subject, in the order they run. */
export const allChecks: readonly Check[] = [
  ...declaredChecks,
  ...limitChecks,
  ...bucketChecks,
  ...tableChecks,
  ...insertChecks,
  ...loadChecks,
  ...filterChecks,
  ...findChecks,
  ...updateChecks,
  ...deleteChecks,
  ...exportChecks,
  ...typeChecks,
  ...fileChecks,
  ...keyChecks,
  ...listingChecks,
  ...transferChecks,
  ...jobChecks,
  ...errorChecks,
  ...concurrencyChecks,
  ...retryChecks,
]

/** All facts the suite checks, in the order they are checked: for lists and reports. */
export const conformanceChecks: readonly CheckDescription[] = allChecks

/** The subject a check belongs to. */
export function subjectOf({ id }: Pick<CheckDescription, 'id'>): string {
  return id.slice(0, id.indexOf('/'))
}

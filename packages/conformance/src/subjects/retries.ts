import type { Check } from '../check.ts'
import { retriedFileChecks } from './retries-files.ts'
import { keyedChecks } from './retries-keyed.ts'
import { retriedReadChecks } from './retries-reads.ts'
import { retriedRowChecks } from './retries-rows.ts'
import { waitChecks } from './retries-waits.ts'

/** Retries: a lost answer is never applied twice. */
export const retryChecks: readonly Check[] = [
  ...retriedReadChecks,
  ...retriedRowChecks,
  ...keyedChecks,
  ...retriedFileChecks,
  ...waitChecks,
]

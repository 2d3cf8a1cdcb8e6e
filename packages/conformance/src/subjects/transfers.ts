import type { Check } from '../check.ts'
import { transferAbortChecks } from './transfers-aborting.ts'
import { transferDownloadChecks } from './transfers-downloads.ts'
import { transferDropChecks } from './transfers-dropped.ts'
import { transferPauseChecks } from './transfers-pausing.ts'
import { transferProgressChecks } from './transfers-progress.ts'
import { transferStatusChecks } from './transfers-status.ts'
import { transferTableChecks } from './transfers-tables.ts'

/** Transfers: status, progress, abort, pause, resume. */
export const transferChecks: readonly Check[] = [
  ...transferStatusChecks,
  ...transferProgressChecks,
  ...transferAbortChecks,
  ...transferPauseChecks,
  ...transferDownloadChecks,
  ...transferDropChecks,
  ...transferTableChecks,
]

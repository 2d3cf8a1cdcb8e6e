import type { StorageErrorCode } from '@stowage/core'

/** What the process ends with. */
export const exitCodes = {
  success: 0,
  failure: 1,
  /** The command line or the configuration says something that can't be. */
  usage: 2,
  notFound: 3,
  conflict: 4,
  denied: 5,
  unsupported: 6,
  /** Trying again later may help. */
  unavailable: 7,
  corrupt: 8,
  /** A write was sent and its answer lost: look before repeating it. */
  unknown: 9,
  /** As shells say it of a process that Ctrl-C ended. */
  aborted: 130,
} as const

/** The exit code of each kind of failure. */
export const exitCodeByError: Readonly<Record<StorageErrorCode, number>> = {
  'invalid-argument': exitCodes.usage,
  unsupported: exitCodes.unsupported,
  'not-found': exitCodes.notFound,
  'already-exists': exitCodes.conflict,
  conflict: exitCodes.conflict,
  unauthenticated: exitCodes.denied,
  'permission-denied': exitCodes.denied,
  'rate-limited': exitCodes.unavailable,
  'quota-exceeded': exitCodes.unavailable,
  unavailable: exitCodes.unavailable,
  timeout: exitCodes.unavailable,
  aborted: exitCodes.aborted,
  'outcome-unknown': exitCodes.unknown,
  'corrupt-data': exitCodes.corrupt,
  closed: exitCodes.failure,
  internal: exitCodes.failure,
}

import type { ReceiptRecorder } from '../contract/receipt.ts'

/** What every driver call gets beside its request. */
export interface CallContext {
  /** Aborted when the caller gives up or the deadline passes; a driver stops soon and leaves nothing half-made. */
  readonly signal: AbortSignal
  /** Where the driver counts its requests and bytes. */
  readonly receipt: ReceiptRecorder
}

/**
 * How safe a call is to repeat after its answer was lost.
 *
 * `safe` reads; `idempotent` writes that come to the same when repeated; `keyed` writes repeat safely because a key
 * or precondition stops the second one; `unsafe` writes may apply twice and are never repeated.
 */
export type OperationClass = 'safe' | 'idempotent' | 'keyed' | 'unsafe'

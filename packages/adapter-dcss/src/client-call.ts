import { type CallContext, ReceiptRecorder } from '@stowage/core/driver'

/** What every call of the client takes. */
export interface DcssCallOptions {
  /** Ends the call. Default: nothing does. */
  readonly signal?: AbortSignal | undefined
}

/** Makes what calls to the wire want. */
export function newCall(signal: AbortSignal | undefined): CallContext {
  return { signal: signal ?? new AbortController().signal, receipt: new ReceiptRecorder() }
}

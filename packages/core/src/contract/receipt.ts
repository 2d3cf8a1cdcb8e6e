/**
 * What an operation cost and how it was done, attached to its result.
 *
 * Counts cover everything done for the operation, retries and emulation included.
 */
export interface Receipt {
  /** Calls to the backend: HTTP requests, or engine calls of the embedded backend. */
  readonly requests: number
  /** How many of them repeated a failed one. */
  readonly retries: number
  /** Bytes of file content or CSV sent. */
  readonly bytesSent: number
  /** Bytes of file content or CSV received. */
  readonly bytesReceived: number
  /** What core did itself because the backend can't: capability names, for example `tables.update`. */
  readonly emulated: readonly string[]
  /** Ids of the remote jobs that ran for it. */
  readonly jobIds: readonly string[]
}

/** The receipt while it is being written; layers, adapters and core add to it. */
export class ReceiptRecorder implements Receipt {
  requests = 0
  retries = 0
  bytesSent = 0
  bytesReceived = 0
  readonly emulated: string[] = []
  readonly jobIds: string[] = []

  /** Gives the receipt as it stands, as plain data. */
  snapshot(): Receipt {
    return {
      requests: this.requests,
      retries: this.retries,
      bytesSent: this.bytesSent,
      bytesReceived: this.bytesReceived,
      emulated: [...this.emulated],
      jobIds: [...this.jobIds],
    }
  }
}

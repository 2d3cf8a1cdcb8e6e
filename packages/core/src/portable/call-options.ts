/** What every call that waits takes. */
export interface CallOptions {
  /** Ends the call when aborted; it fails with `aborted`. Default: none. */
  readonly signal?: AbortSignal | undefined
  /** Ends the call after this many milliseconds, waiting and retries included; it fails with `timeout`. Default: none. */
  readonly timeoutMs?: number | undefined
}

/** Options of one page-wise listing. */
export interface ListOptions extends CallOptions {
  /** The most items fetched at a time; never over the backend's own limit. Default 1,000. */
  readonly pageSize?: number | undefined
}

/** One thing that was looked at. */
export interface Finding {
  /** What was looked at: `node`, `stowage`, `configuration`, or the name of a backend. */
  readonly what: string
  /** Whether it is as it should be. */
  readonly ok: boolean
  /** What was found. */
  readonly found: string
  /** What to do; undefined where all is well. */
  readonly remedy: string | undefined
}

/** Gives the message of a failure. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

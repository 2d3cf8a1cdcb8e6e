/** What a command gets from the process it runs in, and gives to it. */
export interface CommandContext {
  /** The version it prints. */
  readonly version: string
  /** Where a configuration is looked for, and what relative paths are relative to. */
  readonly cwd: string
  /** The environment variables. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Takes text for standard output. */
  readonly out: (text: string) => void
  /** Takes text for standard error. */
  readonly error: (text: string) => void
  /**
   * Writes to standard output no faster than it is read.
   *
   * @throws OutputClosed once nobody reads it any more
   */
  readonly write: (chunk: string | Uint8Array) => Promise<void>
  /** Reads standard input. */
  readonly input: () => AsyncIterable<Uint8Array>
  /** Whether standard error is a terminal: only there progress is drawn. */
  readonly isTerminal: boolean
  /** Waits until a command that runs until it is stopped is to stop. */
  readonly untilStopped: () => Promise<void>
}

/** Whoever read the output has left, as `head` does: no failure, and no reason to go on. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed'
}

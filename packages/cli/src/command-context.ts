/** Where a command writes, what it calls itself, and how it learns that it is to stop. */
export interface CommandContext {
  /** The version it prints. */
  readonly version: string
  /** Takes text for standard output. */
  readonly out: (text: string) => void
  /** Takes text for standard error. */
  readonly error: (text: string) => void
  /** Waits until a command that runs until it is stopped is to stop. */
  readonly untilStopped: () => Promise<void>
}

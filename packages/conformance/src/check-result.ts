import type { GapKind } from './gaps.ts'

/** What a check came to. */
export interface CheckResult {
  /** The check's id. */
  readonly id: string
  /** The fact it checked. */
  readonly title: string
  /**
   * `passed`; `gap`: it failed as the setup admits; `not-run`: the harness can't inject a fault it needs; `failed`: it failed without an
   * admitted gap, or passed in spite of one.
   */
  readonly outcome: 'passed' | 'gap' | 'not-run' | 'failed'
  /** The kind of the gap. */
  readonly gap: GapKind | undefined
  /** Why it is a gap, was not run, or failed. */
  readonly reason: string | undefined
  /** What it failed with. */
  readonly error: unknown
}

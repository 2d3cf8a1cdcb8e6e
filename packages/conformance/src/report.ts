import type { CheckResult } from './check-result.ts'
import type { ConformanceSetup } from './setup.ts'
import { makeScorecard, type Scorecard } from './scorecard.ts'
import { allChecks } from './subjects.ts'
import { Suite } from './suite.ts'

/** What a run of the suite came to. */
export interface ConformanceReport {
  /** What each check came to, in order. */
  readonly results: readonly CheckResult[]
  /** Keys of gaps that covered no check: misspelt, or left over. Empty for a run of only some checks. */
  readonly idleGaps: readonly string[]
  /** The scorecard. */
  readonly scorecard: Scorecard
}

/** Options of {@link checkConformance}. */
export interface CheckConformanceOptions {
  /** Runs only the checks this holds for. Default all. */
  readonly only?: (id: string) => boolean
}

/**
 * Runs the suite without a test runner and reports: for scripts, and for tests of the suite itself.
 *
 * It never fails because a check did; look at the results.
 */
export async function checkConformance<Backend>(
  setup: ConformanceSetup<Backend>,
  options: CheckConformanceOptions = {},
): Promise<ConformanceReport> {
  const { only } = options
  const suite = new Suite(setup)
  await suite.start()
  try {
    for (const one of allChecks) if (only?.(one.id) ?? true) await suite.run(one)
    const { backend, capabilities } = suite.driver
    return {
      results: suite.results,
      idleGaps: only === undefined ? suite.idleGaps() : [],
      scorecard: makeScorecard(backend, capabilities, suite.results, setup.gaps ?? {}),
    }
  } finally {
    await suite.stop()
  }
}

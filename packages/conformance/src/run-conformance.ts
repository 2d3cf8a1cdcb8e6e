/* oxlint-disable vitest/valid-title, vitest/expect-expect -- the tests are made of checks: their titles and assertions lie there */
import { afterAll, beforeAll, describe, type TestContext, test } from 'vitest'
import type { CheckResult } from './check-result.ts'
import { makeScorecard, type Scorecard } from './scorecard.ts'
import { scorecardJson } from './scorecard-json.ts'
import type { ConformanceSetup } from './setup.ts'
import { allChecks, subjectOf } from './subjects.ts'
import { Suite } from './suite.ts'

declare module 'vitest' {
  interface TaskMeta {
    /** What a conformance run came to, for reporters that print it. */
    scorecard?: Scorecard
  }
}

/** What {@link runConformance} takes beside the setup. */
export interface RunConformanceOptions {
  /**
   * A JSON file the scorecard is compared with, as a vitest file snapshot: the test fails when it is stale, and `vitest -u` writes it.
   * Default: no file.
   */
  readonly scorecard?: URL
}

/**
 * Declares the suite as vitest tests: one test for each check, in the file that calls it.
 *
 * A check that fails as a gap admits shows as passed, with the gap in its name's annotation; one that can't be run for lack of a
 * fault is reported as skipped, with the reason.
 */
export function runConformance<Backend>(setup: ConformanceSetup<Backend>, options: RunConformanceOptions = {}): void {
  const suite = new Suite(setup)
  describe(setup.name ?? 'conformance', () => {
    beforeAll(() => suite.start(), 60_000)
    afterAll(() => suite.stop(), 60_000)
    for (const subject of new Set(allChecks.map(subjectOf))) {
      describe(subject, () => {
        for (const one of allChecks.filter((other) => subjectOf(other) === subject)) {
          test(`${one.id}: ${one.title}`, { timeout: one.timeoutMs + 30_000 }, async (context) => {
            await show(await suite.run(one), context)
          })
        }
      })
    }
    test('the list of gaps and the scorecard are true', async ({ expect, task, skip }) => {
      if (suite.results.length < allChecks.length) skip('only some checks ran')
      expect(suite.idleGaps(), 'gaps that cover no check: take them off the list').toEqual([])
      const { backend, capabilities } = suite.driver
      const scorecard = makeScorecard(backend, capabilities, suite.results, setup.gaps ?? {})
      task.meta.scorecard = scorecard
      if (options.scorecard !== undefined) {
        await expect(scorecardJson(scorecard)).toMatchFileSnapshot(options.scorecard.pathname)
      }
    })
  })
}

async function show(result: CheckResult, { skip, annotate }: TestContext): Promise<unknown> {
  if (result.outcome === 'passed') return undefined
  if (result.outcome === 'not-run') return skip(result.reason)
  if (result.outcome === 'gap') return annotate(`gap (${result.gap ?? 'todo'}): ${result.reason ?? ''}`)
  throw new Error(result.reason, { cause: result.error })
}

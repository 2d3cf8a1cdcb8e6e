import { formatScorecard } from '@stowage/conformance'
import type { Reporter, TestCase } from 'vitest/node'

/** Prints the scorecard of each conformance run under the name of its group: `pnpm conformance`. */
export default class PrintScorecards implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const { scorecard } = test.meta()
    if (scorecard === undefined) return
    const group = test.parent.type === 'suite' ? test.parent.name : test.module.moduleId
    process.stdout.write(`\n# ${group}\n\n${formatScorecard(scorecard)}`)
  }
}

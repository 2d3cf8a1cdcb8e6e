import { describe, expect, test } from 'vitest'
import { benchmarkPage } from './harness/page.ts'
import { type JobReport, runBench } from './harness/run-bench.ts'
import { checkAnswers } from './harness/run-job.ts'
import type { BenchJob, Goal } from './harness/job.ts'
import { judge } from './harness/verdict.ts'

async function runQuick(...wanted: string[]): Promise<JobReport[]> {
  const options = { wanted, rounds: 1, isQuick: true, withLong: false, onStart: () => undefined }
  const reports: JobReport[] = []
  for await (const report of runBench(options)) reports.push(report)
  return reports
}

function measured(variant: string, answer: number): Parameters<typeof checkAnswers>[1][number] {
  const section = { cpuMs: 1, wallMs: 1, peakBytes: 1, answer }
  return { variant, rounds: [{ idleBytes: 1, sections: { count: section } }] }
}

// Small data says nothing about speed: what counts is that every variant runs and that all come to the same.
test('every job gives equal answers in all variants, and a page with each goal', { timeout: 120_000 }, async () => {
  const reports = await runQuick()
  const page = benchmarkPage(reports)
  expect(reports.length).toBeGreaterThan(6)
  for (const { title } of reports.flatMap(({ verdicts }) => verdicts)) expect(page).toContain(`| ${title} `)
})

describe('answers', () => {
  test('that differ between variants fail the run and are both shown', () => {
    expect(() => checkAnswers('demo', [measured('ours', 3), measured('peer', 4)])).toThrow(
      'demo, count: ours says 3, peer says 4',
    )
  })

  test('that are equal pass', () => {
    expect(() => checkAnswers('demo', [measured('ours', 3), measured('peer', 3)])).not.toThrow()
  })
})

describe('verdicts', () => {
  const variant = async (): Promise<void> => {}
  const rounds = (...pairs: [cpuMs: number, wallMs: number][]) =>
    pairs.map(([cpuMs, wallMs]) => {
      const section = { cpuMs, wallMs, peakBytes: 30_000_000, answer: 1 }
      return { idleBytes: 10_000_000, sections: { count: section } }
    })

  function judgeOne(measure: Goal['measure'], limit: number): [isMet: boolean, values: number[]] {
    const goals = [{ section: 'count', title: 'count', measure, limit }]
    const job: BenchJob = { description: '', goals, ours: variant, peers: { slow: variant, quick: variant } }
    const [verdict] = judge(job, [
      { variant: 'ours', rounds: rounds([10, 10], [30, 30], [20, 20]) },
      { variant: 'slow', rounds: rounds([20, 40], [60, 120], [40, 80]) },
      { variant: 'quick', rounds: rounds([10, 20], [20, 15], [10, 10]) },
    ])
    return [verdict?.isMet ?? false, verdict?.results.map((result) => result.median) ?? []]
  }

  test('compare round by round, take the median, and need every peer', () => {
    expect(judgeOne('cpu', 1.5)).toEqual([true, [0.5, 1.5]])
    expect(judgeOne('cpu', 1.4)).toEqual([false, [0.5, 1.5]])
  })

  test('of a rate are higher where we are faster', () => {
    expect(judgeOne('speed', 0.5)).toEqual([true, [4, 0.5]])
    expect(judgeOne('speed', 0.6)).toEqual([false, [4, 0.5]])
  })

  test('of memory compare peaks', () => {
    expect(judgeOne('memory', 1)).toEqual([true, [1, 1]])
  })

  test('without a peer take our own median', () => {
    expect(judgeOne('cpuMs', 20)).toEqual([true, [20]])
    expect(judgeOne('peakMb', 30)).toEqual([true, [30]])
    expect(judgeOne('overIdleMib', 19)).toEqual([false, [20_000_000 / 1024 ** 2]])
  })
})

test('an unknown job is refused by name', async () => {
  await expect(runQuick('nothing')).rejects.toThrow('there is no job nothing')
})

import { describe, expect, test } from 'vitest'
import { benchmarkPage } from './harness/page.ts'
import { type JobReport, runBench } from './harness/run-bench.ts'
import { checkAnswers } from './harness/run-job.ts'

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

test('an unknown job is refused by name', async () => {
  await expect(runQuick('nothing')).rejects.toThrow('there is no job nothing')
})

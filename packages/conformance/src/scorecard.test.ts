import { type Capabilities, emulated, native } from '@stowage/core'
import { describe, expect, test } from 'vitest'
import type { CheckResult } from './check-result.ts'
import { makeScorecard } from './scorecard.ts'
import { scorecardJson } from './scorecard-json.ts'
import { formatScorecard } from './scorecard-text.ts'

const capabilities: Capabilities = {
  operations: { 'files.read': native, 'files.copy': emulated('cheap', 'reads and writes') },
  limits: { keyBytes: 100 },
  semantics: {
    keepsNulls: false,
    keepsUndeclaredFields: false,
    keepsTypes: false,
    readAfterWrite: true,
    atomicWrites: true,
    buckets: 'fixed',
  },
}

function result(id: string, outcome: CheckResult['outcome'], facts: Partial<CheckResult> = {}): CheckResult {
  return { id, title: `the fact ${id}`, outcome, gap: undefined, reason: undefined, error: undefined, ...facts }
}

const scorecard = makeScorecard(
  'shelf',
  capabilities,
  [
    result('files/a', 'passed'),
    result('files/b', 'gap', { gap: 'never', reason: 'no ranges' }),
    result('keys/c', 'not-run', { reason: "the harness can't inject: latency" }),
    result('keys/d', 'failed', { reason: 'the bytes differ' }),
  ],
  { 'tables.*': { kind: 'never', reason: 'a shelf has no tables' } },
)

describe('a scorecard', () => {
  test('says of each capability whether it is native, emulated or absent, and why', () => {
    expect(scorecard.capabilities['files.read']).toEqual({ support: 'native' })
    expect(scorecard.capabilities['files.copy']).toEqual({
      support: 'emulated',
      cost: 'cheap',
      how: 'reads and writes',
    })
    expect(scorecard.capabilities['tables.find']).toEqual({
      support: 'absent',
      gap: { kind: 'never', reason: 'a shelf has no tables' },
    })
    expect(scorecard.capabilities['jobs.get']).toEqual({ support: 'absent' })
  })

  test('says what the checks of each subject came to', () => {
    expect(scorecard.subjects).toEqual({
      files: {
        passed: 1,
        gaps: [{ id: 'files/b', title: 'the fact files/b', kind: 'never', reason: 'no ranges' }],
        notRun: [],
        failed: [],
      },
      keys: {
        passed: 0,
        gaps: [],
        notRun: [{ id: 'keys/c', title: 'the fact keys/c', reason: "the harness can't inject: latency" }],
        failed: [{ id: 'keys/d', title: 'the fact keys/d', reason: 'the bytes differ' }],
      },
    })
  })

  test('is plain data', () => {
    expect(JSON.parse(scorecardJson(scorecard))).toEqual(scorecard)
  })

  test('as text names all of it', () => {
    const text = formatScorecard(scorecard)
    expect(text).toMatch(/^shelf\n=====\n\ncapability/)
    expect(text).toMatch(/^files\.copy +emulated +cheap: reads and writes$/m)
    expect(text).toMatch(/^tables\.find +absent +never: a shelf has no tables$/m)
    expect(text).toMatch(/^files +1 +1 +0 +0$/m)
    expect(text).toMatch(/^Gaps\nfiles\/b {2}never: no ranges$/m)
    expect(text).toMatch(/^Not run\nkeys\/c {2}the harness can't inject: latency$/m)
    expect(text).toMatch(/^Failed\nkeys\/d {2}the bytes differ$/m)
    expect(text.split('\n').every((line) => line === line.trimEnd())).toBe(true)
  })
})

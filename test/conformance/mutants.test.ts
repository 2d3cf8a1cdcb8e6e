import { checkConformance, type CheckResult } from '@stowage/conformance'
import { describe, expect, test } from 'vitest'
import { embeddedSetup } from './embedded-setup.ts'
import { allMutants } from './mutants/all-mutants.ts'

const catching = new Set(allMutants.flatMap(({ caughtBy }) => caughtBy))

function outcomes(results: readonly CheckResult[]): Record<string, string> {
  return Object.fromEntries(results.map(({ id, outcome }) => [id, outcome]))
}

function all(ids: Iterable<string>, outcome: CheckResult['outcome']): Record<string, string> {
  return Object.fromEntries([...ids].map((id) => [id, outcome]))
}

test('the driver they are all made of passes every check that catches one', async () => {
  const { results } = await checkConformance(embeddedSetup(), { only: (id) => catching.has(id) })
  expect(outcomes(results)).toEqual(all(catching, 'passed'))
})

describe('a broken driver is caught when', () => {
  test.each(allMutants.map((mutant) => [mutant.name, mutant] as const))('%s', async (_, { caughtBy, gaps, make }) => {
    const setup = embeddedSetup(make, gaps)
    const { results } = await checkConformance(setup, { only: (id) => caughtBy.includes(id) })
    expect(outcomes(results)).toEqual(all(caughtBy, 'failed'))
    // Waiting for something that never comes tells nobody what is wrong.
    expect(results.filter(({ reason }) => reason?.startsWith('took longer than'))).toEqual([])
  })
})

test('there are many of them, each with a name of its own', () => {
  expect(allMutants.length).toBeGreaterThanOrEqual(35)
  expect(new Set(allMutants.map(({ name }) => name)).size).toBe(allMutants.length)
})

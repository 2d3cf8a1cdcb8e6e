import { capabilityNames } from '@stowage/core'
import { describe, expect, test } from 'vitest'
import { chaosFaults, conformanceChecks, type Need } from '../src/index.ts'
import { subjectOf } from '../src/subjects.ts'

const semanticsNeeds: readonly Need[] = [
  'semantics.keepsNulls',
  'semantics.keepsUndeclaredFields',
  'semantics.keepsTypes',
  'semantics.readAfterWrite',
  'semantics.atomicWrites',
  'semantics.dynamicBuckets',
]

/** Gives what stands more than once in a list. */
function repeated(items: readonly string[]): string[] {
  return items.filter((item, index) => items.indexOf(item) < index)
}

/** Gives the ids of the checks for which something doesn't hold. */
function exceptions(isSo: (one: (typeof conformanceChecks)[number]) => boolean): string[] {
  return conformanceChecks.filter((one) => !isSo(one)).map(({ id }) => id)
}

describe('a check', () => {
  test('has an id of its own: a subject, a slash, and a name in kebab-case', () => {
    expect(repeated(conformanceChecks.map(({ id }) => id))).toEqual([])
    expect(exceptions(({ id }) => /^[a-z]+\/[a-z0-9]+(-[a-z0-9]+)*$/.test(id))).toEqual([])
  })

  test('has a title of its own that reads as a fact: one line, no capital but in names, no full stop', () => {
    expect(repeated(conformanceChecks.map(({ title }) => title))).toEqual([])
    expect(exceptions(({ title }) => /^(?:[^A-Z\s]|CSV|JSON)[^\n]*[^.\s]$/.test(title))).toEqual([])
  })

  test('names each need once, and only capabilities and promises that there are', () => {
    const known = new Set<Need>([...capabilityNames, ...semanticsNeeds])
    expect(exceptions(({ needs }) => repeated(needs).length === 0)).toEqual([])
    expect(exceptions(({ needs }) => needs.every((need) => known.has(need)))).toEqual([])
  })

  test('names faults that a harness can be asked for', () => {
    const { kinds } = chaosFaults().hook
    expect(exceptions(({ faults }) => faults.every((kind) => kinds.includes(kind)))).toEqual([])
  })
})

describe('the checks', () => {
  test('come subject by subject', () => {
    const subjects = conformanceChecks.map(subjectOf)
    const turns = subjects.filter((subject, index) => subject !== subjects[index - 1])
    expect(repeated(turns)).toEqual([])
  })

  test.each([...capabilityNames, ...semanticsNeeds])('try %s', (need) => {
    expect(conformanceChecks.filter(({ needs }) => needs.includes(need)).length).toBeGreaterThan(0)
  })

  test.each(chaosFaults().hook.kinds)('inject %s', (kind) => {
    expect(conformanceChecks.filter(({ faults }) => faults.includes(kind)).length).toBeGreaterThan(0)
  })
})

import { describe, expect, test } from 'vitest'
import {
  checkDisplayName,
  checkKeboolaColumns,
  checkKeboolaTable,
  isTableBucket,
  keboolaColumnLength,
  keboolaNameLength,
  newDisplayName,
} from './keboola-names.ts'

const refused = expect.objectContaining({ code: 'invalid-argument' }) as unknown

describe('buckets', () => {
  test('are called by stage, c- and a name, which people see', () => {
    expect(newDisplayName('in.c-main', undefined)).toBe('main')
    expect(newDisplayName('out.c-A_b-9', 'shown')).toBe('shown')
    expect(isTableBucket(`in.c-${'x'.repeat(keboolaNameLength - 2)}`)).toBe(true)
  })

  test.each([
    'main',
    'in.main',
    'c-main',
    'sys.c-main',
    'in.c-',
    'in.c-a.b',
    'in.c-é',
    'In.c-a',
    `in.c-${'x'.repeat(95)}`,
  ])('are not called %s', (name) => {
    expect(isTableBucket(name)).toBe(false)
    expect(() => newDisplayName(name, undefined)).toThrow(refused)
  })

  test.each(['_a', 'a b', 'é', '', 'x'.repeat(97)])('are not shown as %j', (name) => {
    expect(() => checkDisplayName(name)).toThrow(refused)
  })
})

test('tables have letters, digits, dashes and underscores', () => {
  for (const name of ['orders', '9-A_z', '_', 'x'.repeat(keboolaNameLength)]) {
    expect(() => checkKeboolaTable(name)).not.toThrow()
  }
  for (const name of ['a.b', 'a b', 'é', 'a/b', 'x'.repeat(keboolaNameLength + 1)]) {
    expect(() => checkKeboolaTable(name)).toThrow(refused)
  }
})

describe('columns', () => {
  test('are kept when the service keeps them as they are', () => {
    const names = ['a', 'A9', '1', 'lot__of', 'oid_', 'x'.repeat(keboolaColumnLength)]
    for (const name of names) expect(() => checkKeboolaColumns([name])).not.toThrow()
  })

  // The examples of the service's own rule first.
  test.each([
    'with spaces',
    'žluťoučký  kůň',
    '_abc-def----ghi_',
    'language-id',
    'lot__of___',
    'oid',
    'CTID',
    '_timestamp',
    'a_',
    '-',
    'x'.repeat(65),
  ])('are refused when it would change them: %s', (name) => {
    expect(() => checkKeboolaColumns(['a', name])).toThrow(refused)
  })

  test('are refused when they differ by case alone', () => {
    expect(() => checkKeboolaColumns(['id', 'name', 'ID'])).toThrow(/"ID", which is "id" to it/)
  })
})

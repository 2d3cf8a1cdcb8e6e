import { expect, test } from 'vitest'
import { toPhpPairs } from './php-query.ts'

test.each([
  [{ a: 'x', b: 1, c: undefined }, ['a=x', 'b=1']],
  [{ async: true, force: false }, ['async=1', 'force=0']],
  [{ tags: ['a', 'b'] }, ['tags[]=a', 'tags[]=b']],
  [{ none: [] }, []],
  [
    { whereFilters: [{ column: 'c', operator: 'eq', values: ['v', 'w'] }, { column: 'd' }] },
    [
      'whereFilters[0][column]=c',
      'whereFilters[0][operator]=eq',
      'whereFilters[0][values][]=v',
      'whereFilters[0][values][]=w',
      'whereFilters[1][column]=d',
    ],
  ],
] as const)('%j', (values, expected) => {
  expect(toPhpPairs(values).map(([name, value]) => `${name}=${value}`)).toEqual(expected)
})

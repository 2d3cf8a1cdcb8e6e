import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryRow, arbitraryValue } from '../../test/filter/arbitrary-filter.ts'
import { StorageError } from '../errors/storage-error.ts'
import { compileUpdate } from './compile-update.ts'
import { parseUpdate } from './parse-update.ts'
import { refusedUpdates } from './truth-tables/refused-cases.ts'
import { idleUpdateCases, updateCases } from './truth-tables/update-cases.ts'

const failing = updateCases.filter(([, , result]) => result === undefined)
const working = updateCases.filter(([, , result]) => result !== undefined)

test.each(working)('%j with %j becomes %j: %s', (row, update, expected) => {
  const { row: changed, isModified } = compileUpdate(parseUpdate(update))(row)
  expect(changed).toEqual(expected)
  expect(isModified).toBe(JSON.stringify(row) !== JSON.stringify(expected))
})

test.each(failing)('%j with %j fails: %s, %s', (row, update) => {
  const apply = compileUpdate(parseUpdate(update))
  expect(() => apply(row)).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
})

test.each(idleUpdateCases)('%j with %j is not modified', (row, update, expected) => {
  const { row: changed, isModified } = compileUpdate(parseUpdate(update))(row)
  expect(isModified).toBe(false)
  expect(changed).toBe(row)
  expect(changed).toEqual(expected)
})

test.each(refusedUpdates)('refuses %j (%s): %s', (update, word) => {
  expect(() => parseUpdate(update)).toThrow(word)
  expect(() => parseUpdate(update)).toThrow(StorageError)
})

const paths = fc.constantFrom('a', 'b', 'a.b', 'b.0', 'c.a.b', 'a.1.c')
const changes = fc.oneof(
  fc.dictionary(paths, arbitraryValue, { maxKeys: 2, noNullPrototype: true }).map(($set) => ({ $set })),
  fc.dictionary(paths, arbitraryValue, { maxKeys: 2, noNullPrototype: true }).map(($push) => ({ $push })),
  fc.dictionary(paths, arbitraryValue, { maxKeys: 2, noNullPrototype: true }).map(($pull) => ({ $pull })),
  fc.dictionary(paths, fc.integer(), { maxKeys: 2, noNullPrototype: true }).map(($inc) => ({ $inc })),
  fc.dictionary(paths, fc.constant(''), { maxKeys: 2, noNullPrototype: true }).map(($unset) => ({ $unset })),
)

test('the row that came in stays as it is, and "modified" means that its content changed', () => {
  fc.assert(
    fc.property(arbitraryRow, changes, (row, update) => {
      const before = JSON.stringify(row)
      const outcome = attempt(() => compileUpdate(parseUpdate(update))(deepFreeze(row)))
      expect(JSON.stringify(row)).toBe(before)
      expect(outcome?.isModified ?? false).toBe(JSON.stringify(outcome?.row ?? row) !== before)
    }),
    { numRuns: 1000 },
  )
})

test('$set twice is $set once, and what was set is found', () => {
  fc.assert(
    fc.property(arbitraryRow, paths, arbitraryValue, (row, path, value) => {
      const apply = compileUpdate(parseUpdate({ $set: { [path]: value } }))
      const once = attempt(() => apply(row))
      const twice = once === undefined ? undefined : apply(once.row)
      expect(twice?.isModified ?? false).toBe(false)
    }),
  )
})

function attempt<Result>(run: () => Result): Result | undefined {
  try {
    return run()
  } catch (error) {
    if (StorageError.is(error, 'invalid-argument')) return undefined
    throw error
  }
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze)
  return value
}

describe('parseUpdate', () => {
  test('gives the changes in the order written, and shares nothing with the argument', () => {
    const value = { x: 1 }
    const tree = parseUpdate({ $set: { a: value }, $inc: { n: 2 }, $unset: { u: 'whatever' } })
    value.x = 2
    expect(tree).toEqual([
      { operator: '$set', path: 'a', value: { x: 1 } },
      { operator: '$inc', path: 'n', value: 2 },
      { operator: '$unset', path: 'u' },
    ])
  })

  test.each([
    ['a', 'ab'],
    ['a.b', 'a.bc'],
    ['a!', 'a.b'],
    ['a.b', 'a.c'],
  ])('%s and %s are different places', (first, second) => {
    expect(parseUpdate({ $set: { [first]: 1, [second]: 2 } })).toHaveLength(2)
  })

  test('a clash is found whatever sorts between', () => {
    expect(() => parseUpdate({ $set: { a: 1, 'a!': 1, 'a.b': 1 } })).toThrow('"a.b" lies inside "a"')
  })
})

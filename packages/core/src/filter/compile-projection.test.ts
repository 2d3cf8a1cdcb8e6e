import { expect, test } from 'vitest'
import { StorageError } from '../errors/storage-error.ts'
import type { Row } from '../rows/row.ts'
import { compileProjection } from './compile-projection.ts'
import { parseProjection } from './parse-projection.ts'
import { projectionCases } from './truth-tables/projection-cases.ts'
import { refusedProjections } from './truth-tables/refused-cases.ts'

function project(row: Row, input: unknown): Row {
  const projection = parseProjection(input)
  return projection === undefined ? row : compileProjection(projection)(row)
}

test.each(projectionCases)('%j under %j is %j: %s', (row, projection, expected) => {
  const before = JSON.stringify(row)
  // As text, so that the order of keys counts.
  expect(JSON.stringify(project(row, projection))).toBe(JSON.stringify(expected))
  expect(JSON.stringify(row)).toBe(before)
})

test.each(refusedProjections)('refuses %j (%s): %s', (projection, word) => {
  expect(() => parseProjection(projection)).toThrow(word)
  expect(() => parseProjection(projection)).toThrow(StorageError)
})

test('keeping everything is no projection at all', () => {
  expect([undefined, {}, { _id: 1, a: 0 }, { _id: true }].map(parseProjection)).toEqual([
    undefined,
    undefined,
    { kind: 'exclude', paths: ['a'] },
    { kind: 'include', paths: ['_id'] },
  ])
})

test('a part of the _id is kept as named', () => {
  expect(project({ _id: { x: 1, y: 2 }, a: 1 }, { '_id.x': 1 })).toEqual({ _id: { x: 1 } })
})

test('a field called __proto__ stays a field', () => {
  const row = JSON.parse('{"__proto__":{"x":1},"a":2,"b":3}') as Row
  for (const kept of [project(row, ['__proto__', 'a']), project(row, { b: 0 })]) {
    expect(JSON.stringify(kept)).toBe('{"__proto__":{"x":1},"a":2}')
    expect(Object.getPrototypeOf(kept)).toBe(Object.prototype)
  }
})

import type { Row } from '../../rows/row.ts'

/** A row, a projection, what is left of the row, and the reason. */
export type ProjectionCase = readonly [row: Row, projection: unknown, result: Row, reason: string]

const nested: Row = { a: [1, { b: 1, c: 2 }, { c: 3 }, [7]] }

/** Projections. */
export const projectionCases: readonly ProjectionCase[] = [
  [{ _id: 'r', a: 1, b: 2, c: 3 }, { a: 1, b: 1 }, { _id: 'r', a: 1, b: 2 }, 'keeps what it names, and _id'],
  [{ _id: 'r', a: 1, b: 2 }, { a: true }, { _id: 'r', a: 1 }, 'true is 1'],
  [{ _id: 'r', a: 1, b: 2 }, { a: 1, _id: 0 }, { a: 1 }, 'without _id'],
  [{ _id: 'r', a: 1, b: 2 }, { a: 0 }, { _id: 'r', b: 2 }, 'leaves out what it names'],
  [{ _id: 'r', a: 1, b: 2 }, { a: false }, { _id: 'r', b: 2 }, 'false is 0'],
  [{ _id: 'r', a: 1, b: 2 }, { a: 0, _id: 0 }, { b: 2 }, 'and _id'],
  [{ _id: 'r', a: 1, b: 2 }, { a: 0, _id: 1 }, { _id: 'r', b: 2 }, '_id may be kept beside what is left out'],
  [{ _id: 'r', a: 1 }, { _id: 1 }, { _id: 'r' }, 'only _id'],
  [{ _id: 'r', a: 1 }, { _id: 0 }, { a: 1 }, 'all but _id'],
  [{ _id: 'r', a: 1 }, {}, { _id: 'r', a: 1 }, 'an empty projection keeps everything'],
  [{ _id: 'r', a: 1, b: 2 }, ['a'], { a: 1 }, 'a list keeps what it names and nothing else'],
  [{ b: 2, a: 1 }, ['a', 'b'], { b: 2, a: 1 }, 'fields keep the order of the row'],
  [{ b: 2 }, { a: 1 }, {}, 'a missing field does not appear'],
  [{ a: null }, { a: 1 }, { a: null }, 'null stays'],
  [{ a: { b: 1, c: 2 } }, { 'a.b': 1 }, { a: { b: 1 } }, 'a dotted path keeps the structure'],
  [{ a: { b: 1, c: 2 } }, { a: { b: 1 } }, { a: { b: 1 } }, 'a nested object says the same'],
  [{ a: {} }, { 'a.b': 1 }, { a: {} }, 'an object with nothing left stays'],
  [{ a: { c: 1 } }, { 'a.b': 1 }, { a: {} }, 'also one that had other fields'],
  [{ a: 5 }, { 'a.b': 1 }, {}, 'a scalar on the way goes'],
  [{ a: null }, { 'a.b': 1 }, {}, 'so does null'],
  [nested, { 'a.b': 1 }, { a: [{ b: 1 }, {}, []] }, 'in arrays, nested ones too, objects are reduced and scalars go'],
  [nested, { 'a.c': 0 }, { a: [1, { b: 1 }, {}, [7]] }, 'leaving out lets scalars be'],
  [{ a: [[{ b: 1, c: 2 }]] }, { 'a.b': 0 }, { a: [[{ c: 2 }]] }, 'and reaches into nested arrays'],
  [{ a: { b: { c: 1, d: 2 } } }, { 'a.b.c': 0 }, { a: { b: { d: 2 } } }, 'at any depth'],
  [{ a: 5 }, { 'a.b': 0 }, { a: 5 }, 'there is nothing to leave out'],
  [{ a: [1, 2] }, { 'a.0': 1 }, { a: [] }, 'a number is a key, never an index'],
  [{ a: [{ 0: 'x', 1: 'y' }] }, { 'a.0': 1 }, { a: [{ 0: 'x' }] }, 'such as objects may have'],
  [{ a: { b: 1, c: 2, d: 3 } }, { 'a.b': 1, 'a.d': 1 }, { a: { b: 1, d: 3 } }, 'several paths into one object'],
]

import type { FilterNode } from '../../src/filter/tree.ts'
import type { Cell, JsonValue, Row } from '../../src/rows/row.ts'

/** The libraries whose answers ours are compared with. */
export type Oracle = 'mingo' | 'sift'

/** A condition on one path. */
export type Condition = Extract<FilterNode, { readonly path: string }>

/** A case in which a library differs from MongoDB, and we follow MongoDB. */
export interface Disagreement {
  /** What differs. */
  readonly reason: string
  /** For each library that differs, a row and a filter that prove it: with an update that agrees, the rule must go. */
  readonly proofs: Readonly<Partial<Record<Oracle, readonly [row: Row, filter: Readonly<Record<string, unknown>>]>>>
  /** Whether a condition may be evaluated differently on a row; wider than need be rather than clever. */
  readonly applies: (condition: Condition, row: Row) => boolean
}

/** All known disagreements in filters. */
export const disagreements: readonly Disagreement[] = [
  {
    reason: 'objects with the same entries in another order are equal for them',
    proofs: {
      mingo: [{ a: { b: 1, c: 2 } }, { a: { c: 2, b: 1 } }],
      sift: [{ a: { b: 1, c: 2 } }, { a: { c: 2, b: 1 } }],
    },
    applies: (condition) => operandsOf(condition).some((operand) => someInside(operand, hasTwoKeys)),
  },
  {
    reason: 'ranges over objects and arrays have another order, or match nothing',
    proofs: {
      mingo: [{ a: [3] }, { a: { $gt: [1] } }],
      sift: [{ a: { b: 2 } }, { a: { $gt: { b: 1 } } }],
    },
    applies: (condition) => isRange(condition) && operandsOf(condition).some(isCompound),
  },
  {
    reason: '$gte and $lte with null do not find missing fields, or find more',
    proofs: { mingo: [{}, { a: { $gte: null } }] },
    applies: (condition) => isRange(condition) && operandsOf(condition).includes(null),
  },
  {
    reason: 'text is ordered by UTF-16 units',
    proofs: {
      mingo: [{ a: '😀' }, { a: { $gt: '\uff5e' } }],
      sift: [{ a: '😀' }, { a: { $gt: '\uff5e' } }],
    },
    applies: (condition) =>
      isRange(condition) && operandsOf(condition).some((one) => /[\ud800-\uffff]/.test(JSON.stringify(one))),
  },
  {
    reason: 'null at the end of a path through an array follows MongoDB before 9.0, or neither',
    proofs: { mingo: [{ a: [1] }, { 'a.b': null }], sift: [{ a: [] }, { 'a.b': null }] },
    applies: (condition, row) =>
      condition.path.includes('.') &&
      (condition.kind === 'exists' || operandsOf(condition).includes(null)) &&
      someInside(row, Array.isArray),
  },
  {
    reason: 'the values a path finds through an array are compared as a list of their own',
    proofs: { mingo: [{ a: [{ b: 1 }, { b: 2 }] }, { 'a.b': [1, 2] }] },
    applies: (condition, row) =>
      condition.path.includes('.') && operandsOf(condition).some(Array.isArray) && someInside(row, Array.isArray),
  },
  {
    reason: 'an array in the list of $in is not compared as a whole',
    proofs: { mingo: [{ a: [1, 2] }, { a: { $in: [[1, 2]] } }] },
    applies: (condition) => condition.kind === 'in' && operandsOf(condition).some(Array.isArray),
  },
  {
    reason: 'arrays inside arrays are opened',
    proofs: { mingo: [{ a: [['x']] }, { a: { $regex: 'x' } }], sift: [{ a: [[1]] }, { a: 1 }] },
    applies: (_, row) => someInside(row, (value) => Array.isArray(value) && value.some(Array.isArray)),
  },
  {
    reason: 'a number in a path is an index or a key, not both',
    proofs: {
      mingo: [{ a: [{ 0: 'x' }] }, { 'a.0': 'x' }],
      sift: [{ a: [{ 0: 'x' }] }, { 'a.0': 'x' }],
    },
    applies: (condition, row) => /\.\d/.test(condition.path) && someInside(row, Array.isArray),
  },
  {
    reason: 'a number in a path takes a character of a text',
    proofs: { sift: [{ a: 'x' }, { 'a.0': 'x' }] },
    applies: (condition) => /\.\d/.test(condition.path),
  },
]

function operandsOf(condition: Condition): readonly JsonValue[] {
  if (condition.kind === 'compare') return [condition.value]
  return condition.kind === 'in' ? condition.values : []
}

function isRange(condition: Condition): boolean {
  return condition.kind === 'compare' && condition.operator !== '$eq' && condition.operator !== '$ne'
}

function isCompound(value: JsonValue): boolean {
  return typeof value === 'object' && value !== null
}

function hasTwoKeys(value: Cell): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 1
}

/** Tells whether a value or anything inside it passes a test. */
function someInside(value: JsonValue, test: (value: JsonValue) => boolean): boolean {
  if (test(value)) return true
  return typeof value === 'object' && value !== null && Object.values(value).some((inner) => someInside(inner, test))
}

import type { Row } from '../../rows/row.ts'
import type { FilterCaseGroup } from './filter-case.ts'

// Written in code, the key would set the prototype.
const protoFilter: unknown = JSON.parse('{"__proto__":1}')

/** Arrays and dotted paths. */
export const arrayCases: readonly FilterCaseGroup[] = [
  {
    title: 'Arrays',
    cases: [
      [{ a: [1, 2] }, { a: 2 }, true, 'any element may be equal'],
      [{ a: [1, 2] }, { a: [1, 2] }, true, 'or the whole array'],
      [{ a: [1, 2] }, { a: [2, 1] }, false, 'the order of elements counts'],
      [{ a: [1, 2] }, { a: [1] }, false, 'a part of an array is not equal to it'],
      [{ a: [[1, 2]] }, { a: [1, 2] }, true, 'an element that is an array counts as a value'],
      [{ a: [[1, 2]] }, { a: 1 }, false, 'but is not opened'],
      [{ a: [[5]] }, { a: { $gt: 3 } }, false, 'by no operator'],
      [{ a: [[5]] }, { a: { $gt: [3] } }, true, 'an element that is an array is compared as one'],
      [{ a: [1, 10] }, { a: { $gt: 5 } }, true, 'any element may be greater'],
      [{ a: [1, 10] }, { a: { $gt: 5, $lt: 3 } }, true, 'two operators may be met by different elements'],
      [{ a: [4] }, { a: { $gt: 5, $lt: 3 } }, false, 'each must be met by one'],
      [{ a: ['x', 5] }, { a: { $gt: 3 } }, true, 'elements of other types do not matter'],
      [{ a: [] }, { a: { $gt: 0 } }, false, 'an empty array has no element'],
      [{ a: [] }, { a: [] }, true, 'but is equal to itself'],
      [{ a: [{ b: 1 }, { b: 2 }] }, { a: { b: 2 } }, true, 'an element may be an equal object'],
      [{ a: [{ b: 1, c: 1 }] }, { a: { b: 1 } }, false, 'which must be equal as a whole'],
    ],
  },
  {
    title: 'Dotted paths',
    cases: [
      [{ a: { b: { c: 1 } } }, { 'a.b.c': 1 }, true, 'one step for each dot'],
      [{ a: { b: 2 } }, { 'a.b': { $gt: 1 } }, true, 'with any operator'],
      [{ a: 5 }, { 'a.b': 5 }, false, 'a scalar has no fields'],
      [{ a: 'text' }, { 'a.length': 4 }, false, 'text has no fields'],
      [{ a: [1, 2] }, { 'a.length': 2 }, false, 'arrays have no fields but their indexes'],
      [{ a: {} }, { 'a.constructor': { $exists: true } }, false, 'what objects inherit is no field'],
      [{}, { toString: { $exists: true } }, false, 'nor is it at the top'],
      [{ constructor: 1 }, { constructor: 1 }, true, 'a field of such a name is an ordinary one'],
      [{}, protoFilter, false, 'not even __proto__ is there by itself'],
      [JSON.parse('{"__proto__":1}') as Row, protoFilter, true, 'as a field of the row it is an ordinary one'],
    ],
  },
  {
    title: 'Dotted paths through arrays',
    cases: [
      [{ a: [{ b: 1 }, { b: 2 }] }, { 'a.b': 2 }, true, 'the rest of the path is tried on each element'],
      [{ a: [{ b: 1 }, { b: 2 }] }, { 'a.b': 3 }, false, 'none has it'],
      [{ a: [{ b: 1 }, { b: 9 }] }, { 'a.b': { $gt: 5, $lt: 3 } }, true, 'operators may be met by different elements'],
      [{ a: [{ b: [1, 2] }] }, { 'a.b': 2 }, true, 'also when the path ends in an array'],
      [{ a: [{ b: [1, 2] }] }, { 'a.b': [1, 2] }, true, 'which may be equal as a whole'],
      [{ a: [{ b: [{ c: 1 }] }] }, { 'a.b.c': 1 }, true, 'arrays on several levels'],
      [{ a: [[{ b: 1 }]] }, { 'a.b': 1 }, false, 'an array directly inside an array is not entered'],
      [{ a: [5, { b: 1 }] }, { 'a.b': 1 }, true, 'elements that are no objects are passed over'],
      [{ a: [{ b: 1 }, { b: 2 }] }, { 'a.b': { $ne: 2 } }, false, '$ne: no element may be equal'],
      [{ a: [{ b: 1 }, { b: 3 }] }, { 'a.b': { $ne: 2 } }, true, 'none is'],
      [{ a: [{ b: 1 }, {}] }, { 'a.b': { $nin: [2] } }, true, '$nin: none is'],
    ],
  },
  {
    title: 'Indexes',
    cases: [
      [{ a: [5, 6] }, { 'a.1': 6 }, true, 'a number selects an element, the first is 0'],
      [{ a: [5, 6] }, { 'a.0': 6 }, false, 'and no other'],
      [{ a: [5] }, { 'a.3': { $exists: false } }, true, 'an index past the end is missing'],
      [{ a: [5] }, { 'a.3': null }, true, 'null finds it'],
      [{ a: [5] }, { 'a.0': null }, false, 'an index that leads to an element exists'],
      [{ a: [{ b: 1 }, { b: 2 }] }, { 'a.1.b': 2 }, true, 'the path goes on from there'],
      [{ a: [{ b: 1 }, { b: 2 }] }, { 'a.0.b': 2 }, false, 'from that element only'],
      [{ a: [[5, 6]] }, { 'a.0': 6 }, true, 'an array selected by index may match by any element'],
      [{ a: [[5, 6]] }, { 'a.0.1': 6 }, true, 'or by index again'],
      [{ a: { 0: 'x' } }, { 'a.0': 'x' }, true, 'on an object a number is a key'],
      [{ a: [{ 0: 'x' }] }, { 'a.0': 'x' }, true, 'on an array both readings count: index, and key of an element'],
      [{ a: [5] }, { 'a.00': 5 }, false, 'only plain numbers are indexes'],
    ],
  },
]

import type { Row } from '../../rows/row.ts'

/** A row, an update, the new row (undefined where the update fails), and the reason. */
export type UpdateCase = readonly [row: Row, update: unknown, result: Row | undefined, reason: string]

/** Updates of one row. */
export const updateCases: readonly UpdateCase[] = [
  [{ a: 1 }, { $set: { a: 2 } }, { a: 2 }, '$set replaces'],
  [{ a: 1 }, { $set: { b: 2 } }, { a: 1, b: 2 }, 'or creates'],
  [{ a: 1 }, { $set: {} }, { a: 1 }, 'an operator without fields changes nothing'],
  [{ a: 1 }, { $set: { a: { b: [1] } } }, { a: { b: [1] } }, 'any value'],
  [{}, { $set: { at: new Date('2026-01-01') } }, { at: '2026-01-01T00:00:00.000Z' }, 'a Date is its ISO 8601 text'],
  [{}, { $set: { 'a.b.c': 1 } }, { a: { b: { c: 1 } } }, 'objects on the way are created'],
  [{}, { $set: { 'a.0': 1 } }, { a: { 0: 1 } }, 'also for numbers'],
  [{ a: [1, 2] }, { $set: { 'a.1': 9 } }, { a: [1, 9] }, 'an index sets an element'],
  [{ a: [1] }, { $set: { 'a.3': 9 } }, { a: [1, null, null, 9] }, 'past the end, nulls fill the gap'],
  [{ a: [{ b: 1 }] }, { $set: { 'a.0.b': 2 } }, { a: [{ b: 2 }] }, 'the path goes on from an element'],
  [{ a: 5 }, { $set: { 'a.b': 1 } }, undefined, 'a scalar has no fields'],
  [{ a: null }, { $set: { 'a.b': 1 } }, undefined, 'nor has null'],
  [{ a: [1] }, { $set: { 'a.b': 1 } }, undefined, 'an array has indexes only'],
  [{ a: [1] }, { $set: { 'a.100000': 1 } }, undefined, 'an index far beyond the end'],
  [{ _id: 'r' }, { $set: { _id: 's' } }, undefined, 'the _id never changes'],
  [{ _id: 'r', a: 1 }, { $set: { _id: 'r', a: 2 } }, { _id: 'r', a: 2 }, 'the same _id is fine'],
  [{ _id: 'r' }, { $unset: { _id: 1 } }, undefined, 'nor does it go'],
  [{ a: 1, b: 2 }, { $unset: { a: '' } }, { b: 2 }, '$unset removes, whatever the operand'],
  [{ b: 2 }, { $unset: { a: 1 } }, { b: 2 }, 'what is missing already'],
  [{ a: [1, 2, 3] }, { $unset: { 'a.1': 1 } }, { a: [1, null, 3] }, 'an element becomes null'],
  [{ a: [1] }, { $unset: { 'a.5': 1 } }, { a: [1] }, 'past the end nothing happens'],
  [{ a: 5 }, { $unset: { 'a.b': 1 } }, { a: 5 }, 'a path that leads nowhere is fine'],
  [{ a: { b: 1, c: 2 } }, { $unset: { 'a.b': 1 } }, { a: { c: 2 } }, 'inside an object'],
  [{ a: 1 }, { $inc: { a: 2 } }, { a: 3 }, '$inc adds'],
  [{ a: 1 }, { $inc: { a: -2 } }, { a: -1 }, 'also negative numbers'],
  [{}, { $inc: { a: 2 } }, { a: 2 }, 'a missing field counts as 0'],
  [{ a: 0.1 }, { $inc: { a: 0.2 } }, { a: 0.30000000000000004 }, 'numbers are doubles'],
  [{ a: '1' }, { $inc: { a: 1 } }, undefined, 'text is no number'],
  [{ a: null }, { $inc: { a: 1 } }, undefined, 'nor is null'],
  [{ a: 9007199254740991 }, { $inc: { a: 1 } }, undefined, 'a sum that can’t be held exactly'],
  [{ a: 1e308 }, { $inc: { a: 1e308 } }, undefined, 'a sum beyond all numbers'],
  [{ a: [1] }, { $push: { a: 1 } }, { a: [1, 1] }, '$push appends, duplicates too'],
  [{}, { $push: { a: 1 } }, { a: [1] }, 'a missing field becomes an array'],
  [{ a: [1] }, { $push: { a: [2, 3] } }, { a: [1, [2, 3]] }, 'an array is appended as one element'],
  [{ a: 1 }, { $push: { a: 2 } }, undefined, 'a scalar is no array'],
  [{ a: null }, { $push: { a: 2 } }, undefined, 'nor is null'],
  [{ a: { b: [1] } }, { $push: { 'a.b': 2 } }, { a: { b: [1, 2] } }, 'at the end of a path'],
  [{ a: [1, 2, 1] }, { $pull: { a: 1 } }, { a: [2] }, '$pull removes every equal element'],
  [{ a: [1, 2] }, { $pull: { a: 5 } }, { a: [1, 2] }, 'or none'],
  [{}, { $pull: { a: 1 } }, {}, 'a missing field stays missing'],
  [{ a: 1 }, { $pull: { a: 1 } }, undefined, 'a scalar is no array'],
  [{ a: null }, { $pull: { a: 1 } }, undefined, 'nor is null'],
  [{ a: 5 }, { $pull: { 'a.b': 1 } }, { a: 5 }, 'a path that leads nowhere is fine'],
  [{ a: [1, null, 0] }, { $pull: { a: null } }, { a: [1, 0] }, 'null removes nulls only'],
  [{ a: [[1, 2], [2, 1], 1] }, { $pull: { a: [1, 2] } }, { a: [[2, 1], 1] }, 'an array removes elements equal to it'],
  [
    { a: [{ x: 1, y: 2 }, { x: 2 }, 1] },
    { $pull: { a: { x: 1 } } },
    { a: [{ x: 2 }, 1] },
    'an object is a filter for elements that are objects',
  ],
  [{ a: [{ x: 1, y: 2 }] }, { $pull: { a: { y: 2, x: 1 } } }, { a: [] }, 'so the order of its keys does not matter'],
  [{ a: [{ x: 5 }, { x: 1 }] }, { $pull: { a: { x: { $gte: 5 } } } }, { a: [{ x: 1 }] }, 'with operators'],
  [{ a: [1, 5, 9] }, { $pull: { a: { $gte: 5 } } }, { a: [1] }, 'operators apply to each element'],
  [{ a: [1, 5, 9] }, { $pull: { a: { $in: [1, 9] } } }, { a: [5] }, 'lists too'],
  [{ a: [[6], 6] }, { $pull: { a: { $gte: 5 } } }, { a: [[6]] }, 'an element that is an array is not opened'],
  [{ a: ['x', 'yx'] }, { $pull: { a: /^x/ } }, { a: ['yx'] }, 'a pattern'],
  [{ a: 1, b: 1 }, { $set: { a: 2 }, $inc: { b: 1 }, $push: { c: 1 } }, { a: 2, b: 2, c: [1] }, 'several operators'],
]

/** Updates that change nothing: the row matched, and is not counted as modified. */
export const idleUpdateCases: readonly UpdateCase[] = [
  [{ a: 1 }, { $set: { a: 1 } }, { a: 1 }, 'setting the same value'],
  [{ a: { x: 1 } }, { $set: { a: { x: 1 } } }, { a: { x: 1 } }, 'setting an equal object'],
  [{ a: 1 }, { $inc: { a: 0 } }, { a: 1 }, 'adding 0'],
  [{ a: [1] }, { $pull: { a: 2 } }, { a: [1] }, 'removing nothing'],
  [{ a: 1 }, { $unset: { b: 1 } }, { a: 1 }, 'removing what is missing'],
  [{ a: [null] }, { $unset: { 'a.0': 1 } }, { a: [null] }, 'an element that is null already'],
  [{ a: 1 }, { $set: {} }, { a: 1 }, 'no change at all'],
]

/** A filter, an update, the row an upsert inserts (undefined where it fails), and the reason. */
export type UpsertCase = readonly [filter: unknown, update: unknown, row: Row | undefined, reason: string]

/** Upserts that matched no row. */
export const upsertCases: readonly UpsertCase[] = [
  [{ a: 1 }, { $set: { b: 2 } }, { a: 1, b: 2 }, 'values the filter asks for, then the update'],
  [{ a: { $eq: 1 } }, { $set: { b: 2 } }, { a: 1, b: 2 }, '$eq'],
  [{ a: { $in: [1] } }, { $set: { b: 2 } }, { a: 1, b: 2 }, '$in with one value'],
  [{ a: { $in: [1, 2] } }, { $set: { b: 2 } }, { b: 2 }, 'with several it says nothing'],
  [{ a: { $gt: 1 }, c: { $exists: true } }, { $set: { b: 2 } }, { b: 2 }, 'other operators are ignored'],
  [{ $and: [{ a: 1 }, { c: 3 }] }, { $set: { b: 2 } }, { a: 1, c: 3, b: 2 }, '$and'],
  [{ $or: [{ a: 1 }, { a: 2 }] }, { $set: { b: 2 } }, { b: 2 }, '$or is ignored'],
  [{ 'a.b': 1, 'a.c': 2 }, { $set: { d: 3 } }, { a: { b: 1, c: 2 }, d: 3 }, 'dotted paths build objects'],
  [{ 'a.0': 1 }, { $set: { d: 3 } }, { a: { 0: 1 }, d: 3 }, 'never arrays'],
  [{ a: null }, { $set: { b: 2 } }, { a: null, b: 2 }, 'null is a value'],
  [{ a: [1, 2] }, { $push: { a: 3 } }, { a: [1, 2, 3] }, 'the update sees what the filter set'],
  [{ a: 1 }, { $set: { a: 2 } }, { a: 2 }, 'and may replace it'],
  [{ a: 1 }, { $inc: { a: 1 } }, { a: 2 }, 'or add to it'],
  [{ _id: 'r' }, { $set: { a: 1 } }, { _id: 'r', a: 1 }, 'the filter may give the _id'],
  [{ a: { $gt: 1 } }, { $set: { _id: 'r' } }, { _id: 'r' }, 'so may the update'],
  [{ _id: 'r' }, { $set: { _id: 's' } }, undefined, 'but not another one'],
  [{ $and: [{ a: 1 }, { a: 2 }] }, { $set: { b: 1 } }, undefined, 'a field with two values'],
  [{ a: { b: 1 }, 'a.c': 2 }, { $set: { b: 1 } }, undefined, 'a path inside another'],
  [{ 'a.__proto__': 1 }, { $set: { b: 1 } }, undefined, 'a refused part'],
  [{ a: 'x' }, { $inc: { a: 1 } }, undefined, 'the update does not fit'],
]

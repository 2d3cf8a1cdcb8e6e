import assert from 'node:assert/strict'
import type { JsonValue, RowInput } from '@stowage/core'
import { type Check, check, type Need } from '../check.ts'
import { expectError } from '../expectation.ts'
import { awkwardTexts } from './awkward-texts.ts'
import { assertKept, needsOfValues, valueRows, valueTable } from './kept-values.ts'
import { sentBatches } from './narrow-layer.ts'
import { assertStored, storedRows } from './stored-rows.ts'
import { textRow, textTable } from './text-rows.ts'

const typed: readonly Need[] = [...needsOfValues, 'semantics.keepsTypes']

/** Names that mean something to JavaScript, to queries or to SQL. */
const oddNames = [
  ['$x', '$set', 'a.b', '.', ' ', 'a b', 'A', 'a', '0', '10', '2', 'constructor', 'toString', 'hasOwnProperty'],
  [
    'length',
    'valueOf',
    'toJSON',
    'then',
    '"',
    "'",
    '\\',
    '`',
    '[0]',
    'select',
    'rowid',
    '_id',
    'é',
    'e\u0301',
    '😀',
    '\n',
  ],
].flat()

const oddObject = Object.fromEntries(oddNames.map((name, index) => [name, index]))

const objects: readonly JsonValue[] = [
  {},
  { a: null },
  { a: {} },
  { z: 1, a: 2, m: 3 },
  { a: 1, z: 2, m: 3 },
  { '': 'empty name' },
  oddObject,
  { nested: { list: [1, '1', true, null, { deep: [[[]]] }] }, text: 'x\u0000y'.replace('\0', '\u0001') },
  { at: '2026-11-21T09:30:00Z', number: 1e21, tiny: 5e-324, big: 2 ** 53 - 1 },
]

// Inside the value of an update a key that begins with $ would be an operator, and is refused.
const settable = objects.filter((value) => value !== oddObject)

const arrays: readonly JsonValue[] = [
  [],
  [null],
  [[]],
  [{}],
  [1, '1', true, null, 1.5],
  [null, null, null],
  [[1, [2, [3]]]],
  [{ a: 1 }, { a: 2, b: [{}] }],
  [oddObject],
  awkwardTexts,
]

/** Nests a value so many levels deep, in objects and arrays by turns. */
function nested(levels: number): JsonValue {
  let value: JsonValue = 'bottom'
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { x: value }
  return { x: value }
}

function ownProto(): RowInput {
  return JSON.parse('{"id":"x","name":"y","city":"z","__proto__":"p"}') as RowInput
}

/** Objects and arrays. */
export const typeStructureChecks: readonly Check[] = [
  check('types/objects', 'objects come back with all keys in their order', { needs: typed }, async (context) => {
    await assertKept(context, 'object', objects)
  }),
  check('types/arrays', 'arrays come back with all elements in their order', { needs: typed }, async (context) => {
    await assertKept(context, 'array', arrays)
  }),
  check(
    'types/dates-inside',
    'a Date inside an object or array is its ISO 8601 text',
    { needs: typed },
    async (context) => {
      const table = await valueTable(context, 'object')
      const at = '2026-11-21T09:30:00.000Z'
      const value = { at: new Date(at), list: [new Date(at), { at: new Date(at) }] }
      await table.insert({ id: 'a', v: value })
      await assertStored(table, [{ id: 'a', v: { at, list: [at, { at }] } }])
      assert.ok(value.at instanceof Date, 'what the app gave is not changed')
    },
  ),
  check('types/deep', 'a value nested 100 levels deep comes back', { needs: typed }, async (context) => {
    await assertKept(context, 'object', [nested(100), nested(1)])
  }),
  check('types/large-structures', 'objects and arrays of 1 MiB come back whole', { needs: typed }, async (context) => {
    const list = Array.from({ length: 4000 }, (_, index) => ({ n: index / 8, s: `${index} ${'x'.repeat(260)}` }))
    assert.ok(JSON.stringify(list).length > 1024 * 1024)
    await assertKept(context, 'array', [list, [1]])
    await assertKept(context, 'object', [Object.fromEntries(list.map(({ n, s }) => [s, n]))])
  }),
  check(
    'types/structures-updated',
    'objects and arrays come back after an update, set whole or in a part',
    { needs: [...typed, 'tables.update'] },
    async (context) => {
      const table = await valueTable(context, 'object')
      await table.insert(valueRows(settable.map(() => ({ old: true }))))
      for (const { id, v } of valueRows(settable)) await table.update({ id }, { $set: { v } })
      await assertStored(table, valueRows(settable))
      await table.update({ id: { $exists: true } }, { $set: { 'v.part': [{ '': 0 }, null] } })
      const expected = settable.map((value) => ({
        ...(value as Readonly<Record<string, JsonValue>>),
        part: [{ '': 0 }, null],
      }))
      await assertStored(table, valueRows(expected))
    },
  ),
  check(
    'types/odd-fields',
    'undeclared fields may have any name, and none is taken for another',
    { needs: [...needsOfValues, 'semantics.keepsUndeclaredFields'] },
    async (context) => {
      const table = await context.table(textTable)
      const all = { ...textRow(0), ...Object.fromEntries(oddNames.map((name) => [name, `value of ${name}`])) }
      const rows = [all, ...oddNames.map((name, index) => ({ ...textRow(index + 1), [name]: 'alone' }))]
      await table.insert(rows)
      await assertStored(table, rows)
    },
  ),
  check(
    'types/refused-names',
    'a field without a name and one named __proto__ are refused before anything is sent',
    { needs: needsOfValues },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRow(0))
      const sent = sentBatches(context).length
      const inside = JSON.parse('{"a":[{"__proto__":1}]}') as RowInput
      for (const row of [{ ...textRow(1), '': 'x' }, ownProto(), { ...textRow(1), extra: inside }]) {
        await expectError(table.insert([textRow(2), row]), 'invalid-argument')
      }
      assert.equal(sentBatches(context).length, sent)
      await assertStored(table, [textRow(0)])
      assert.equal(({} as Record<string, unknown>)['a'], undefined)
    },
  ),
  check(
    'types/undeclared-values',
    'values of undeclared fields keep their types',
    { needs: [...typed, 'semantics.keepsUndeclaredFields', 'semantics.keepsNulls'] },
    async (context) => {
      const table = await context.table({ columns: { id: 'string' }, primaryKey: ['id'] })
      const values: JsonValue[] = [1, '1', true, 'true', null, 0.1, 1e21, '1e21', [1], { a: 1 }, '{"a":1}', '']
      await table.insert(valueRows(values))
      await assertStored(table, valueRows(values))
      assert.deepEqual(await storedRows(table, { v: '1' }), [valueRows(values)[1]])
      assert.deepEqual(await storedRows(table, { v: true }), [valueRows(values)[2]])
    },
  ),
]

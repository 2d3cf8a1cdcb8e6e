import assert from 'node:assert/strict'
import type { JsonValue } from '@stowage/core'
import { type Check, check, type Need } from '../check.ts'
import { expectError } from '../expectation.ts'
import { assertFound, assertKept, assertUnfit, needsOfValues, valueRows, valueTable } from './kept-values.ts'
import { needsOfLoad } from './load-modes.ts'
import { assertStored, storedRows } from './stored-rows.ts'
import { textId } from './text-rows.ts'
import { typeRandomChecks } from './types-random.ts'
import { typeStructureChecks } from './types-structures.ts'
import { typeTextChecks } from './types-texts.ts'

const typed: readonly Need[] = [...needsOfValues, 'semantics.keepsTypes']

const decimals = [
  [0, 1, -1, 0.1, 0.1 + 0.2, 0.3, -0.5, 1 / 3, 1.1, 100.01, 1e-7, 123456789.12345679, 4.35, 2.675],
  [1e21, 1e-21, 5e-324, 2.2250738585072014e-308, Number.MAX_VALUE, -Number.MAX_VALUE, Number.EPSILON],
].flat()

const integers = [
  [2 ** 31 - 1, 2 ** 31, -(2 ** 31) - 1, 2 ** 32, 2 ** 53 - 1, 2 ** 53 - 2, 1 - 2 ** 53],
  // Doubles hold these exactly, and not their neighbours.
  [2 ** 53, 2 ** 53 + 2, -(2 ** 53) - 2, 2 ** 63, 2 ** 64, -(2 ** 63), 10 ** 22, 123456789012345680000],
].flat()

const timestamps = [
  '2026-11-21T09:30:00Z',
  '2026-11-21T09:30:00.000Z',
  '2026-11-21T10:30:00+01:00',
  '2026-11-21T09:30:00.5Z',
  '2026-11-21T09:30:00.50Z',
  '2026-11-21T09:30:00.123456789Z',
  '2026-11-21T09:30:00-00:00',
  '1969-12-31T23:59:59.999Z',
  '1583-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '2024-02-29T12:00:00-11:30',
  // An hour that some zones skip, and one that they repeat.
  '2026-03-29T02:30:00+01:00',
  '2026-10-25T02:30:00+02:00',
]

const noTimestamps = [
  ['2026-11-21', '2026-11-21T09:30:00', '2026-11-21 09:30:00Z', '2026-11-21t09:30:00Z', '2026-11-21T09:30:00z'],
  ['2026-02-29T00:00:00Z', '2026-11-31T00:00:00Z', '2026-13-01T00:00:00Z', '2026-00-10T00:00:00Z'],
  ['2026-11-21T24:00:00Z', '2016-12-31T23:59:60Z', '2026-11-21T09:60:00Z', '2026-11-21T09:30Z'],
  ['2026-11-21T09:30:00.Z', '2026-11-21T09:30:00+0100', '2026-11-21T09:30:00+25:00', '20261121T093000Z'],
  ['1763717400', 'now', 'today', ' 2026-11-21T09:30:00Z', '2026-11-21T09:30:00Z ', '12026-11-21T09:30:00Z', ''],
].flat()

/** What each type of column does not take, beside what no column takes. */
const unfit = {
  string: [5, true, { a: 1 }, ['a']],
  number: ['5', '', 'x', true, {}, [1]],
  boolean: ['true', 'false', '', 0, 1, {}, [true]],
  timestamp: [0, 1763717400000, true, {}, []],
  object: ['{}', 'x', 5, true, [], [{}]],
  array: ['[]', 'x', 5, true, {}, { 0: 1, length: 1 }],
} as const

/** Types: values come back as they went in. */
export const typeChecks: readonly Check[] = [
  check(
    'types/decimals',
    'decimals come back to the last bit, and are found by value',
    { needs: typed },
    async (context) => {
      const table = await assertKept(context, 'number', decimals)
      await assertFound(table, valueRows(decimals))
    },
  ),
  check(
    'types/large-integers',
    'integers up to 2^53 and those beyond that a double holds come back exactly, told apart from their neighbours',
    { needs: typed },
    async (context) => {
      const table = await assertKept(context, 'number', integers)
      await assertFound(table, valueRows(integers))
      const above = await storedRows(table, { v: { $gt: 2 ** 53 - 1 } })
      assert.equal(above.length, integers.filter((value) => value > 2 ** 53 - 1).length)
    },
  ),
  check(
    'types/inexact-integers',
    'an integer that no double holds is refused by a column of numbers, never rounded',
    { needs: [...needsOfLoad, 'semantics.keepsTypes'] },
    async (context) => {
      const table = await valueTable(context, 'number')
      await table.load([{ id: 'a', v: 1 }])
      for (const number of ['9007199254740993', '-9007199254740993', '12345678901234567890', '0.1000000000000000055']) {
        for (const inexactNumbers of ['refuse', 'text'] as const) {
          const json = new TextEncoder().encode(`{"id":"b","v":${number}}\n`)
          const asJson = table.load(json, { format: 'json-lines', json: { inexactNumbers } })
          await expectError(asJson, 'invalid-argument')
          const csv = new TextEncoder().encode(`id,v\nb,${number}\n`)
          await expectError(table.load(csv, { format: 'csv', csv: { inexactNumbers } }), 'invalid-argument')
        }
      }
      await assertStored(table, [{ id: 'a', v: 1 }])
    },
  ),
  check('types/minus-zero', '-0 is 0, its equal', { needs: typed }, async (context) => {
    const table = await context.table({ columns: { id: 'string', v: 'number', a: 'array' }, primaryKey: ['id'] })
    await table.insert([
      { id: 'a', v: -0, a: [-0] },
      { id: 'b', v: 0, a: [0] },
    ])
    const rows = ['a', 'b'].map((id) => ({ id, v: 0, a: [0] }))
    await assertStored(table, rows)
    for (const v of [0, -0]) assert.equal((await storedRows(table, { v })).length, 2)
  }),
  check(
    'types/timestamps',
    'timestamps come back word for word, with their zone and all digits, and are found by their text',
    { needs: needsOfValues },
    async (context) => {
      const table = await assertKept(context, 'timestamp', timestamps)
      await assertFound(table, valueRows(timestamps))
    },
  ),
  check(
    'types/dates',
    'a Date is stored as its ISO 8601 text in UTC, and found as one',
    { needs: needsOfValues },
    async (context) => {
      const dates = ['2026-11-21T09:30:00.123Z', '1969-12-31T23:59:59.999Z', '2026-07-01T00:00:00.000Z']
      const table = await valueTable(context, 'timestamp')
      await table.insert(valueRows(dates.map((text) => new Date(text))))
      await assertStored(table, valueRows(dates))
      for (const [index, text] of dates.entries()) {
        assert.deepEqual(await table.get({ v: new Date(text) }), { id: textId(index), v: text })
      }
    },
  ),
  check(
    'types/no-timestamps',
    'a column of timestamps takes no dates without zone, no days that are in no calendar, and no leap seconds',
    { needs: needsOfValues },
    async (context) => {
      await assertUnfit(context, 'timestamp', noTimestamps)
    },
  ),
  check('types/booleans', 'true and false are neither numbers nor texts', { needs: typed }, async (context) => {
    const table = await assertKept(context, 'boolean', [true, false, true])
    assert.equal((await storedRows(table, { v: true })).length, 2)
    assert.equal((await storedRows(table, { v: false })).length, 1)
    for (const v of [0, 1, 'true', 'false', '']) assert.equal((await storedRows(table, { v })).length, 0)
  }),
  ...Object.entries(unfit).map(([type, values]) =>
    check(
      `types/unfit-${type}`,
      `a column of type ${type} takes nothing else: row and column are named, and nothing is stored`,
      { needs: needsOfValues },
      async (context) => {
        await assertUnfit(context, type as keyof typeof unfit, values)
      },
    ),
  ),
  check(
    'types/null-and-missing',
    'null and missing stay apart in columns of every type',
    { needs: [...typed, 'semantics.keepsNulls'] },
    async (context) => {
      const fields = { s: 'string', n: 'number', b: 'boolean', t: 'timestamp', o: 'object', a: 'array' } as const
      const table = await context.table({ columns: { id: 'string', ...fields }, primaryKey: ['id'] })
      const names = Object.keys(fields)
      const rows = [
        { id: 'all missing' },
        { id: 'all null', ...Object.fromEntries(names.map((name) => [name, null])) },
        ...names.map((name) => ({ id: `null ${name}`, [name]: null })),
        ...names.map((name) => ({
          id: `without ${name}`,
          ...Object.fromEntries(names.filter((other) => other !== name).map((other) => [other, null])),
        })),
      ]
      await table.insert(rows)
      await assertStored(table, rows)
      for (const name of names) {
        const found = await storedRows(table, { [name]: { $exists: true } })
        assert.equal(found.length, rows.filter((row) => Object.hasOwn(row, name)).length)
        assert.equal((await storedRows(table, { [name]: null })).length, rows.length)
      }
    },
  ),
  check(
    'types/empty-text',
    'null, missing and the empty text are three things',
    { needs: [...needsOfValues, 'semantics.keepsNulls'] },
    async (context) => {
      const table = await valueTable(context, 'string')
      const rows = [{ id: 'a', v: '' }, { id: 'b', v: null }, { id: 'c' }, { id: 'd', v: 'null' }, { id: 'e', v: ' ' }]
      await table.insert(rows)
      await assertStored(table, rows)
      assert.deepEqual(await storedRows(table, { v: '' }), [rows[0]])
      assert.deepEqual(await storedRows(table, { v: null }), [rows[1], rows[2]])
      assert.deepEqual(await storedRows(table, { v: { $exists: false } }), [rows[2]])
    },
  ),
  check(
    'types/empties',
    'zero, false, the empty text, object and array, null and missing are seven things',
    { needs: [...typed, 'semantics.keepsNulls', 'semantics.keepsUndeclaredFields'] },
    async (context) => {
      const table = await context.table({ columns: { id: 'string' }, primaryKey: ['id'] })
      const values: JsonValue[] = [0, false, '', {}, [], null, [null], [[]], [{}], [''], { '': '' }]
      const rows = [...valueRows(values), { id: 'without' }]
      await table.insert(rows)
      await assertStored(table, rows)
    },
  ),
  ...typeTextChecks,
  ...typeStructureChecks,
  ...typeRandomChecks,
]

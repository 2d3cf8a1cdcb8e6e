import assert from 'node:assert/strict'
import { type Check, check } from '../check.ts'
import { expectError } from '../expectation.ts'
import { insertFailureChecks } from './inserts-failures.ts'
import { insertUpsertChecks } from './inserts-upsert.ts'
import { sentBatches } from './narrow-layer.ts'
import { assertStored, storedRows } from './stored-rows.ts'
import { textId, textRow, textRows, textTable } from './text-rows.ts'
import { assertCounts } from './write-counts.ts'

const needs = ['tables.create', 'tables.insert', 'tables.find'] as const

const sizes: readonly (readonly [name: string, what: string, rows: (limit: number) => number])[] = [
  ['limit', 'as many rows as one request takes', (limit) => limit],
  ['limit-plus-one', 'one row more than a request takes', (limit) => limit + 1],
  ['many-requests', 'two and a half requests of rows', (limit) => Math.ceil(limit * 2.5)],
  ['10001', '10,001 rows', () => 10_001],
]

const sizeChecks = sizes.map(([name, what, rowsOf]) =>
  check(
    `inserts/${name}`,
    `${what} are all stored, each once, in requests within the limit`,
    { needs, timeoutMs: 120_000 },
    async (context) => {
      const { rowsPerInsert } = context.capabilities.limits
      // A limit far beyond that is tried by the subject of limits alone.
      const rows = textRows(rowsOf(Math.min(rowsPerInsert ?? 1000, 20_000)))
      const table = await context.table(textTable)
      const counts = await table.insert(rows)
      assertCounts(counts, rows.length)
      const batches = sentBatches(context)
      for (const batch of batches)
        assert.ok(batch.rows.length <= (rowsPerInsert ?? Infinity), 'a request over the limit')
      assert.ok(counts.receipt.requests >= batches.length, 'the receipt counts each request')
      await assertStored(table, rows)
    },
  ),
)

/** Inserts: rows written in one call. */
export const insertChecks: readonly Check[] = [
  check('inserts/none', 'inserting no rows writes nothing and sends nothing', { needs }, async (context) => {
    const table = await context.table(textTable)
    assertCounts(await table.insert([]), 0)
    assert.equal(sentBatches(context).length, 0)
    await assertStored(table, [])
  }),
  check('inserts/one', 'one row is stored and counted, alone or in a list', { needs }, async (context) => {
    const table = await context.table(textTable)
    assertCounts(await table.insert(textRow(1)), 1)
    assertCounts(await table.insert([textRow(2)]), 1)
    await assertStored(table, textRows(2, 1))
  }),
  ...sizeChecks,
  check('inserts/append-beside', 'appended rows stand beside those that are there', { needs }, async (context) => {
    const table = await context.table(textTable)
    await table.insert(textRows(3))
    assertCounts(await table.insert(textRows(4, 3)), 4)
    await assertStored(table, textRows(7))
  }),
  check('inserts/field-order', 'fields are told by name, whatever their order', { needs }, async (context) => {
    const table = await context.table(textTable)
    const [first, second] = textRows(2)
    const turned = Object.fromEntries(Object.entries(second ?? {}).toReversed())
    await table.insert([first ?? {}, turned])
    await table.insert(Object.fromEntries(Object.entries(textRow(2)).toReversed()))
    await assertStored(table, textRows(3))
  }),
  check('inserts/missing-fields', 'rows of one insert may have different fields', { needs }, async (context) => {
    const table = await context.table(textTable)
    await table.insert([
      { id: 'a', name: 'only a name' },
      { id: 'b', city: 'only a city' },
    ])
    const [a, b] = await storedRows(table)
    assert.deepEqual([a?.['name'], b?.['city']], ['only a name', 'only a city'])
    // Whether what is missing comes back as missing is a matter of nulls.
    for (const cell of [a?.['city'], b?.['name']]) assert.ok(cell === undefined || cell === null || cell === '')
  }),
  check('inserts/keys-kept-apart', 'keys that only look alike are different keys', { needs }, async (context) => {
    const keys = ['a', 'A', ' a', 'a ', 'a\u0301', '\u00e1', '\uff41', '1', '01', '1.0', '+1', 'null', 'NULL', 'true']
    const rows = keys.map((id, index) => ({ ...textRow(index), id }))
    const table = await context.table(textTable)
    assertCounts(await table.insert(rows), keys.length)
    await assertStored(table, rows)
    for (const row of rows) assert.deepEqual(await table.get({ id: row.id }), row)
  }),
  check(
    'inserts/number-keys',
    'numbers are keys by their value',
    { needs: [...needs, 'semantics.keepsTypes'] },
    async (context) => {
      const table = await context.table({ columns: { id: 'number', name: 'string' }, primaryKey: ['id'] })
      const rows = [0, 1, 10, 9, -1, 0.5, 2 ** 53 - 1, 2 ** 53 - 2, 1e21].map((id) => ({ id, name: `number ${id}` }))
      await table.insert(rows)
      await assertStored(table, rows)
      await expectError(table.insert([{ id: 10, name: 'again' }]), 'conflict')
      for (const row of rows) assert.deepEqual(await table.get({ id: row.id }), row)
    },
  ),
  check('inserts/no-key', 'without a primary key equal rows are all kept', { needs }, async (context) => {
    const table = await context.table({ columns: textTable.columns })
    assertCounts(await table.insert([textRow(1), textRow(1)]), 2)
    assertCounts(await table.insert(textRow(1)), 1)
    await assertStored(table, [textRow(1), textRow(1), textRow(1)])
  }),
  check('inserts/other-tables', 'an insert touches no other table', { needs }, async (context) => {
    const bucket = await context.bucket()
    const names = [context.newTableName(), context.newTableName()]
    const [one, other] = names.map((name) => bucket.table(name))
    assert.ok(one !== undefined && other !== undefined)
    for (const table of [one, other]) {
      await table.create(textTable)
      if (!context.has('semantics.dynamicBuckets')) context.defer(() => table.drop())
    }
    await one.insert(textRows(3))
    await assertStored(other, [])
    await other.insert(textRows(1, 0, 'other'))
    await assertStored(one, textRows(3))
    await assertStored(other, textRows(1, 0, 'other'))
  }),
  check(
    'inserts/undeclared-kept',
    'fields that no column declares are stored',
    { needs: [...needs, 'semantics.keepsUndeclaredFields'] },
    async (context) => {
      const table = await context.table(textTable)
      const rows = [
        { ...textRow(0), extra: 'one', 'odd name': 'two' },
        { ...textRow(1), other: 'three' },
      ]
      await table.insert(rows)
      await assertStored(table, rows)
      assert.deepEqual(await storedRows(table, { extra: 'one' }), [rows[0]])
      assert.equal((await table.get({ id: textId(1) }))?.['extra'], undefined)
    },
  ),
  ...insertUpsertChecks,
  ...insertFailureChecks,
]

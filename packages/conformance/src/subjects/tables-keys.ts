import assert from 'node:assert/strict'
import type { Table } from '@stowage/core'
import { type Check, check, type Need } from '../check.ts'
import { expectError } from '../expectation.ts'
import { assertStored } from './stored-rows.ts'
import { expectUnsent } from './unsent.ts'

const needs: readonly Need[] = ['tables.create', 'tables.insert', 'tables.find']
const setting: readonly Need[] = [...needs, 'tables.setPrimaryKey']
const columns = { id: 'string', part: 'string', note: 'string' } as const

const row = (id: string, part: string, note: string): { id: string; part: string; note: string } => ({ id, part, note })

/** Primary keys: enforced, set, changed, removed. */
export const tableKeyChecks: readonly Check[] = [
  check(
    'tables/key-enforced',
    'a second row with a taken key is refused with conflict, and the first one stays as it was',
    { needs },
    async (context) => {
      const table = await context.table({ columns, primaryKey: ['id'] })
      await table.insert(row('a', '1', 'first'))
      await expectError(table.insert(row('a', '2', 'second')), 'conflict')
      await assertStored(table, [row('a', '1', 'first')])
    },
  ),
  check('tables/key-composite', 'a key of two columns is taken only as a whole', { needs }, async (context) => {
    const table = await context.table({ columns, primaryKey: ['part', 'id'] })
    const rows = [row('a', '1', 'x'), row('b', '1', 'x'), row('c', '2', 'x'), row('d', '12', 'x'), row('2d', '1', 'x')]
    await table.insert(rows)
    await table.insert(row('a', '3', 'another part'))
    await expectError(table.insert(row('a', '3', 'taken')), 'conflict')
    assert.equal((await table.find().toArray()).length, 6)
  }),
  check(
    'tables/key-exact',
    'keys that differ by case, blanks, zeros, accents or normal form are different keys',
    { needs },
    async (context) => {
      const ids = [
        'a',
        'A',
        ' a',
        'a ',
        '1',
        '01',
        '1.0',
        'é',
        'e',
        'e\u0301',
        'ß',
        'ss',
        'a\tb',
        'a b',
        '😀',
        '\u{1F601}',
      ]
      const table = await context.table({ columns, primaryKey: ['id'] })
      const rows = ids.map((id, index) => row(id, String(index), 'x'))
      for (const one of rows) await table.insert(one)
      await assertStored(table, rows)
      for (const one of rows) await expectError(table.insert(one), 'conflict')
    },
  ),
  check(
    'tables/key-filled',
    'a row without a value for its key, or with null, is refused with invalid-argument and not stored',
    { needs },
    async (context) => {
      const table = await context.table({ columns, primaryKey: ['id', 'part'] })
      await expectError(table.insert({ part: '1', note: 'no id' }), 'invalid-argument')
      await expectError(table.insert({ id: null, part: '1', note: 'no id' }), 'invalid-argument')
      await expectError(table.insert({ id: 'a', part: null, note: 'no part' }), 'invalid-argument')
      await assertStored(table, [])
    },
  ),
  check('tables/key-none', 'a table without a key takes the same row twice', { needs }, async (context) => {
    const table = await context.table({ columns })
    await table.insert([row('a', '1', 'x'), row('a', '1', 'x')])
    await table.insert(row('a', '1', 'x'))
    await assertStored(table, [row('a', '1', 'x'), row('a', '1', 'x'), row('a', '1', 'x')])
  }),
  check(
    'tables/set-key',
    'a table gets a key afterwards: it is told, its columns are required, and it is enforced',
    { needs: [...setting, 'tables.get'] },
    async (context) => {
      const table = await context.table({ columns })
      await table.insert([row('a', '1', 'x'), row('b', '1', 'y')])
      const told = await table.setPrimaryKey(['id'])
      const info = await table.info()
      assert.deepEqual(told, info, 'what setting gives is what looking gives')
      assert.deepEqual(info.primaryKey, ['id'])
      assert.equal(info.columns.find(({ name }) => name === 'id')?.required, true)
      await expectError(table.insert(row('b', '2', 'z')), 'conflict')
      await assertStored(table, [row('a', '1', 'x'), row('b', '1', 'y')])
    },
  ),
  check(
    'tables/set-key-change',
    'a changed key is the one that holds from then on, and the old one no longer does',
    { needs: [...setting, 'tables.get'] },
    async (context) => {
      const table = await context.table({ columns, primaryKey: ['id'] })
      await table.insert([row('a', '1', 'x'), row('b', '2', 'y')])
      await table.setPrimaryKey(['part', 'id'])
      assert.deepEqual((await table.info()).primaryKey, ['part', 'id'])
      await table.insert(row('a', '2', 'same id'))
      await expectError(table.insert(row('a', '2', 'taken')), 'conflict')
      await assertStored(table, [row('a', '1', 'x'), row('a', '2', 'same id'), row('b', '2', 'y')])
    },
  ),
  check(
    'tables/set-key-remove',
    'an empty list removes the key: rows may repeat from then on',
    { needs: [...setting, 'tables.get'] },
    async (context) => {
      const table = await context.table({ columns, primaryKey: ['id'] })
      await table.insert(row('a', '1', 'x'))
      await table.setPrimaryKey([])
      assert.deepEqual((await table.info()).primaryKey, [])
      await table.insert(row('a', '1', 'x'))
      await assertStored(table, [row('a', '1', 'x'), row('a', '1', 'x')])
    },
  ),
  check(
    'tables/set-key-upsert',
    'upserts go by the changed key',
    { needs: [...setting, 'tables.upsert'] },
    async (context) => {
      const table = await context.table({ columns, primaryKey: ['id'] })
      await table.insert([row('a', '1', 'x'), row('b', '2', 'y')])
      await table.setPrimaryKey(['part'])
      await table.insert(row('c', '2', 'replaced'), { mode: 'upsert' })
      await assertStored(table, [row('a', '1', 'x'), row('c', '2', 'replaced')])
    },
  ),
  check(
    'tables/set-key-collision',
    'a key that two rows share is refused with conflict; the old key and all rows stay',
    { needs: [...setting, 'tables.get'] },
    async (context) => {
      const table = await context.table({ columns, primaryKey: ['id'] })
      const rows = [row('a', '1', 'x'), row('b', '1', 'y')]
      await table.insert(rows)
      await expectError(table.setPrimaryKey(['part']), 'conflict')
      await assertStored(table, rows)
      await assertKeyStays(table)
    },
  ),
  check(
    'tables/set-key-gaps',
    'a key that a row has no value for is refused with conflict; the old key and all rows stay',
    { needs: [...setting, 'tables.get', 'semantics.keepsNulls'] },
    async (context) => {
      const table = await context.table({ columns, primaryKey: ['id'] })
      const rows = [row('a', '1', 'x'), { id: 'b', part: null, note: 'y' }]
      await table.insert(rows)
      await expectError(table.setPrimaryKey(['part']), 'conflict')
      await assertStored(table, rows)
      await assertKeyStays(table)
    },
  ),
  check(
    'tables/set-key-unknown',
    'a key of a column the table has not is refused with invalid-argument, one that names a column twice before anything is sent',
    { needs: ['tables.create', 'tables.get', 'tables.insert', 'tables.setPrimaryKey'] },
    async (context) => {
      const table = await context.table({ columns, primaryKey: ['id'] })
      await expectError(table.setPrimaryKey(['other']), 'invalid-argument')
      await expectUnsent(context, table.setPrimaryKey(['id', 'id']), 'invalid-argument')
      await assertKeyStays(table)
    },
  ),
  check(
    'tables/set-key-missing',
    'setting the key of a table that is not there fails with not-found',
    { needs: ['tables.setPrimaryKey'] },
    async (context) => {
      const table = context.storage.bucket(context.newBucketName()).table(context.newTableName())
      await expectError(table.setPrimaryKey(['id']), 'not-found')
    },
  ),
]

/** Checks that `id` is the key still, told and enforced; it leaves a row. */
async function assertKeyStays(table: Table): Promise<void> {
  assert.deepEqual((await table.info()).primaryKey, ['id'])
  await table.insert(row('new', 'new', 'new'))
  await expectError(table.insert(row('new', 'other', 'other')), 'conflict')
}

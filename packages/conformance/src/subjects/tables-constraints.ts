import assert from 'node:assert/strict'
import { type Check, check, type Need } from '../check.ts'
import { expectError } from '../expectation.ts'
import { assertStored } from './stored-rows.ts'

const needs: readonly Need[] = ['tables.create', 'tables.insert', 'tables.find']
const indexed: readonly Need[] = [...needs, 'tables.indexes']
const columns = { id: 'string', mail: 'string', city: 'string' } as const

const row = (id: string, mail: string, city: string): { id: string; mail: string; city: string } => ({ id, mail, city })
const people = [row('1', 'a@x', 'Oslo'), row('2', 'b@x', 'Riga')]

/** What a table refuses: values a unique index holds, missing values, undeclared fields. */
export const tableConstraintChecks: readonly Check[] = [
  check(
    'tables/unique-insert',
    'a row whose values a unique index holds is refused with conflict and not stored',
    { needs: indexed },
    async (context) => {
      const indexes = [{ name: 'one_mail', columns: ['mail'], unique: true }]
      const table = await context.table({ columns, primaryKey: ['id'], indexes })
      await table.insert(people)
      await expectError(table.insert(row('3', 'a@x', 'Praha')), 'conflict')
      await assertStored(table, people)
      await table.insert(row('3', 'c@x', 'Oslo'))
      await assertStored(table, [...people, row('3', 'c@x', 'Oslo')])
    },
  ),
  check(
    'tables/unique-composite',
    'a unique index of two columns is taken only as a whole',
    { needs: indexed },
    async (context) => {
      const indexes = [{ name: 'once', columns: ['city', 'mail'], unique: true }]
      const table = await context.table({ columns, primaryKey: ['id'], indexes })
      const rows = [...people, row('3', 'a@x', 'Riga'), row('4', 'b@x', 'Oslo')]
      await table.insert(rows)
      await expectError(table.insert(row('5', 'b@x', 'Oslo')), 'conflict')
      await assertStored(table, rows)
    },
  ),
  check(
    'tables/unique-update',
    'an update that would repeat a unique value is refused with conflict and changes nothing',
    { needs: [...indexed, 'tables.update'] },
    async (context) => {
      const indexes = [{ name: 'one_mail', columns: ['mail'], unique: true }]
      const table = await context.table({ columns, primaryKey: ['id'], indexes })
      await table.insert(people)
      await expectError(table.update({ id: '2' }, { $set: { mail: 'a@x' } }), 'conflict')
      await assertStored(table, people)
      await table.update({ id: '2' }, { $set: { city: 'Oslo' } })
      await assertStored(table, [row('1', 'a@x', 'Oslo'), row('2', 'b@x', 'Oslo')])
    },
  ),
  check(
    'tables/unique-upsert',
    'an upsert keeps its own unique value, and is refused another row’s',
    { needs: [...indexed, 'tables.upsert'] },
    async (context) => {
      const indexes = [{ name: 'one_mail', columns: ['mail'], unique: true }]
      const table = await context.table({ columns, primaryKey: ['id'], indexes })
      await table.insert(people)
      await table.insert(row('1', 'a@x', 'Praha'), { mode: 'upsert' })
      await expectError(table.insert(row('1', 'b@x', 'Brno'), { mode: 'upsert' }), 'conflict')
      await assertStored(table, [row('1', 'a@x', 'Praha'), row('2', 'b@x', 'Riga')])
    },
  ),
  check(
    'tables/index-not-unique',
    'an index that is not unique takes the same values twice, and changes no answer',
    { needs: indexed },
    async (context) => {
      const indexes = [{ name: 'by_city', columns: ['city', 'mail'] }]
      const table = await context.table({ columns, primaryKey: ['id'], indexes })
      const rows = [row('1', 'a@x', 'Oslo'), row('2', 'a@x', 'Oslo'), row('3', 'b@x', 'Riga')]
      await table.insert(rows)
      await assertStored(table, rows)
      const found = await table.find({ city: 'Oslo' }, { sort: { id: 1 } }).toArray()
      assert.deepEqual(found, rows.slice(0, 2))
    },
  ),
  check(
    'tables/required',
    'a row that lacks a required value, or has null there, is refused with invalid-argument naming row and column',
    { needs },
    async (context) => {
      const table = await context.table({
        columns: { ...columns, mail: { type: 'string', required: true } },
        primaryKey: ['id'],
      })
      for (const bad of [
        { id: '3', city: 'Praha' },
        { id: '3', mail: null, city: 'Praha' },
      ]) {
        const { details } = await expectError(table.insert(bad), 'invalid-argument')
        assert.deepEqual([details['row'], details['column']], [0, 'mail'])
      }
      await assertStored(table, [])
      await table.insert(people)
      await assertStored(table, people)
    },
  ),
  check(
    'tables/required-update',
    'an update that takes a required value away is refused with invalid-argument and changes nothing',
    { needs: [...needs, 'tables.update'] },
    async (context) => {
      const mail = { type: 'string', required: true } as const
      const table = await context.table({ columns: { ...columns, mail }, primaryKey: ['id'] })
      await table.insert(people)
      await expectError(table.update({ id: '1' }, { $unset: { mail: true } }), 'invalid-argument')
      await expectError(table.update({ id: '1' }, { $set: { mail: null } }), 'invalid-argument')
      await assertStored(table, people)
    },
  ),
  check(
    'tables/undeclared-refused',
    'a table that refuses undeclared fields fails a row that has one, with invalid-argument, and stores nothing of it',
    { needs },
    async (context) => {
      const table = await context.table({ columns, primaryKey: ['id'], undeclaredFields: 'refuse' })
      await expectError(table.insert({ ...row('3', 'c@x', 'Brno'), extra: 'here' }), 'invalid-argument')
      await assertStored(table, [])
      await table.insert(people)
      await assertStored(table, people)
    },
  ),
  check(
    'tables/undeclared-kept',
    'a table that keeps undeclared fields gives them back, finds rows by them, and takes rows without them',
    { needs: [...needs, 'semantics.keepsUndeclaredFields'] },
    async (context) => {
      const table = await context.table({ columns, primaryKey: ['id'], undeclaredFields: 'keep' })
      const odd = { ...row('3', 'c@x', 'Brno'), extra: 'here', 'Other Field': 'too' }
      await table.insert([...people, odd])
      await assertStored(table, [...people, odd])
      assert.deepEqual(await table.find({ extra: 'here' }).toArray(), [odd])
    },
  ),
]

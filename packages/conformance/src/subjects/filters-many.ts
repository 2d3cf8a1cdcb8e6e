import assert from 'node:assert/strict'
import type { Filter, Table } from '@stowage/core'
import { type Check, check, type Need } from '../check.ts'
import type { CheckContext } from '../check-context.ts'

const count = 1000
const needs: readonly Need[] = ['tables.create', 'tables.insert', 'tables.find']

/** Filters with more values and alternatives than fit into a request or statement made for a few. */
export const manyChecks: readonly Check[] = [
  check('filters/many-values', 'a list of a thousand values is looked at to its end', { needs }, async (context) => {
    const table = await makeTable(context)
    const even = Array.from({ length: count }, (_, index) => nameOf(2 * index))
    await expectHalf(table, { id: { $in: even } }, (number) => number % 2 === 0)
    await expectHalf(table, { id: { $nin: even } }, (number) => number % 2 === 1)
  }),
  check('filters/many-alternatives', 'all of two hundred alternatives count', { needs }, async (context) => {
    const table = await makeTable(context)
    const some = Array.from({ length: 200 }, (_, index) => 10 * index)
    const filter = { $or: some.map((number) => ({ id: nameOf(number) })) }
    await expectHalf(table, filter, (number) => number % 10 === 0)
  }),
]

async function makeTable(context: CheckContext): Promise<Table> {
  const rows = Array.from({ length: 2 * count }, (_, index) => ({ id: nameOf(index) }))
  return context.table({ columns: { id: 'string' }, primaryKey: ['id'] }, rows)
}

async function expectHalf(table: Table, filter: Filter, isWanted: (number: number) => boolean): Promise<void> {
  const found = (await table.find(filter).toArray()).map(({ id }) => id as string)
  const wanted = Array.from({ length: 2 * count }, (_, index) => index).filter(isWanted)
  assert.equal(found.length, wanted.length)
  assert.deepEqual(new Set(found), new Set(wanted.map(nameOf)))
}

function nameOf(number: number): string {
  return `n${String(number).padStart(4, '0')}`
}

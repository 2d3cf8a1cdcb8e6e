import assert from 'node:assert/strict'
import { isDeepStrictEqual, inspect } from 'node:util'
import type { ColumnType, Filter, JsonValue, Row, Table, Update } from '@stowage/core'
import { idleUpdateCases, type UpdateCase, updateCases, upsertCases } from '@stowage/core/truth-tables'
import { type Check, check, type Need } from '../check.ts'
import { expectError } from '../expectation.ts'
import { assertStored } from './stored-rows.ts'

const needs: readonly Need[] = ['tables.create', 'tables.insert', 'tables.update', 'tables.find']
const undeclared: readonly Need[] = [...needs, 'semantics.keepsUndeclaredFields', 'semantics.keepsTypes']

function caseId(index: number): string {
  return `case ${String(index).padStart(3, '0')}`
}

/** Puts the rows of all cases into a table, updates each alone, and compares outcomes and rows. */
async function assertUpdates(table: Table, cases: readonly UpdateCase[]): Promise<void> {
  await table.insert(cases.map(([row], index) => ({ ...row, id: caseId(index) })))
  // Where updates are refused altogether, this one shows it.
  await table.update({ id: 'none' }, { $set: { a: 1 } })
  for (const [index, [row, update, result, reason]] of cases.entries()) {
    const what = `${inspect(row)} by ${inspect(update, { depth: 9 })}: ${reason}`
    const work = table.update({ id: caseId(index) }, update as Update)
    if (result === undefined) {
      await assert.doesNotReject(expectError(work, 'invalid-argument'), what)
    } else {
      const { matched, modified, inserted } = await work
      const expected = { matched: 1, modified: isDeepStrictEqual(row, result) ? 0 : 1, inserted: 0 }
      assert.deepEqual({ matched, modified, inserted }, expected, what)
    }
  }
  await assertStored(
    table,
    cases.map(([row, , result], index) => ({ ...(result ?? row), id: caseId(index) })),
  )
}

function operatorOf([, update]: UpdateCase): string {
  const operators = Object.keys(update as object)
  return operators.length === 1 ? (operators[0] ?? '').slice(1) : 'several'
}

function truthCheck(name: string, title: string, cases: readonly UpdateCase[]): Check {
  const hasNulls = JSON.stringify(cases).includes('null')
  const all = hasNulls ? [...undeclared, 'semantics.keepsNulls' as const] : undeclared
  return check(`updates/${name}`, title, { needs: all }, async (context) => {
    await assertUpdates(await context.table({ columns: { id: 'string' }, primaryKey: ['id'] }), cases)
  })
}

const operatorChecks = [...new Set(updateCases.map(operatorOf))].map((operator) =>
  truthCheck(
    `truth-${operator}`,
    operator === 'several' ? 'several operators work together as documented' : `$${operator} does what is documented`,
    updateCases.filter((one) => operatorOf(one) === operator),
  ),
)

/** The column type of a value; numbers stand in for null, which fits all. */
function typeOf(value: JsonValue | undefined): ColumnType {
  if (value === null || value === undefined) return 'number'
  return Array.isArray(value) ? 'array' : (typeof value as ColumnType)
}

/** The types of the columns that can hold a row before and after an update; undefined when the update changes a type. */
function columnsFor([row, , result]: UpdateCase): Record<string, ColumnType> | undefined {
  const values = { ...row, ...result }
  const keepsTypes = Object.keys(row).every((name) => typeOf(row[name]) === typeOf(values[name]))
  return keepsTypes
    ? Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeOf(value)]))
    : undefined
}

/** An upsert's filter that also names the row's id, so that it finds nothing and the row has a key. */
function withId(filter: unknown, id: string): Filter {
  return { id, ...(filter as Filter) }
}

/** Updates by the tables of the guide: every row of them on the backend. */
export const updateTruthChecks: readonly Check[] = [
  ...operatorChecks,
  truthCheck('idle', 'a row whose content stays the same counts as matched, not as modified', idleUpdateCases),
  check(
    'updates/truth-declared',
    'updates of declared columns mean the same',
    { needs: [...needs, 'semantics.keepsTypes', 'semantics.keepsNulls'] },
    async (context) => {
      const groups = Map.groupBy([...updateCases, ...idleUpdateCases], (one) => JSON.stringify(columnsFor(one)))
      for (const cases of groups.values()) {
        const columns = cases[0] && columnsFor(cases[0])
        if (columns === undefined) continue
        await assertUpdates(await context.table({ columns: { id: 'string', ...columns }, primaryKey: ['id'] }), cases)
      }
    },
  ),
  check(
    'updates/truth-upsert',
    'an upsert that matches nothing inserts what its filter asks for, with the update applied',
    { needs: [...undeclared, 'semantics.keepsNulls', 'tables.updateUpsert'] },
    async (context) => {
      const table = await context.table({ columns: { id: 'string' }, primaryKey: ['id'] })
      await table.insert({ id: 'another', a: 1 })
      await table.update({ id: 'another' }, { $set: { a: 1 } }, { upsert: true })
      for (const [index, [filter, update, row, reason]] of upsertCases.entries()) {
        const what = `${inspect(filter, { depth: 9 })} by ${inspect(update, { depth: 9 })}: ${reason}`
        const work = table.update(withId(filter, caseId(index)), update as Update, { upsert: true })
        if (row === undefined) {
          await assert.doesNotReject(expectError(work, 'invalid-argument'), what)
        } else {
          const { matched, modified, inserted } = await work
          assert.deepEqual({ matched, modified, inserted }, { matched: 0, modified: 0, inserted: 1 }, what)
        }
      }
      const rows = upsertCases.flatMap(([, , row], index): Row[] => (row ? [{ id: caseId(index), ...row }] : []))
      await assertStored(table, [{ id: 'another', a: 1 }, ...rows])
    },
  ),
]

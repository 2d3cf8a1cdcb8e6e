import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import type { ColumnType, InputValue, JsonValue, Row, Table } from '@stowage/core'
import type { Need } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'
import { assertSameRows, assertStored, storedRows } from './stored-rows.ts'
import { textId } from './text-rows.ts'

/** What a check needs that writes values and reads them back. */
export const needsOfValues: readonly Need[] = ['tables.create', 'tables.insert', 'tables.find']

/** Makes a table with one column of a type beside the id. */
export function valueTable(context: CheckContext, type: ColumnType): Promise<Table> {
  return context.table({ columns: { id: 'string', v: type }, primaryKey: ['id'] })
}

/** Makes a row of each value. */
export function valueRows<Value extends InputValue>(values: readonly Value[]): { id: string; v: Value }[] {
  return values.map((v, index) => ({ id: textId(index), v }))
}

/** Checks that values of a column come back as they went in. */
export async function assertKept(
  context: CheckContext,
  type: ColumnType,
  values: readonly JsonValue[],
): Promise<Table> {
  const table = await valueTable(context, type)
  await table.insert(valueRows(values))
  await assertStored(table, valueRows(values))
  return table
}

/** Checks that each of different values is found by a filter for it, and nothing else is. */
export async function assertFound(table: Table, rows: readonly Row[], field = 'v'): Promise<void> {
  for (const row of rows) {
    const found = await storedRows(table, { [field]: row[field] ?? null })
    assertSameRows(found, [row])
  }
}

/** Checks that a column takes none of these values: each is refused with its row and column, and not stored. */
export async function assertUnfit(
  context: CheckContext,
  type: ColumnType,
  values: readonly InputValue[],
): Promise<void> {
  const table = await valueTable(context, type)
  for (const v of values) {
    const what = `${inspect(v)} in a column of type ${type}`
    const error = await expectError(table.insert({ id: 'bad', v }), 'invalid-argument')
    assert.deepEqual([error.details['row'], error.details['column']], [0, 'v'], what)
    assertSameRows(await storedRows(table), [])
  }
}

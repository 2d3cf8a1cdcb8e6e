import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import type { Database } from '../database.ts'

/** JavaScript that a statement calls for a row, with the values the SQL passes it. */
export type RowFunction = (values: readonly SQLOutputValue[]) => SQLInputValue

/** The name of the SQL function that calls one of a statement's row functions: its number comes first, then values. */
export const rowFunction = 'stowage_row'

const active = new WeakMap<Database, { functions: readonly RowFunction[] }>()

/**
 * Makes row functions callable by the statements that run next. Commands run one after another and none of them leaves a
 * statement open, so one list for each connection will do.
 */
export function useRowFunctions(database: Database, functions: readonly RowFunction[]): void {
  let slot = active.get(database)
  if (slot === undefined) active.set(database, (slot = register(database)))
  slot.functions = functions
}

function register(database: Database): { functions: readonly RowFunction[] } {
  const slot: { functions: readonly RowFunction[] } = { functions: [] }
  const call = (number: SQLOutputValue, ...values: SQLOutputValue[]): SQLInputValue =>
    (slot.functions[number as number] as RowFunction)(values)
  database.raw.function(rowFunction, { varargs: true, directOnly: true }, call)
  return slot
}

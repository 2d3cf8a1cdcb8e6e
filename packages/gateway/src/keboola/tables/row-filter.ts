import type { Filter, JsonValue, Row } from '@stowage/core'
import { compareText, parseExactNumber } from '@stowage/core/driver'
import { canonicalNumber, cellText } from './cell-reader.ts'
import type { RowCondition, RowSelection } from './row-query.ts'
import { timestampColumn } from './stored-table.ts'
import type { TableColumn, TableRecord } from './table-record.ts'

/** Which rows: what the storage decides, and what has to be looked at in each row it gives. */
export interface SplitSelection {
  readonly filter: Filter
  /** Undefined where the filter says it all. */
  readonly matches: ((row: Row) => boolean) | undefined
}

/** Says which rows of a table are meant, in the storage's words as far as it has them. */
export function splitSelection(table: TableRecord, { conditions, sinceMs, untilMs }: RowSelection): SplitSelection {
  const filters: Filter[] = []
  const tests: ((row: Row) => boolean)[] = []
  for (const condition of conditions) {
    const column = table.columns.find(({ name }) => name === condition.column)
    const filter = column === undefined ? undefined : conditionFilter(column, condition)
    if (filter === undefined) tests.push(conditionTest(condition))
    else filters.push(filter)
  }
  if (sinceMs !== undefined) filters.push(instantFilter(table, { $gte: sinceMs }))
  if (untilMs !== undefined) filters.push(instantFilter(table, { $lt: untilMs }))
  return {
    filter: filters.length === 0 ? {} : { $and: filters },
    matches: tests.length === 0 ? undefined : (row) => tests.every((test) => test(row)),
  }
}

// Rows without an instant count as not changed.
function instantFilter({ hasTimestamps }: TableRecord, range: Filter): Filter {
  return hasTimestamps ? ({ [timestampColumn]: range } as Filter) : { $nor: [{}] }
}

const fieldOperators = { gt: '$gt', ge: '$gte', lt: '$lt', le: '$lte' } as const

/** Says a condition in the storage's words; undefined where it compares in another way. */
function conditionFilter(column: TableColumn, condition: RowCondition): Filter | undefined {
  const { column: name, operator, values, comparison } = condition
  if (column.storedAs !== 'string') return storedFilter(column, condition)
  if (operator === 'eq' || operator === 'ne') {
    const texts = comparison === 'number' ? numberTexts(column, values) : values
    if (texts === undefined) return undefined
    // As in SQL, null is neither equal nor unequal to anything.
    return operator === 'eq' ? { [name]: { $in: [...texts] } } : { [name]: { $nin: [...texts, null] } }
  }
  if (comparison === 'number') return undefined
  return { [name]: { [fieldOperators[operator]]: values[0] ?? '' } } as Filter
}

/** The same for a column whose values aren't text. */
function storedFilter({ storedAs }: TableColumn, { column, operator, values }: RowCondition): Filter | undefined {
  const stored = values.map((value) =>
    storedAs === 'number' ? parseExactNumber(value) : storedBoolean(storedAs, value),
  )
  if (!stored.every((value) => value !== undefined)) return undefined
  if (operator === 'eq') return { [column]: { $in: stored } }
  if (operator === 'ne') return { [column]: { $nin: [...stored, null] } }
  return { [column]: { [fieldOperators[operator]]: stored[0] ?? 0 } } as Filter
}

function storedBoolean(storedAs: TableColumn['storedAs'], text: string): boolean | undefined {
  return storedAs === 'boolean' && /^(true|false)$/i.test(text) ? text.toLowerCase() === 'true' : undefined
}

// Stored in one form only, so equal numbers are equal texts; in an untyped table they are as they were written.
function numberTexts({ basetype }: TableColumn, values: readonly string[]): readonly string[] | undefined {
  if (basetype !== 'INTEGER' && basetype !== 'NUMERIC') return undefined
  const texts = values.map(canonicalNumber)
  return texts.every((text) => text !== undefined) ? texts : undefined
}

function conditionTest({ column, operator, values, comparison }: RowCondition): (row: Row) => boolean {
  const compare = comparison === 'number' ? compareNumbers : compareText
  return (row) => {
    const text = cellText(row[column])
    if (text === null) return false
    const orders = values.map((value) => compare(text, value))
    if (operator === 'ne') return orders.every((order) => order !== 0)
    return orders.some((order) => holds(operator, order))
  }
}

function holds(operator: Exclude<RowCondition['operator'], 'ne'>, order: number): boolean {
  if (operator === 'eq') return order === 0
  if (operator === 'gt') return order > 0
  if (operator === 'ge') return order >= 0
  return operator === 'lt' ? order < 0 : order <= 0
}

/** Compares the numbers that two texts spell; NaN, which holds for nothing, where one spells none. */
export function compareNumbers(one: string, other: string): number {
  const isNumber = one.trim() !== '' && other.trim() !== ''
  const [left, right] = [Number(one), Number(other)]
  if (!isNumber || Number.isNaN(left) || Number.isNaN(right)) return Number.NaN
  // Beyond doubles digits decide.
  return left === right ? compareDigits(one, other) : left < right ? -1 : 1
}

function compareDigits(one: string, other: string): number {
  if (!/^[+-]?\d{16,}$/.test(one) || !/^[+-]?\d{16,}$/.test(other)) return 0
  const [left, right] = [BigInt(one), BigInt(other)]
  return left === right ? 0 : left < right ? -1 : 1
}

/** Compares two values for an order: what spells no number comes first, as null does. */
export function compareForOrder(one: JsonValue | undefined, other: JsonValue | undefined): number {
  const [left, right] = [cellText(one) ?? '', cellText(other) ?? '']
  const order = compareNumbers(left, right)
  if (!Number.isNaN(order)) return order
  return Number(spellsNumber(left)) - Number(spellsNumber(right))
}

function spellsNumber(text: string): boolean {
  return text.trim() !== '' && !Number.isNaN(Number(text))
}

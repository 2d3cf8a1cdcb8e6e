import type { SQLInputValue } from 'node:sqlite'
import { compileSort, type SortKey } from '@stowage/core/driver'
import type { TableEntry } from './catalogue.ts'
import { fieldOf, FieldReader } from './field-reader.ts'
import { sortKeyEncoder } from './sort-key.ts'
import { rowFunction, type RowFunction } from './sql-functions.ts'

/** A value a row sorts by, as SQLite holds it. */
export type SortValue = string | number | null | Uint8Array

/** A sort as SQL. Rows that are equal in every key come in the order of `rid`. */
export interface SortSql {
  /** The expressions rows are sorted by, without `rid`. */
  readonly keys: readonly SortKeySql[]
  /** The row functions they call, numbered behind those of the filter. */
  readonly functions: readonly RowFunction[]
}

interface SortKeySql {
  readonly expression: string
  readonly direction: SortKey['direction']
  /** Whether the expression may be NULL, which comes first. */
  readonly isNullable: boolean
}

/**
 * Compiles a sort. Declared scalar columns are compared by SQLite, whose order of NULL, numbers and UTF-8 text is ours;
 * what may hold values of several types goes through a row function that makes bytes in the right order.
 *
 * @param firstFunction - the number of the first row function
 */
export function compileSortSql(table: TableEntry, sort: readonly SortKey[], firstFunction: number): SortSql {
  const functions: RowFunction[] = []
  const keys = sort.flatMap((key): SortKeySql[] => {
    const { path, direction } = key
    const position = table.positions.get(fieldOf(path))
    const column = position === undefined ? undefined : table.columns[position]
    const isScalar = column !== undefined && column.type !== 'object' && column.type !== 'array'
    if (isScalar && path === column.name) {
      return [{ expression: `c${position}`, direction, isNullable: !column.required }]
    }
    // Missing in every row: it puts none before another.
    if (isScalar || (column === undefined && table.undeclaredFields === 'refuse')) return []
    const reader = new FieldReader(table, [fieldOf(path)], false)
    const number = firstFunction + functions.push(rowSorter(sort, key, reader)) - 1
    const expression = `${rowFunction}(${[number, ...reader.sqlNames].join(', ')})`
    return [{ expression, direction, isNullable: false }]
  })
  return { keys, functions }
}

function rowSorter(sort: readonly SortKey[], key: SortKey, reader: FieldReader): RowFunction {
  const encode = sortKeyEncoder(key)
  const siblings = sort.filter(({ path }) => fieldOf(path) === fieldOf(key.path))
  if (siblings.length === 1) return (values) => encode(reader.read(values))
  // Keys that lead into the same array are refused by core's comparison.
  const check = compileSort(siblings)
  return (values) => {
    const row = reader.read(values)
    check(row, row)
    return encode(row)
  }
}

/** The ORDER BY of a sort. */
export function orderBy({ keys }: SortSql): string {
  const terms = keys.map(({ expression, direction }) => `${expression} ${direction === 1 ? 'ASC' : 'DESC'}`)
  return ['ORDER BY ', [...terms, 'rid'].join(', ')].join('')
}

/** A condition with its parameters. */
interface Condition {
  readonly sql: string
  readonly parameters: readonly SQLInputValue[]
}

/** The condition that a row comes behind another, given by what that one sorts by and its `rid`. */
export function behind({ keys }: SortSql, values: readonly SortValue[], rid: number): Condition {
  const last: Condition = { sql: 'rid > ?', parameters: [rid] }
  const whole = keys.reduceRight<Condition>((rest, key, index) => orRest(key, values[index] ?? null, rest), last)
  const [first] = keys
  const bound = first === undefined ? undefined : notBefore(first, values[0] ?? null)
  if (bound === undefined) return whole
  // Says what the rest implies, in the form an index on the first key can use.
  return { sql: `${bound.sql} AND (${whole.sql})`, parameters: [...bound.parameters, ...whole.parameters] }
}

function orRest({ expression, direction }: SortKeySql, value: SortValue, rest: Condition): Condition {
  const same = `${expression} IS ? AND (${rest.sql})`
  const sameParameters = [value, ...rest.parameters]
  if (value === null && direction === -1) return { sql: same, parameters: sameParameters }
  if (value === null) return { sql: `${expression} IS NOT NULL OR ${same}`, parameters: sameParameters }
  const beyond = direction === 1 ? `${expression} > ?` : `${expression} < ? OR ${expression} IS NULL`
  return { sql: `${beyond} OR ${same}`, parameters: [value, ...sameParameters] }
}

function notBefore({ expression, direction, isNullable }: SortKeySql, value: SortValue): Condition | undefined {
  if (value === null) return undefined
  if (direction === 1) return { sql: `${expression} >= ?`, parameters: [value] }
  return isNullable ? undefined : { sql: `${expression} <= ?`, parameters: [value] }
}

import type { SQLInputValue } from 'node:sqlite'
import type { Column, JsonValue } from '@stowage/core'
import { cellProblem, type UpdateTree } from '@stowage/core/driver'
import type { TableEntry } from './catalogue.ts'
import { encodeCell } from './row-encoder.ts'

/**
 * An update as SQL: one statement changes all rows.
 *
 * It calls no function, not even a built-in one: inside a transaction SQLite would keep a journal for the statement then,
 * which costs as much again as half of the update.
 */
export interface UpdateSql {
  /** What follows SET. The statement fails with {@link isOddRow} when it meets a row that needs a closer look. */
  readonly assignments: string
  /** Its parameters. */
  readonly parameters: readonly SQLInputValue[]
  /** The condition that a row's content changes; undefined when every row's does. */
  readonly difference: string | undefined
  /** Parameters of that condition. */
  readonly differenceParameters: readonly SQLInputValue[]
}

type Change = UpdateTree[number]
type ScalarChange =
  | { readonly operator: '$set'; readonly path: string; readonly value: JsonValue }
  | Extract<Change, { readonly operator: '$inc' | '$unset' }>

// With a stored number within it and a summand below it, the sum is exact or rounds as fractions do, and is another number.
const safeSummand = 2 ** 52
const constraintDatatype = 3091

/**
 * Compiles an update whose changes are all `$set`, `$inc` and `$unset` of declared scalar columns and fit them; undefined for
 * any other, which has to go through rows in JavaScript.
 */
export function compileUpdateSql(table: TableEntry, update: UpdateTree, nowMs: number): UpdateSql | undefined {
  const compiler = new UpdateCompiler()
  for (const change of update) {
    const position = table.positions.get(change.path)
    const column = position === undefined ? undefined : table.columns[position]
    if (column === undefined || !isSimple(column, change)) return undefined
    compiler.add(`c${position}`, column, change)
  }
  return compiler.finish(nowMs)
}

/** Tells whether a statement of {@link compileUpdateSql} failed because of a row that needs a closer look. */
export function isOddRow(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === constraintDatatype
}

function isSimple(column: Column, change: Change): change is ScalarChange {
  // Core has a rule of its own for `_id`; a dot in a path leads into a value.
  if (column.name === '_id' || column.name.includes('.')) return false
  if (column.type === 'object' || column.type === 'array') return false
  switch (change.operator) {
    case '$set':
      return change.value !== null && cellProblem(column, change.value) === undefined
    case '$inc':
      return column.type === 'number' && Math.abs(change.value) >= 1 && Math.abs(change.value) < safeSummand
    case '$unset':
      return !column.required
    default:
      return false
  }
}

class UpdateCompiler {
  readonly #assignments: string[] = []
  readonly #parameters: SQLInputValue[] = []
  readonly #differences: string[] = []
  readonly #differenceParameters: SQLInputValue[] = []
  readonly #oddities: string[] = []
  #changesAll = false

  add(cell: string, column: Column, change: ScalarChange): void {
    // A null that is written down in `extra` has to leave it, and is no number to add to.
    if (!column.required) this.#oddities.push(`${cell} IS NULL AND extra IS NOT NULL`)
    switch (change.operator) {
      case '$set':
        return this.#set(cell, encodeCell(column, change.value))
      case '$inc':
        return this.#increase(cell, change.value)
      case '$unset':
        return this.#unset(cell)
    }
  }

  finish(nowMs: number): UpdateSql {
    // The column takes whole numbers only: text makes the statement fail.
    const odd = this.#oddities.map((oddity) => `(${oddity})`).join(' OR ')
    const changed = odd === '' ? 'changed = ?' : `changed = CASE WHEN ${odd} THEN 'odd' ELSE ? END`
    return {
      assignments: [...this.#assignments, changed].join(', '),
      parameters: [...this.#parameters, nowMs],
      difference: this.#changesAll ? undefined : this.#differences.join(' OR '),
      differenceParameters: this.#changesAll ? [] : this.#differenceParameters,
    }
  }

  #set(cell: string, value: SQLInputValue): void {
    this.#assignments.push(`${cell} = ?`)
    this.#parameters.push(value)
    this.#differences.push(`${cell} IS NOT ?`)
    this.#differenceParameters.push(value)
  }

  #unset(cell: string): void {
    this.#assignments.push(`${cell} = NULL`)
    this.#differences.push(`${cell} IS NOT NULL OR extra IS NOT NULL`)
  }

  #increase(cell: string, summand: number): void {
    this.#assignments.push(`${cell} = CASE WHEN ${cell} IS NULL THEN ? ELSE ${cell} + ? END`)
    this.#parameters.push(summand, summand)
    this.#oddities.push(`${cell} NOT BETWEEN -${safeSummand} AND ${safeSummand}`)
    this.#changesAll = true
  }
}

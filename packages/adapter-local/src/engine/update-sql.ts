import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import type { Column, JsonValue } from '@stowage/core'
import { cellProblem, compileUpdate, type UpdateTree } from '@stowage/core/driver'
import type { TableEntry } from './catalogue.ts'
import { encodeCell, parseExtra } from './row-encoder.ts'
import { rowFunction, type RowFunction } from './sql-functions.ts'

/** An update as SQL: one statement changes all rows. */
export interface UpdateSql {
  /** What follows SET. */
  readonly assignments: string
  /** Its parameters. */
  readonly parameters: readonly SQLInputValue[]
  /** The row functions it calls. */
  readonly functions: readonly RowFunction[]
  /** How many rows got another content; known once the statement has run. */
  readonly modifiedRows: () => number
}

type Change = UpdateTree[number]
type ScalarChange =
  | { readonly operator: '$set'; readonly path: string; readonly value: JsonValue }
  | Extract<Change, { readonly operator: '$inc' | '$unset' }>

// As long as both are below it, their sum is exact or rounds like any sum of fractions; beyond, core's rules decide.
const safeSummand = 2 ** 52

/**
 * Compiles an update whose changes are all `$set`, `$inc` and `$unset` of declared scalar columns and fit them; undefined for
 * any other, which has to go through rows in JavaScript.
 *
 * @param firstFunction - the number of the first row function
 */
export function compileUpdateSql(
  table: TableEntry,
  update: UpdateTree,
  nowMs: number,
  firstFunction: number,
): UpdateSql | undefined {
  const compiler = new UpdateCompiler(firstFunction)
  for (const change of update) {
    const position = table.positions.get(change.path)
    const column = position === undefined ? undefined : table.columns[position]
    if (column === undefined || !isSimple(column, change)) return undefined
    compiler.add(`c${position}`, column, change)
  }
  return compiler.finish(nowMs)
}

function isSimple(column: Column, change: Change): change is ScalarChange {
  // Core has a rule of its own for `_id`; a dot in a path leads into a value.
  if (column.name === '_id' || column.name.includes('.')) return false
  if (column.type === 'object' || column.type === 'array') return false
  switch (change.operator) {
    case '$set':
      return change.value !== null && cellProblem(column, change.value) === undefined
    case '$inc':
      return column.type === 'number'
    case '$unset':
      return !column.required
    default:
      return false
  }
}

class UpdateCompiler {
  readonly #firstFunction: number
  readonly #functions: RowFunction[] = []
  readonly #assignments: string[] = []
  readonly #parameters: SQLInputValue[] = []
  readonly #differences: string[] = []
  readonly #differenceParameters: SQLInputValue[] = []
  /** Columns whose null may be in `extra`, from where the change has to take it. */
  readonly #nullable: { readonly cell: string; readonly name: string; readonly change: ScalarChange }[] = []

  constructor(firstFunction: number) {
    this.#firstFunction = firstFunction
  }

  add(cell: string, column: Column, change: ScalarChange): void {
    if (!column.required) this.#nullable.push({ cell, name: column.name, change })
    switch (change.operator) {
      case '$set':
        return this.#set(cell, encodeCell(column, change.value))
      case '$inc':
        return this.#increase(cell, column, change)
      case '$unset':
        return this.#unset(cell)
    }
  }

  finish(nowMs: number): UpdateSql {
    let modified = 0
    const touch = this.#function(() => {
      modified += 1
      return nowMs
    })
    const extra = this.#extraWithoutNulls()
    if (extra !== undefined) {
      this.#assignments.push(`extra = ${extra}`)
      this.#differences.push(`extra IS NOT ${extra}`)
    }
    // SET sees the old values everywhere, so this compares old with new. The function runs for changed rows only.
    this.#assignments.push(`changed = CASE WHEN ${this.#differences.join(' OR ')} THEN ${touch}) ELSE changed END`)
    return {
      assignments: this.#assignments.join(', '),
      parameters: [...this.#parameters, ...this.#differenceParameters],
      functions: this.#functions,
      modifiedRows: () => modified,
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
    this.#differences.push(`${cell} IS NOT NULL`)
  }

  #increase(cell: string, column: Column, change: Extract<Change, { operator: '$inc' }>): void {
    const apply = compileUpdate([change])
    const add = this.#function(([value]) => apply({ [column.name]: value as number }).row[column.name] as number)
    const isSafe = Math.abs(change.value) < safeSummand ? `abs(${cell}) < ${safeSummand}` : '0'
    this.#assignments.push(
      `${cell} = CASE WHEN ${cell} IS NULL THEN ? WHEN ${isSafe} THEN ${cell} + ? ELSE ${add}, ${cell}) END`,
    )
    this.#parameters.push(change.value, change.value)
    this.#differences.push(`${cell} IS NULL OR ${cell} + ? <> ${cell}`)
    this.#differenceParameters.push(change.value)
  }

  /** The `extra` without the nulls of the changed columns; undefined when none of them can be null. */
  #extraWithoutNulls(): string | undefined {
    if (this.#nullable.length === 0) return undefined
    const drop = this.#function(([extra]) => dropNulls(extra as string, this.#nullable))
    const anyNull = this.#nullable.map(({ cell }) => `${cell} IS NULL`).join(' OR ')
    return `CASE WHEN extra IS NULL OR NOT (${anyNull}) THEN extra ELSE ${drop}, extra) END`
  }

  /** The beginning of a call; arguments and the closing parenthesis follow. */
  #function(run: RowFunction): string {
    return `${rowFunction}(${this.#firstFunction + this.#functions.push(run) - 1}`
  }
}

function dropNulls(
  extra: string,
  changes: readonly { readonly name: string; readonly change: ScalarChange }[],
): SQLOutputValue {
  const fields = parseExtra(extra)
  for (const { name, change } of changes) {
    if (!Object.hasOwn(fields, name)) continue
    // Core says why null is no number to add to.
    if (change.operator === '$inc') compileUpdate([change])({ [name]: null })
    delete fields[name]
  }
  return Object.keys(fields).length === 0 ? null : JSON.stringify(fields)
}

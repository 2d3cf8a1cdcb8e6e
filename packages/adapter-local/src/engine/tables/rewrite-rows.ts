import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import type { Row } from '@stowage/core'
import {
  batchToRows,
  type Cell,
  cellProblem,
  compileUpdate,
  type FilterNode,
  invalidArgument,
  type UpdateCounts,
  type UpdateTree,
} from '@stowage/core/driver'
import type { TableEntry } from './catalogue.ts'
import { guardUnique } from '../constraint-error.ts'
import type { Database } from '../database.ts'
import { fieldOf } from './field-reader.ts'
import { planProjection } from './field-selection.ts'
import { rowEncoder } from './row-encoder.ts'
import { compileQuery, where } from './table-find.ts'

const pageRows = 500

/**
 * Changes rows one by one in JavaScript: updates that SQL can't express. Part of a transaction.
 *
 * A row keeps its number, and pages go by number, so a row that was changed is never met again.
 */
export function rewriteRows(
  database: Database,
  entry: TableEntry,
  filter: FilterNode,
  update: UpdateTree,
  nowMs: number,
): Pick<UpdateCounts, 'matched' | 'modified'> {
  const read = pageReader(database, entry, filter)
  const write = rowWriter(database, entry, nowMs)
  const apply = compileUpdate(update)
  const fields = new Set(update.map(({ path }) => fieldOf(path)))
  let matched = 0
  let modified = 0
  for (let page = read(0); page.rids.length > 0; page = read(page.rids.at(-1) as number)) {
    matched += page.rids.length
    for (const [index, row] of page.rows.entries()) {
      const changed = apply(row)
      if (!changed.isModified) continue
      checkFields(entry, fields, changed.row)
      write(page.rids[index] as number, changed.row)
      modified += 1
    }
  }
  return { matched, modified }
}

interface Page {
  readonly rids: readonly number[]
  readonly rows: readonly Row[]
}

function pageReader(database: Database, entry: TableEntry, filter: FilterNode): (behindRid: number) => Page {
  const { conditions, parameters } = compileQuery(database, entry, { filter, sort: [] })
  const { decoder } = planProjection(entry, undefined)
  const all = where([...conditions, 'rid > ?'])
  const sql = `SELECT ${decoder.sql}, rid FROM ${entry.sqlTable}${all} ORDER BY rid LIMIT ${pageRows}`
  const statement = database.statement(sql)
  return (behindRid) => {
    const raw = statement.all(...parameters, behindRid) as unknown as SQLOutputValue[][]
    const rids = raw.map((row) => row.at(-1) as number)
    return { rids, rows: batchToRows(decoder.decode(raw)) }
  }
}

function rowWriter(database: Database, entry: TableEntry, nowMs: number): (rid: number, row: Row) => void {
  const cells = entry.columns.map((_, position) => `c${position} = ?, `).join('')
  const statement = database.statement(`UPDATE ${entry.sqlTable} SET ${cells}extra = ?, changed = ? WHERE rid = ?`)
  return (rid, row) => {
    const fields = Object.keys(row)
    const encode = rowEncoder(entry, fields, [nowMs, rid])
    const values: SQLInputValue[] = encode(fields.map((field) => row[field] as Cell))
    guardUnique(entry, () => statement.run(...values))
  }
}

function checkFields(entry: TableEntry, fields: ReadonlySet<string>, row: Row): void {
  for (const name of fields) {
    const column = entry.columns[entry.positions.get(name) ?? -1]
    const problem = column === undefined ? undeclaredProblem(entry, row[name]) : cellProblem(column, row[name])
    if (problem !== undefined) throw invalidArgument(`update: "${name}" ${problem}`, { column: name })
  }
}

function undeclaredProblem({ undeclaredFields }: TableEntry, cell: Cell): string | undefined {
  if (undeclaredFields === 'keep' || cell === undefined) return undefined
  return 'is not a column of the table, which refuses other fields'
}

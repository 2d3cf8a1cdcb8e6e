import { isColumnName, webalizeColumnName } from '../column-name.ts'
import { KeboolaError } from '../keboola-error.ts'
import { timestampColumn } from './stored-table.ts'
import type { TableColumn, TableRecord } from './table-record.ts'
import { defaultColumnType } from './column-type.ts'

/** Which column of the data is which of the table. */
export interface ImportPlan {
  /** The columns of the data, by the names the table has for them, in the data's order. */
  readonly names: readonly string[]
  /** Columns the table gets in addition. */
  readonly added: readonly TableColumn[]
  /** Where the data has the instants of its rows; -1 for nowhere. */
  readonly timestampAt: number
}

/** Makes the columns of a new, untyped table of a header. */
export function columnsOfHeader(header: readonly string[] | undefined): readonly TableColumn[] {
  if (header === undefined || header.length === 0 || (header.length === 1 && header[0] === '')) {
    throw new KeboolaError(400, 'storage.tables.validation.noColumns', 'The data has no columns: a header is missing')
  }
  const names = header.map((name) => checkedName(name))
  checkDistinct(names, (name) => name.toLowerCase())
  return names.map((name) => untypedColumn(name))
}

/** A column that holds text. */
export function untypedColumn(name: string): TableColumn {
  return { name, definition: null, basetype: null, storedAs: 'string' }
}

function checkedName(given: string): string {
  const name = webalizeColumnName(given)
  if (isColumnName(name)) return name
  const message = `"${given.slice(0, 100)}" can not be the name of a column: it must have 1 to 64 characters`
  throw new KeboolaError(400, 'storage.tables.validation.invalidColumnName', message)
}

function checkDistinct(names: readonly string[], keyOf: (name: string) => string): void {
  const seen = new Set<string>()
  for (const name of names) {
    const key = keyOf(name)
    if (seen.has(key)) {
      const message = `The column "${name}" is there twice`
      throw new KeboolaError(400, 'storage.tables.validation.invalidColumnName', message)
    }
    seen.add(key)
  }
}

/** Finds the columns of a table in a header: all must be there, in any order; what is there beside them is added. */
export function planImport(
  table: TableRecord,
  header: readonly string[] | undefined,
  hasTimestamps: boolean,
): ImportPlan {
  const timestampAt = hasTimestamps ? (header ?? []).indexOf(timestampColumn) : -1
  const known = new Set(table.columns.map(({ name }) => name))
  const names = (header ?? []).map((name, at) =>
    at === timestampAt ? timestampColumn : known.has(name) ? name : webalizeColumnName(name),
  )
  const missing = [...known].filter((name) => !names.includes(name))
  if (missing.length > 0) throw columnsNotMatch(table, missing)
  const extra = names.filter((name, at) => at !== timestampAt && !known.has(name)).map((name) => checkedName(name))
  checkDistinct(names, (name) => name)
  checkDistinct([...known, ...extra], (name) => name.toLowerCase())
  return { names, added: extra.map((name) => newColumn(table, name)), timestampAt }
}

/** A column that is added to a table without saying more. */
export function newColumn(table: TableRecord, name: string): TableColumn {
  return table.isTyped ? { name, ...defaultColumnType(false), storedAs: 'string' } : untypedColumn(name)
}

function columnsNotMatch(table: TableRecord, missingColumns: readonly string[]): KeboolaError {
  const message = `Some columns are missing in the csv file. Missing columns: ${missingColumns.join(',')}. Expected columns: ${table.columns.map(({ name }) => name).join(',')}. Please check if the expected delimiter "," is used in the csv file.`
  const results = { missingColumns, expectedColumns: table.columns.map(({ name }) => name) }
  return new KeboolaError(400, 'csvImport.columnsNotMatch', message, { results })
}

import { type Column, type ColumnDefinition, columnTypes, type IndexDefinition } from '../contract/column.ts'
import type { Limits } from '../contract/capabilities.ts'
import type { CreateTableRequest } from '../driver/table-driver.ts'
import { invalidArgument } from '../errors/storage-error.ts'
import type { CallOptions } from './call-options.ts'
import { checkName, checkOptions } from './names.ts'

/** A column with its name, for tables whose columns are given as a list. */
export type NamedColumn = Exclude<ColumnDefinition, string> & {
  /** The column's name. */
  readonly name: string
}

/** What a table is created with. */
export interface TableDefinition extends CallOptions {
  /** The columns: types by name, or a list where their order must hold for names like `1`. At least one. */
  readonly columns: Readonly<Record<string, ColumnDefinition>> | readonly NamedColumn[]
  /** The columns that tell rows apart; needed for `upsert`. They are required. Default: none. */
  readonly primaryKey?: readonly string[] | undefined
  /** Further indexes. Default: none. */
  readonly indexes?: readonly IndexDefinition[] | undefined
  /** What happens to fields no column declares: `keep` stores them, `refuse` fails the row. Default: `keep` where the backend can, otherwise `refuse`. */
  readonly undeclaredFields?: 'keep' | 'refuse' | undefined
  /** Free text. Default: none. */
  readonly description?: string | undefined
}

const definitionNames = ['columns', 'primaryKey', 'indexes', 'undeclaredFields', 'description', 'signal', 'timeoutMs']

/** Checks a definition as a whole and completes it. */
export function parseTableDefinition(
  definition: TableDefinition,
  limits: Limits,
  keepsUndeclared: boolean,
): Omit<CreateTableRequest, 'bucket' | 'table'> {
  checkOptions('table.create', definition, definitionNames)
  const primaryKey = definition.primaryKey ?? []
  const columns = parseColumns(definition.columns, limits).map((column) =>
    primaryKey.includes(column.name) ? { ...column, required: true } : column,
  )
  const indexes = definition.indexes ?? []
  checkKey(columns, primaryKey, 'the primary key')
  checkIndexes(columns, indexes)
  return {
    columns,
    primaryKey,
    indexes,
    undeclaredFields: checkUndeclared(definition.undeclaredFields, keepsUndeclared),
    description: definition.description,
  }
}

function parseColumns(given: TableDefinition['columns'], limits: Limits): Column[] {
  if (typeof given !== 'object' || given === null)
    throw invalidArgument('columns must be an object like { id: "string" }')
  const list = Array.isArray(given)
    ? (given as readonly NamedColumn[]).map((column): [string, ColumnDefinition] => [column.name, column])
    : Object.entries(given as Readonly<Record<string, ColumnDefinition>>)
  if (list.length === 0) throw invalidArgument('a table needs at least one column')
  if (limits.columnsPerTable !== undefined && list.length > limits.columnsPerTable) {
    throw invalidArgument(`${list.length} columns are too many: this backend takes ${limits.columnsPerTable}`)
  }
  checkDistinct(
    list.map(([name]) => name),
    'column',
  )
  return list.map(([name, definition]) =>
    parseColumn(checkName('column name', name, limits.columnNameBytes), definition),
  )
}

function parseColumn(name: string, definition: ColumnDefinition): Column {
  const { type, required, native, description } = typeof definition === 'string' ? { type: definition } : definition
  if (name === '__proto__') throw invalidArgument('a column can not be named __proto__')
  if (!columnTypes.includes(type)) {
    throw invalidArgument(`column "${name}" has the unknown type "${String(type)}": use ${columnTypes.join(', ')}`)
  }
  return { name, type, required: required ?? false, native, description }
}

/** Checks that a key names columns of the table, each once, of types that can be compared. */
export function checkKey(columns: readonly Column[], key: readonly string[], what: string): void {
  checkDistinct(key, `column of ${what}`)
  for (const name of key) {
    const column = columns.find((candidate) => candidate.name === name)
    if (column === undefined) {
      const known = columns.map((candidate) => candidate.name).join(', ')
      throw invalidArgument(`${what} names the unknown column "${name}": the table has ${known}`)
    }
    if (column.type === 'object' || column.type === 'array') {
      throw invalidArgument(`${what} can not use column "${name}" of type ${column.type}: use a scalar column`)
    }
  }
}

function checkIndexes(columns: readonly Column[], indexes: readonly IndexDefinition[]): void {
  checkDistinct(
    indexes.map((index) => index.name),
    'index',
  )
  for (const index of indexes) {
    if (index.columns.length === 0) throw invalidArgument(`index "${index.name}" names no column`)
    checkKey(columns, index.columns, `index "${index.name}"`)
  }
}

function checkDistinct(names: readonly string[], what: string): void {
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) throw invalidArgument(`the ${what} "${name}" is given twice: leave one out`)
    seen.add(name)
  }
}

function checkUndeclared(wanted: 'keep' | 'refuse' | undefined, keepsUndeclared: boolean): 'keep' | 'refuse' {
  if (wanted === undefined) return keepsUndeclared ? 'keep' : 'refuse'
  if (wanted !== 'keep' && wanted !== 'refuse') throw invalidArgument('undeclaredFields must be "keep" or "refuse"')
  if (wanted === 'refuse' || keepsUndeclared) return wanted
  throw invalidArgument(
    'this backend does not keep undeclared fields: declare the columns, or use undeclaredFields: "refuse"',
  )
}

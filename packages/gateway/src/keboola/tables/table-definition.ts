import { isColumnName, webalizeColumnName } from '../column-name.ts'
import { badRequest } from '../keboola-error.ts'
import type { RequestFields } from '../request-fields.ts'
import { defaultColumnType, readColumnType } from './column-type.ts'
import type { NewTable } from './create-table.ts'
import { untypedColumn } from './import-header.ts'
import type { TableColumn } from './table-record.ts'

const code = 'storage.tables.validation'

/** Reads the columns and the key of a new, empty table: it is typed as soon as one of its columns is. */
export function readDefinition(fields: RequestFields): Omit<NewTable, 'bucketId' | 'name'> {
  const given = fields.refusing(code).objects('columns') ?? []
  if (given.length === 0) throw badRequest('columns: a table needs at least one column', code)
  const primaryKey = [...new Set(fields.refusing('storage.validation.primaryKey').texts('primaryKeysNames') ?? [])]
  const isTyped = given.some((one) => one.has('basetype') || one.object('definition')?.has('type') === true)
  const columns = given.map((one) => readColumn(one, isTyped, primaryKey))
  checkDistinct(columns)
  const unknown = primaryKey.find((name) => !columns.some((column) => column.name === name))
  if (unknown !== undefined) {
    throw badRequest(`The primary key column "${unknown}" is not among the columns`, 'storage.validation.primaryKey')
  }
  return { columns, primaryKey, isTyped, timestampType: readTimestampType(fields) }
}

function readColumn(given: RequestFields, isTyped: boolean, primaryKey: readonly string[]): TableColumn {
  const name = given.requiredText('name')
  if (webalizeColumnName(name) !== name || !isColumnName(name)) {
    const message = `"${name.slice(0, 100)}" can not be the name of a column: use letters, digits and underscores, 64 at most`
    throw badRequest(message, 'storage.tables.invalidColumnName')
  }
  if (!isTyped) return untypedColumn(name)
  const isKey = primaryKey.includes(name)
  return { name, ...(readColumnType(given, isKey) ?? defaultColumnType(isKey)), storedAs: 'string' }
}

function checkDistinct(columns: readonly TableColumn[]): void {
  const seen = new Set<string>()
  for (const { name } of columns) {
    const key = name.toLowerCase()
    if (seen.has(key)) throw badRequest(`The column "${name}" is there twice`, 'storage.tables.columnAlreadyExists')
    seen.add(key)
  }
}

function readTimestampType(fields: RequestFields): 'MANAGED' | 'NONE' {
  const type = fields.text('timestampType')?.toUpperCase() ?? 'MANAGED'
  if (type === 'MANAGED' || type === 'NONE') return type
  throw badRequest(`"${type}" is no timestampType: use MANAGED or NONE`, code)
}

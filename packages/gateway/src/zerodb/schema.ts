import {
  type ColumnType,
  columnTypes,
  type IndexDefinition,
  type NamedColumn,
  type TableDefinition,
} from '@stowage/core'
import type { RequiredFields } from './options.ts'
import { fieldOf, isJsonObject, type JsonObject, optionalField } from './request-body.ts'
import { refusal, type ZerodbError } from './zerodb-error.ts'

/** A schema as the client sent it. */
export interface TableSchema {
  /** The type of each field. */
  readonly fields: Readonly<Record<string, ColumnType>>
  /** The indexes; undefined where none were sent. */
  readonly indexes?: readonly IndexDefinition[]
}

/** The column that holds the ids of rows. */
export const idColumn = '_id'

/** Reads the schema of a new table. */
export function readSchema(value: unknown): TableSchema {
  if (!isJsonObject(value)) throw wrong('schema is missing: send {"fields": {"name": "string"}}')
  const fields = readFields(fieldOf(value, 'fields'))
  const indexes = optionalField(value, 'indexes')
  return indexes === undefined ? { fields } : { fields, indexes: readIndexes(indexes, fields) }
}

function readFields(value: unknown): TableSchema['fields'] {
  if (!isJsonObject(value) || Object.keys(value).length === 0) {
    throw wrong('schema.fields must be an object with at least one field, as in {"name": "string"}')
  }
  for (const [name, type] of Object.entries(value)) checkField(name, type)
  return value as TableSchema['fields']
}

function checkField(name: string, type: unknown): void {
  const shown = JSON.stringify(name)
  if (name === '' || name === '__proto__' || !name.isWellFormed()) throw wrong(`a field can not be named ${shown}`)
  if (name === idColumn) throw wrong(`the field "${idColumn}" is the id that every row is given: name it otherwise`)
  if (columnTypes.includes(type as ColumnType)) return
  throw wrong(`field ${shown} has an unknown type: use ${columnTypes.join(', ')}`)
}

function readIndexes(value: unknown, fields: TableSchema['fields']): IndexDefinition[] {
  if (!Array.isArray(value)) throw wrong('schema.indexes must be a list')
  const indexes = value.map((one: unknown) => readIndex(one, fields))
  const names = indexes.map(({ name }) => name)
  const repeated = names.find((name, at) => names.indexOf(name) !== at)
  if (repeated !== undefined) throw wrong(`the index ${JSON.stringify(repeated)} is given twice`)
  return indexes
}

function readIndex(value: unknown, fields: TableSchema['fields']): IndexDefinition {
  const { name, columns, unique } = isJsonObject(value) ? readIndexParts(value) : {}
  if (typeof name !== 'string' || name === '') throw wrong('an index needs a name')
  const place = `index ${JSON.stringify(name)}`
  if (!Array.isArray(columns) || columns.length === 0) throw wrong(`${place} needs a list of columns`)
  if (unique !== undefined && typeof unique !== 'boolean') throw wrong(`${place}: unique must be true or false`)
  const names = (columns as unknown[]).map((column) => checkIndexColumn(column, fields, place))
  if (new Set(names).size !== names.length) throw wrong(`${place} names a column twice`)
  // What an array would clash with isn't documented, and the storage can't tell either.
  const composite = names.find((column) => isComposite(fields[column]))
  if (unique === true && composite !== undefined) {
    throw wrong(`${place} can't be unique over ${JSON.stringify(composite)}: this gateway compares plain values only`)
  }
  return { name, columns: names, ...(unique === undefined ? {} : { unique }) }
}

function readIndexParts(value: JsonObject): { name?: unknown; columns?: unknown; unique?: unknown } {
  return {
    name: fieldOf(value, 'name'),
    columns: fieldOf(value, 'columns'),
    unique: optionalField(value, 'unique'),
  }
}

function checkIndexColumn(column: unknown, fields: TableSchema['fields'], place: string): string {
  if (typeof column === 'string' && Object.hasOwn(fields, column)) return column
  throw wrong(`${place} names ${JSON.stringify(column)}, which is not a field of the schema`)
}

function isComposite(type: ColumnType | undefined): boolean {
  return type === 'object' || type === 'array'
}

function wrong(detail: string): ZerodbError {
  return refusal('INVALID_SCHEMA', detail)
}

/**
 * The storage's table for a schema: its fields behind the id of the row, which is the primary key.
 *
 * @param idName - what the column of the ids is called
 * @param record - what is remembered of the table, as the description of that column; undefined for no description
 */
export function tableDefinition(
  { fields, indexes = [] }: TableSchema,
  requiredFields: RequiredFields,
  idName: string,
  record?: string,
): Pick<TableDefinition, 'columns' | 'primaryKey' | 'indexes'> {
  const guarded = new Set(indexes.flatMap(({ columns, unique }) => (unique === true ? columns : [])))
  const isRequired = (name: string): boolean =>
    requiredFields === 'all' || (requiredFields === 'unique-indexed' && guarded.has(name))
  const columns: NamedColumn[] = [
    { name: idName, type: 'string', required: true, ...(record === undefined ? {} : { description: record }) },
    ...Object.entries(fields).map(([name, type]) => ({ name, type, required: isRequired(name) })),
  ]
  // An index that isn't unique changes no answer: those the storage can't have are remembered only.
  const kept = indexes.filter(({ columns: names }) => !names.some((name) => isComposite(fields[name])))
  return { columns, primaryKey: [idName], indexes: kept }
}

import type { Column, IndexDefinition, TableInfo } from '@stowage/core'
import { compareText, type CreateTableRequest, invalidArgument, StorageError } from '@stowage/core/driver'
import type { ZerodbIndex, ZerodbSchema, ZerodbTable } from './answers.ts'
import { onlyBucket } from './bucket.ts'

/** The unique index that stands for a table's primary key. */
const keyIndexName = 'primary_key'

/** Gives what core knows of a table. A listing has no schema: columns, key and indexes are empty there. */
export function toTableInfo(table: ZerodbTable): TableInfo {
  const { fields = {}, indexes = [] } = table.schema ?? {}
  const primaryKey = indexes.find(isKeyIndex)?.columns ?? []
  const required = new Set(indexes.flatMap((index) => (index.unique === true ? index.columns : [])))
  return {
    bucket: onlyBucket,
    name: table.tableName,
    columns: Object.entries(fields).map(([name, type]): Column => ({
      name,
      type,
      required: required.has(name),
      native: undefined,
      description: undefined,
    })),
    primaryKey,
    indexes: indexes.filter((index) => !isKeyIndex(index)).map(toIndex),
    undeclaredFields: 'keep',
    description: table.description,
    rowCount: table.rowCount,
    createdAt: table.createdAt,
    updatedAt: table.updatedAt ?? table.createdAt,
  }
}

/** Tells whether a table has an index that makes a row clash with others. */
export function hasUniqueIndex({ primaryKey, indexes }: TableInfo): boolean {
  return primaryKey.length > 0 || indexes.some(({ unique }) => unique === true)
}

/** Gives the columns whose values a unique index guards. */
export function uniqueColumns({ primaryKey, indexes }: TableInfo): ReadonlySet<string> {
  return new Set([...primaryKey, ...indexes.flatMap(({ unique, columns }) => (unique === true ? columns : []))])
}

/**
 * Gives the schema of a new table: the primary key is a unique index.
 *
 * @throws StorageError `unsupported` for what the service has no place for, `invalid-argument` for names it would change
 */
export function toSchema(request: CreateTableRequest): ZerodbSchema {
  const { columns, primaryKey, indexes, undeclaredFields } = request
  if (undeclaredFields === 'refuse') throw unsupported('its tables take any field: leave undeclaredFields out')
  if (indexes.some(({ name }) => name === keyIndexName))
    throw invalidArgument(`the index name "${keyIndexName}" is that of the primary key: choose another one`)
  const guarded = new Set(indexes.flatMap(({ unique, columns: names }) => (unique === true ? names : [])))
  for (const column of columns) checkColumn(column, primaryKey.includes(column.name) || guarded.has(column.name))
  const keyIndex = { name: keyIndexName, columns: primaryKey, unique: true }
  return {
    fields: Object.fromEntries(columns.map(({ name, type }) => [name, type])),
    indexes: [...(primaryKey.length === 0 ? [] : [keyIndex]), ...indexes.map(toIndex)],
  }
}

/** Checks the name of a new table; which characters the service takes is not documented, and a name like an id would be taken for one. */
export function checkNewName(name: string): void {
  if (/^[A-Za-z_][A-Za-z0-9_-]{0,99}$/.test(name) && !name.startsWith('tbl_')) return
  const rule = 'letters, digits, _ and -, at most 100, not beginning with a digit, - or tbl_'
  throw invalidArgument(`${JSON.stringify(name)} can't name a new ZeroDB table: names have ${rule}`)
}

/** Tells whether a table that is there is the one that was to be made. */
export function isSameTable(table: ZerodbTable, schema: ZerodbSchema, description: string | undefined): boolean {
  const there = table.schema === undefined ? undefined : definitionOf(table.schema)
  return there === definitionOf(schema) && table.description === (description || undefined)
}

/** Gives a schema as text that is the same for the same schema, whatever the order of its fields. */
function definitionOf({ fields, indexes = [] }: ZerodbSchema): string {
  const sorted = Object.entries(fields).toSorted(([left], [right]) => compareText(left, right))
  return JSON.stringify([sorted, indexes.map(toIndex)])
}

function isKeyIndex({ name, unique }: ZerodbIndex): boolean {
  return name === keyIndexName && unique === true
}

function toIndex({ name, columns, unique = false }: IndexDefinition): Required<IndexDefinition> {
  return { name, columns, unique: unique === true }
}

function checkColumn({ name, required, description }: Column, isGuarded: boolean): void {
  if (name === '_id') throw invalidArgument('a column can not be named _id: ZeroDB keeps the id of each row there')
  // JavaScript, and so JSON here, has such keys first.
  if (/^(?:0|[1-9]\d*)$/.test(name))
    throw invalidArgument(`a column can not be named ${name} here: names that look like integers lose their place`)
  if (required && !isGuarded)
    throw unsupported(`only columns of the primary key or a unique index are required there: let "${name}" be optional`)
  if (description !== undefined)
    throw unsupported(`columns have no description there: leave that of "${name}" out, or put it in the table's`)
}

function unsupported(why: string): StorageError {
  return new StorageError({ code: 'unsupported', message: `ZeroDB can't make this table: ${why}` })
}

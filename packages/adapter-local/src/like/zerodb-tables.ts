import type { Column, TableInfo } from '@stowage/core'
import { type CreateTableRequest, invalidArgument, StorageError } from '@stowage/core/driver'

const tableName = /^(?!tbl_)[A-Za-z_][A-Za-z0-9_-]{0,99}$/
const keyIndex = 'primary_key'

/** Holds a new table to what the service can keep of it, and gives it as the service would: only unique values are required. */
export function zerodbTable(request: CreateTableRequest): CreateTableRequest {
  const { table, columns, primaryKey, indexes, undeclaredFields } = request
  if (!tableName.test(table)) {
    const rule = 'letters, digits, _ and -, at most 100, and do not begin with a digit, - or tbl_'
    throw invalidArgument(`ZeroDB takes no table called ${JSON.stringify(table)}: names have ${rule}`)
  }
  if (undeclaredFields === 'refuse') throw unsupported('tables take fields of any name: leave undeclaredFields out')
  if (indexes.some(({ name }) => name === keyIndex)) {
    throw invalidArgument(
      `an index can not be called ${keyIndex} on ZeroDB: the index of the primary key is; rename it`,
    )
  }
  const unique = new Set([...primaryKey, ...indexes.flatMap((index) => (index.unique === true ? index.columns : []))])
  return { ...request, columns: columns.map((column) => zerodbColumn(column, unique.has(column.name))) }
}

function zerodbColumn({ name, type, required, description }: Column, isUnique: boolean): Column {
  if (name === '_id') throw invalidArgument('a column can not be called _id on ZeroDB, which gives every row one')
  if (/^(0|[1-9]\d*)$/.test(name)) {
    throw invalidArgument(
      `a column can not be called ${name} on ZeroDB: names that look like integers lose their place`,
    )
  }
  if (required && !isUnique) throw unsupported(`only unique columns are required: let "${name}" be optional`)
  if (description !== undefined) throw unsupported(`columns have no description: leave that of "${name}" out`)
  return { name, type, required: isUnique, native: undefined, description: undefined }
}

/** Gives a table as the service lists it: without its schema. */
export function zerodbListed(info: TableInfo): TableInfo {
  return { ...info, columns: [], primaryKey: [], indexes: [] }
}

function unsupported(why: string): StorageError {
  return new StorageError({ code: 'unsupported', message: `ZeroDB can not keep this table: ${why}` })
}

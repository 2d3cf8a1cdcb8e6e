import type { Table, TableInfo } from '@stowage/core'
import { KeyedRows } from './keyed-rows.ts'
import { idColumn, type TableSchema } from './schema.ts'
import { RenamedRows, renamedIdColumn } from './renamed-rows.ts'
import { OwnRows, type TableRows } from './table-rows.ts'
import { derivedTableId } from './zerodb-ids.ts'

/** What the gateway remembers of a table it created, beyond what the storage knows. */
export interface TableRecord {
  /** Its id. */
  readonly id: string
  /** Its schema as it was sent. */
  readonly schema: TableSchema
  /** When it was created, in milliseconds since 1970. */
  readonly createdMs: number
  /** Its place among tables of one instant. */
  readonly sequence: number
}

/** A table as it is served. */
export interface ServedTable extends TableRecord {
  /** The storage's table. */
  readonly table: Table
  /** What the storage says of it. */
  readonly info: TableInfo
  /** Its rows. */
  readonly rows: TableRows
}

const label = 'Row id of the ZeroDB gateway, which remembers: '
const separator = '\n\n'

/** Writes a record as text. */
export function recordText(record: TableRecord): string {
  return label + JSON.stringify(record)
}

/** Adds a record to the description of a table: for storages whose columns have none. */
export function describedWith(description: string | undefined, record: string): string {
  return (description ?? '') + separator + record
}

/**
 * Puts together what is known of a table. One that no gateway created is what the storage says.
 *
 * @returns undefined for a table that can't be served, because nothing tells its rows apart
 */
export function servedTable(table: Table, info: TableInfo, createId: (kind: 'row') => string): ServedTable | undefined {
  const rows = rowsOf(table, info, createId)
  if (rows === undefined) return undefined
  const { text, shown } = recordOf(info)
  return { ...(readRecord(text) ?? derivedRecord(info)), table, info: shown, rows }
}

/** Takes the record out of where it is kept: the description of the ids' column, or the end of the table's. */
function recordOf(info: TableInfo): { readonly text: string | undefined; readonly shown: TableInfo } {
  const { columns, description, primaryKey } = info
  const at = primaryKey[0] === renamedIdColumn ? (description?.lastIndexOf(separator + label) ?? -1) : -1
  if (description === undefined || at === -1) {
    return { text: columns.find(({ name }) => name === idColumn)?.description, shown: info }
  }
  const shown = { ...info, description: description.slice(0, at) || undefined }
  return { text: description.slice(at + separator.length), shown }
}

function rowsOf(table: Table, info: TableInfo, createId: (kind: 'row') => string): TableRows | undefined {
  const { primaryKey, columns } = info
  if (isIdKey(primaryKey)) return new (primaryKey[0] === idColumn ? OwnRows : RenamedRows)(table, createId)
  // A key whose name reads as a path can't be looked up, and a column of that name would be hidden by the id.
  const isSearchable = primaryKey.every((name) => !name.includes('.') && !name.startsWith('$'))
  const isHidden = columns.some(({ name }) => name === idColumn)
  return primaryKey.length > 0 && isSearchable && !isHidden ? new KeyedRows(table, primaryKey) : undefined
}

function readRecord(text: string | undefined): TableRecord | undefined {
  if (text === undefined || !text.startsWith(label)) return undefined
  try {
    return JSON.parse(text.slice(label.length)) as TableRecord
  } catch {
    return undefined
  }
}

function derivedRecord({ bucket, name, columns, indexes, primaryKey, createdAt }: TableInfo): TableRecord {
  const isOwn = isIdKey(primaryKey)
  const others = columns.filter((column) => !isOwn || column.name !== primaryKey[0])
  const fields = Object.fromEntries(others.map((column) => [column.name, column.type]))
  const key = isOwn ? [] : [{ name: 'primary_key', columns: primaryKey, unique: true }]
  const schema = { fields, indexes: [...key, ...indexes] }
  return { id: derivedTableId(bucket, name), schema, createdMs: createdAt?.getTime() ?? 0, sequence: 0 }
}

function isIdKey(primaryKey: readonly string[]): boolean {
  return primaryKey.length === 1 && (primaryKey[0] === idColumn || primaryKey[0] === renamedIdColumn)
}

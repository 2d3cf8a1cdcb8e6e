import type { Table, TableInfo } from '@stowage/core'
import { KeyedRows } from './keyed-rows.ts'
import { idColumn, type TableSchema } from './schema.ts'
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

/** Writes a record as text. */
export function recordText(record: TableRecord): string {
  return label + JSON.stringify(record)
}

/**
 * Puts together what is known of a table. One that no gateway created is what the storage says.
 *
 * @returns undefined for a table that can't be served, because nothing tells its rows apart
 */
export function servedTable(table: Table, info: TableInfo, createId: (kind: 'row') => string): ServedTable | undefined {
  const rows = rowsOf(table, info, createId)
  return rows && { ...(readRecord(info) ?? derivedRecord(info)), table, info, rows }
}

function rowsOf(table: Table, info: TableInfo, createId: (kind: 'row') => string): TableRows | undefined {
  const { primaryKey, columns } = info
  if (primaryKey.length === 1 && primaryKey[0] === idColumn) return new OwnRows(table, createId)
  // A key whose name reads as a path can't be looked up, and a column of that name would be hidden by the id.
  const isSearchable = primaryKey.every((name) => !name.includes('.') && !name.startsWith('$'))
  const isHidden = columns.some(({ name }) => name === idColumn)
  return primaryKey.length > 0 && isSearchable && !isHidden ? new KeyedRows(table, primaryKey) : undefined
}

function readRecord({ columns }: TableInfo): TableRecord | undefined {
  const text = columns.find(({ name }) => name === idColumn)?.description
  if (text === undefined || !text.startsWith(label)) return undefined
  try {
    return JSON.parse(text.slice(label.length)) as TableRecord
  } catch {
    return undefined
  }
}

function derivedRecord({ bucket, name, columns, indexes, primaryKey, createdAt }: TableInfo): TableRecord {
  const others = columns.filter((column) => column.name !== idColumn)
  const fields = Object.fromEntries(others.map((column) => [column.name, column.type]))
  const key = primaryKey[0] === idColumn ? [] : [{ name: 'primary_key', columns: primaryKey, unique: true }]
  const schema = { fields, indexes: [...key, ...indexes] }
  return { id: derivedTableId(bucket, name), schema, createdMs: createdAt?.getTime() ?? 0, sequence: 0 }
}

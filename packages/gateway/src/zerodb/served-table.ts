import type { Table, TableInfo } from '@stowage/core'
import { idColumn, type TableSchema } from './schema.ts'
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
}

const label = 'Row id of the ZeroDB gateway, which remembers: '

/** Writes a record as text. */
export function recordText(record: TableRecord): string {
  return label + JSON.stringify(record)
}

/** Tells whether a table can be served: its rows have ids. */
export function hasRowIds({ primaryKey }: TableInfo): boolean {
  return primaryKey.length === 1 && primaryKey[0] === idColumn
}

/** Puts together what is known of a table. One that no gateway created is what the storage says. */
export function servedTable(table: Table, info: TableInfo): ServedTable {
  return { ...(readRecord(info) ?? derivedRecord(info)), table, info }
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

function derivedRecord({ bucket, name, columns, indexes, createdAt }: TableInfo): TableRecord {
  const others = columns.filter((column) => column.name !== idColumn)
  const fields = Object.fromEntries(others.map((column) => [column.name, column.type]))
  const createdMs = createdAt?.getTime() ?? 0
  return { id: derivedTableId(bucket, name), schema: { fields, indexes }, createdMs, sequence: 0 }
}

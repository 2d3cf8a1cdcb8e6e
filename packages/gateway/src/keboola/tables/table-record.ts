import type { ColumnType } from '@stowage/core'

/** What a typed table says of a column. */
export interface ColumnDefinition {
  /** The type of the backend, for example `NUMBER`. */
  readonly type: string
  readonly length: string | null
  readonly nullable: boolean
  readonly default: string | null
}

/** A column of a table. */
export interface TableColumn {
  readonly name: string
  /** Its type; null in an untyped table. */
  readonly definition: ColumnDefinition | null
  /** What the service calls the kind of its type, for example `INTEGER`; null in an untyped table. */
  readonly basetype: string | null
  /** What its values are in the storage. Always text where the gateway created the table. */
  readonly storedAs: ColumnType
}

/** What makes a table an alias: it shows rows of another one. */
export interface TableAlias {
  /** The table whose rows it shows. */
  readonly sourceTableId: string
  /** Which of its columns, in order; null for all it has at any time. */
  readonly columns: readonly string[] | null
  /** Which of its rows; null for all. */
  readonly filter: {
    readonly column: string
    readonly operator: 'eq' | 'ne'
    readonly values: readonly string[]
  } | null
}

/** A table as it is remembered. Instants are milliseconds since 1970. */
export interface TableRecord {
  /** The id of the bucket, a dot and the name. */
  readonly id: string
  readonly bucketId: string
  readonly name: string
  readonly displayName: string
  /** Empty for an alias: see {@link Tables.columnsOf}. */
  readonly columns: readonly TableColumn[]
  readonly primaryKey: readonly string[]
  readonly isTyped: boolean
  readonly timestampType: 'MANAGED' | 'NONE'
  readonly createdMs: number
  readonly lastImportMs: number | null
  readonly lastChangeMs: number | null
  readonly rowsCount: number | null
  readonly dataSizeBytes: number | null
  /** The table of the storage that holds its rows: called like it, except while that one is being rebuilt. */
  readonly storedName: string
  /** Counts the changes of its rows and columns. */
  readonly version: number
  /** Whether rows say when they were imported; false for tables that somebody else created in the storage. */
  readonly hasTimestamps: boolean
  /** Whether the job that creates it still runs: nobody sees it until then. */
  readonly isPending: boolean
  /** Undefined for a table of its own. */
  readonly alias: TableAlias | null
}

/** The six column types. `timestamp` is an ISO 8601 (RFC 3339) text with `Z` or an offset; `object` and `array` hold JSON. */
export type ColumnType = 'string' | 'number' | 'boolean' | 'timestamp' | 'object' | 'array'

/** All column types, for checks and generated documents. */
export const columnTypes: readonly ColumnType[] = ['string', 'number', 'boolean', 'timestamp', 'object', 'array']

/** A column as an app declares it: just its type, or its type with more facts. */
export type ColumnDefinition =
  | ColumnType
  | {
      /** The type of its values. */
      readonly type: ColumnType
      /** Whether every row must have a value other than null. Default false; always true for columns of the primary key. */
      readonly required?: boolean | undefined
      /** The backend's own type, for example `VARCHAR(255)`, passed through where the backend has types. */
      readonly native?: string | undefined
      /** Free text. */
      readonly description?: string | undefined
    }

/** A column of a table that exists. */
export interface Column {
  /** Its name. */
  readonly name: string
  /** The type of its values. */
  readonly type: ColumnType
  /** Whether every row has a value other than null. */
  readonly required: boolean
  /** The backend's own type, where it has one. */
  readonly native: string | undefined
  /** Free text. */
  readonly description: string | undefined
}

/** An index of a table. */
export interface IndexDefinition {
  /** The index's name, unique in the table. */
  readonly name: string
  /** The columns it covers, most significant first. */
  readonly columns: readonly string[]
  /** Whether two rows may not share the same values. Default false. */
  readonly unique?: boolean | undefined
}

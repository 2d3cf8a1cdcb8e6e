import { invalidArgument } from '@stowage/core/driver'

/** A condition on a column. Several are all asked for. */
export interface KeboolaRowFilter {
  /** The column. */
  readonly column: string
  /** Compares as text unless `dataType` says otherwise. `ne` also holds for the empty text. */
  readonly operator: 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le'
  /** What is compared with: any one for `eq`, none of them for `ne`, exactly one for the others. */
  readonly values: readonly string[]
  /** What values are turned into before they are compared. */
  readonly dataType?: 'INTEGER' | 'DOUBLE' | 'BIGINT' | 'REAL' | 'DECIMAL' | undefined
}

/** What rows are sorted by. */
export interface KeboolaOrderBy {
  /** The column. */
  readonly column: string
  /** The direction. Default `ASC`. */
  readonly order?: 'ASC' | 'DESC' | undefined
  /** What values are turned into before they are compared; not for typed tables. */
  readonly dataType?: 'INTEGER' | 'DOUBLE' | 'BIGINT' | 'REAL' | 'DECIMAL' | undefined
}

/** Writes an instant as the service reads it without asking for a zone: seconds since 1970. A text, such as `-2 days`, goes as it is. */
export function toInstantText(instant: Date | string | undefined): string | undefined {
  return instant instanceof Date ? String(Math.floor(instant.getTime() / 1000)) : instant
}

/**
 * Writes column names as the one text some calls want.
 *
 * @throws StorageError `invalid-argument` for a name with a comma, which would become two
 */
export function toColumnList(columns: readonly string[] | undefined): string | undefined {
  const odd = columns?.find((column) => column.includes(',') || column === '')
  if (odd === undefined) return columns?.join(',')
  throw invalidArgument(`${JSON.stringify(odd)} can't be a column's name: names hold no comma and are not empty`)
}

/** Leaves out what isn't set: the service refuses fields it doesn't expect, and PHP takes null for a value. */
export function withoutUndefined(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

/** A JSON value, as rows, filters and updates hold it. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue }

/** A row as backends return it: a plain object of JSON values. A field that is missing has no key; null is a value of its own. */
export type Row = { readonly [field: string]: JsonValue }

/** A row as apps may write it: like {@link Row}, and `Date` is taken for its ISO 8601 text, also inside objects and arrays. */
export type RowInput = { readonly [field: string]: InputValue }

/** A value as apps may write it. */
export type InputValue =
  | string
  | number
  | boolean
  | null
  | Date
  | readonly InputValue[]
  | { readonly [key: string]: InputValue }

/** A cell of a batch: a JSON value, or undefined where the row lacks the field. */
export type Cell = JsonValue | undefined

/**
 * Rows as they travel between portable classes and drivers: names once, then one array for each row.
 *
 * Every inner array is as long as `columns`. About 1,000 rows at a time keep both speed and memory (see
 * {@link defaultBatchRows}).
 */
export interface RowBatch {
  /** Field names, without repeats. */
  readonly columns: readonly string[]
  /** The rows; cell `i` belongs to `columns[i]`. */
  readonly rows: readonly (readonly Cell[])[]
}

/** How many rows a batch usually holds. */
export const defaultBatchRows = 1000

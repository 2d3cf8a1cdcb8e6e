import type { Column, IndexDefinition } from './column.ts'

/** What is known of a table. */
export interface TableInfo {
  /** The bucket it is in. */
  readonly bucket: string
  /** Its name, unique in the bucket. */
  readonly name: string
  /** Its declared columns, in order. */
  readonly columns: readonly Column[]
  /** The columns of its primary key, most significant first; empty without one. */
  readonly primaryKey: readonly string[]
  /** Its indexes, without the one that guards the primary key. */
  readonly indexes: readonly IndexDefinition[]
  /** What happens to fields no column declares: `keep` stores them as they are, `refuse` fails the row. */
  readonly undeclaredFields: 'keep' | 'refuse'
  /** Free text; undefined where none was set. */
  readonly description: string | undefined
  /** How many rows it holds; undefined where the backend doesn't say. */
  readonly rowCount: number | undefined
  /** When it was created. */
  readonly createdAt: Date | undefined
  /** When its rows or definition last changed. */
  readonly updatedAt: Date | undefined
}

/** How written rows meet rows that are there: beside them, over those with the same primary key, or instead of all. */
export type WriteMode = 'append' | 'upsert' | 'replace'

/** How many rows a write touched. */
export interface WriteCounts {
  /** Rows that are new. */
  readonly inserted: number
  /** Rows that replaced one with the same primary key; undefined where the backend doesn't tell them apart. */
  readonly updated: number | undefined
  /** The backend's row ids in input order; undefined where rows have none. */
  readonly ids: readonly string[] | undefined
}

import type { Filter, FindOptions, Row, Table, Update } from '@stowage/core'
import { idColumn } from './schema.ts'

/** Rows of a result, read in batches. */
export interface RowResult {
  /** Begins to read. */
  batches(): AsyncGenerator<readonly Row[], void, undefined>
}

/** What an update did. */
export interface ChangedRows {
  /** Rows that matched. */
  readonly matched: number
  /** Rows whose content changed. */
  readonly modified: number
}

/** The rows of a table as clients see them: each has an `_id`. */
export interface TableRows {
  /** Makes of a row that a client sent what is stored. */
  toStored(row: Row): Row
  /** Gives the id of a row that is stored. */
  idOf(stored: Row): string
  /** Finds rows. */
  find(filter: Filter, options: FindOptions): RowResult
  /** Counts rows. */
  count(filter: Filter): Promise<number>
  /** Changes all rows that match. */
  update(filter: Filter, update: Update): Promise<ChangedRows>
  /** Deletes rows that match; with a limit, the first of them. */
  delete(filter: Filter, limit: number | undefined): Promise<number>
}

/** Rows with a column for their ids. */
export class OwnRows implements TableRows {
  readonly #table: Table
  readonly #createId: (kind: 'row') => string

  constructor(table: Table, createId: (kind: 'row') => string) {
    this.#table = table
    this.#createId = createId
  }

  /** An id that the row has already is kept. */
  toStored(row: Row): Row {
    return { [idColumn]: this.#createId('row'), ...row }
  }

  idOf(stored: Row): string {
    return stored[idColumn] as string
  }

  find(filter: Filter, options: FindOptions): RowResult {
    return this.#table.find(filter, options)
  }

  async count(filter: Filter): Promise<number> {
    return (await this.#table.count(filter)).count
  }

  update(filter: Filter, update: Update): Promise<ChangedRows> {
    return this.#table.update(filter, update, { all: true })
  }

  async delete(filter: Filter, limit: number | undefined): Promise<number> {
    return (await this.#table.delete(filter, { all: true, limit })).deleted
  }
}

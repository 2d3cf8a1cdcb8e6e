import type { Filter, FindOptions, Row, Sort, Table, Update } from '@stowage/core'
import { compileProjection, invalidArgument, parseProjection, parseUpdate } from '@stowage/core/driver'
import { idColumn } from './schema.ts'
import type { ChangedRows, RowResult, TableRows } from './table-rows.ts'

/** The column for the ids of rows where the storage has no room for one called `_id`. */
export const renamedIdColumn = 'stowage_row_id'

/** Rows whose ids are in a column by another name: what a storage is for that gives rows an `_id` of its own. */
export class RenamedRows implements TableRows {
  readonly #table: Table
  readonly #createId: (kind: 'row') => string

  constructor(table: Table, createId: (kind: 'row') => string) {
    this.#table = table
    this.#createId = createId
  }

  /** An id that the row has already is kept. */
  toStored({ [idColumn]: id = this.#createId('row'), ...row }: Row): Row {
    if (Object.hasOwn(row, renamedIdColumn)) throw reserved()
    return { [renamedIdColumn]: id, ...row }
  }

  idOf(stored: Row): string {
    return stored[renamedIdColumn] as string
  }

  find(filter: Filter, options: FindOptions): RowResult {
    return { batches: () => this.#batches(filter, options) }
  }

  async *#batches(
    filter: Filter,
    { projection, sort, ...options }: FindOptions,
  ): AsyncGenerator<readonly Row[], void, undefined> {
    const parsed = parseProjection(projection)
    const project = parsed === undefined ? (row: Row) => row : compileProjection(parsed)
    const result = this.#table.find(renamed(filter), { ...options, sort: renamed((sort ?? {}) as Sort) })
    for await (const rows of result.batches()) yield rows.map((row) => project(toServed(row)))
  }

  async count(filter: Filter): Promise<number> {
    return (await this.#table.count(renamed(filter))).count
  }

  update(filter: Filter, update: Update): Promise<ChangedRows> {
    for (const { path } of parseUpdate(update)) {
      if (isPathOf(path, renamedIdColumn)) throw reserved()
      if (isPathOf(path, idColumn)) {
        throw invalidArgument('update: the _id of a row cannot change: leave it out of the update')
      }
    }
    return this.#table.update(renamed(filter), update, { all: true })
  }

  async delete(filter: Filter, limit: number | undefined): Promise<number> {
    return (await this.#table.delete(renamed(filter), { all: true, limit })).deleted
  }
}

function toServed({ [renamedIdColumn]: id, ...row }: Row): Row {
  return id === undefined ? row : { [idColumn]: id, ...row }
}

function isPathOf(path: string, name: string): boolean {
  return path === name || path.startsWith(`${name}.`)
}

/** Gives filters and sorts the storage's name of the id. The API's filters have no branches: fields are on top alone. */
function renamed<Fields extends Filter | Sort>(fields: Fields): Fields {
  const entries = Object.entries(fields as object).map(([name, value]: [string, unknown]) => {
    return [isPathOf(name, idColumn) ? renamedIdColumn + name.slice(idColumn.length) : name, value]
  })
  return Object.fromEntries(entries) as Fields
}

function reserved(): Error {
  return invalidArgument(`"${renamedIdColumn}" holds the ids of rows in this storage: name the field otherwise`)
}

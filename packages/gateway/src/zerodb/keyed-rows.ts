import { createHash } from 'node:crypto'
import type { Filter, FindOptions, JsonValue, Row, Table, Update } from '@stowage/core'
import {
  compileFilter,
  compileProjection,
  compileSort,
  defaultBatchRows,
  type FilterNode,
  invalidArgument,
  parseFilter,
  parseProjection,
  parseSort,
  parseUpdate,
} from '@stowage/core/driver'
import { idColumn } from './schema.ts'
import type { ChangedRows, RowResult, TableRows } from './table-rows.ts'

const keysPerChange = 500

/**
 * Rows of a table that has a primary key of its own: ids follow from the key. The storage knows nothing of them, so whatever
 * asks for ids or sorts by them goes over all rows here, and holds those that match.
 */
export class KeyedRows implements TableRows {
  readonly #table: Table
  readonly #primaryKey: readonly string[]

  constructor(table: Table, primaryKey: readonly string[]) {
    this.#table = table
    this.#primaryKey = primaryKey
  }

  toStored({ [idColumn]: _id, ...row }: Row): Row {
    return row
  }

  idOf(stored: Row): string {
    const key = JSON.stringify(this.#primaryKey.map((name) => stored[name]))
    return `row_${createHash('sha256').update(key).digest('hex').slice(0, 16)}`
  }

  find(filter: Filter, options: FindOptions): RowResult {
    const tree = parseFilter(filter)
    const asksForIds = namesId(tree) || parseSort(options.sort).some(({ path }) => isIdPath(path))
    return { batches: () => (asksForIds ? this.#search(filter, tree, options) : this.#pass(filter, options)) }
  }

  async *#pass(
    filter: Filter,
    { projection, ...options }: FindOptions,
  ): AsyncGenerator<readonly Row[], void, undefined> {
    const project = projector(projection)
    for await (const rows of this.#table.find(filter, options).batches()) {
      yield rows.map((row) => project(this.#withId(row)))
    }
  }

  async *#search(
    filter: Filter,
    tree: FilterNode,
    { projection, sort, offset = 0, limit = Number.POSITIVE_INFINITY }: FindOptions,
  ): AsyncGenerator<readonly Row[], void, undefined> {
    const found = await this.#matching(filter, tree)
    const wanted = found.sort(compileSort(parseSort(sort))).slice(offset, offset + limit)
    const project = projector(projection)
    for (let start = 0; start < wanted.length; start += defaultBatchRows) {
      yield wanted.slice(start, start + defaultBatchRows).map(project)
    }
  }

  async #matching(filter: Filter, tree: FilterNode): Promise<Row[]> {
    const isStorages = !namesId(tree)
    const matches = isStorages ? () => true : compileFilter(tree)
    const found: Row[] = []
    for await (const rows of this.#table.find(isStorages ? filter : {}).batches()) {
      for (const row of rows) {
        const served = this.#withId(row)
        if (matches(served)) found.push(served)
      }
    }
    return found
  }

  #withId(row: Row): Row {
    return { [idColumn]: this.idOf(row), ...row }
  }

  async count(filter: Filter): Promise<number> {
    const tree = parseFilter(filter)
    return namesId(tree) ? (await this.#matching(filter, tree)).length : (await this.#table.count(filter)).count
  }

  async update(filter: Filter, update: Update): Promise<ChangedRows> {
    if (parseUpdate(update).some(({ path }) => isIdPath(path))) {
      throw invalidArgument('update: the _id of a row cannot change: leave it out of the update')
    }
    let matched = 0
    let modified = 0
    for await (const part of this.#parts(filter, undefined)) {
      const changed = await this.#table.update(part, update, { all: true })
      matched += changed.matched
      modified += changed.modified
    }
    return { matched, modified }
  }

  async delete(filter: Filter, limit: number | undefined): Promise<number> {
    if (!namesId(parseFilter(filter))) return (await this.#table.delete(filter, { all: true, limit })).deleted
    let count = 0
    for await (const part of this.#parts(filter, limit)) count += (await this.#table.delete(part)).deleted
    return count
  }

  /** Gives filters the storage understands, which find the same rows: those that name ids name keys instead. */
  async *#parts(filter: Filter, limit: number | undefined): AsyncGenerator<Filter, void, undefined> {
    const tree = parseFilter(filter)
    if (!namesId(tree)) return yield filter
    // All are looked up before the first changes, which could make others match.
    const rows = (await this.#matching(filter, tree)).slice(0, limit)
    for (let start = 0; start < rows.length; start += keysPerChange) {
      yield { $or: rows.slice(start, start + keysPerChange).map((row) => this.#keyFilter(row)) }
    }
  }

  #keyFilter(row: Row): Filter {
    return Object.fromEntries(this.#primaryKey.map((name) => [name, { $eq: row[name] as JsonValue }]))
  }
}

function projector(projection: FindOptions['projection']): (row: Row) => Row {
  const parsed = parseProjection(projection)
  return parsed === undefined ? (row) => row : compileProjection(parsed)
}

function isIdPath(path: string): boolean {
  return path === idColumn || path.startsWith(`${idColumn}.`)
}

function namesId(node: FilterNode): boolean {
  switch (node.kind) {
    case 'and':
    case 'or':
    case 'nor':
      return node.nodes.some(namesId)
    case 'not':
      return namesId(node.node)
    default:
      return isIdPath(node.path)
  }
}

import { columnTypes, type Filter, type ProjectionInput, type RowInput, type Sort, type Update } from '@stowage/core'
import {
  batchToRows,
  classifyCall,
  invalidArgument,
  isMatchAll,
  parseFilter,
  parseProjection,
  parseSort,
  parseUpdate,
  toBatch,
  type UpdateTree,
} from '@stowage/core/driver'
import type {
  ZerodbInserted,
  ZerodbRowPage,
  ZerodbSchema,
  ZerodbTable,
  ZerodbTableDeleted,
  ZerodbTablePage,
  ZerodbUpdated,
} from './answers.ts'
import { mostPerPage, type ZerodbEndpoints } from './endpoints.ts'
import { lowerBson } from './lower-bson.ts'
import type { CheckedZerodbOptions } from './options.ts'
import { checkNewName } from './table-info.ts'
import { toWireFilter, type WireFilter } from './wire-filter.ts'
import { toWireProjection, toWireSort } from './wire-query.ts'
import { toWireUpdate } from './wire-update.ts'
import { checkRows } from './wire-values.ts'
import type { ZerodbCallOptions, ZerodbEffect } from './wire.ts'

/** What a table is created with. */
export interface ZerodbTableFields {
  /** Its name, unique in the project. */
  readonly tableName: string
  /** Its fields and indexes. */
  readonly schema: ZerodbSchema
  /** Free text. Default: none. */
  readonly description?: string | undefined
}

/** What a query asks for. */
export interface ZerodbQuery {
  /** Which rows. Default: all. */
  readonly filter?: Filter | undefined
  /** Which fields. Default: all. The row's `_id` always comes. */
  readonly projection?: ProjectionInput | undefined
  /** In which order. Default: unspecified. */
  readonly sort?: Sort | undefined
  /** The most rows, 1 to 1,000. Default 100. */
  readonly limit?: number | undefined
  /** How many matching rows are left out first. Default 0. */
  readonly offset?: number | undefined
}

/** Which page of tables. */
export interface ZerodbTableQuery {
  /** The most tables, 1 to 1,000. Default 100. */
  readonly limit?: number | undefined
  /** How many tables are left out first. Default 0. */
  readonly offset?: number | undefined
}

/** What is meant with an empty filter. */
export interface ZerodbAll {
  /** Says that an empty filter, and so every row, is meant. Default false: it is refused. */
  readonly all?: boolean | undefined
}

/**
 * The client of the Tables API in its own words: one method for each of the eight documented endpoints.
 *
 * It sends one request a call and repeats nothing; requests wait for the rate limit. Tables are named by their name or id. Values are lowered
 * as JSON needs it: dates become ISO 8601 text, ids and numbers of the package `bson` text and numbers, and what would be lost is refused. What
 * fails is an `HttpError` of `@stowage/http` or a `StorageError`.
 */
export class ZerodbClient {
  readonly #endpoints: ZerodbEndpoints
  readonly #options: Pick<CheckedZerodbOptions, 'maxRowsPerInsert' | 'extraOperators'>

  /** @internal */
  constructor(endpoints: ZerodbEndpoints, { maxRowsPerInsert, extraOperators }: CheckedZerodbOptions) {
    this.#endpoints = endpoints
    this.#options = { maxRowsPerInsert, extraOperators }
  }

  /** Creates a table with at least one field. A name in use fails with the code `TABLE_ALREADY_EXISTS`. */
  async createTable(table: ZerodbTableFields, call: ZerodbCallOptions = {}): Promise<ZerodbTable> {
    checkNewName(table.tableName)
    checkFields(table.schema)
    return this.#endpoints.createTable(table.tableName, table.schema, table.description, call)
  }

  /** Gives one page of tables, without schemas: 100 unless told otherwise, 1,000 at most. */
  async listTables(query: ZerodbTableQuery = {}, call: ZerodbCallOptions = {}): Promise<ZerodbTablePage> {
    const { limit = 100, offset = 0 } = query
    return this.#endpoints.listTables(checkLimit(limit), checkOffset(offset), call)
  }

  /** Gives one table with its schema. */
  async getTable(table: string, call: ZerodbCallOptions = {}): Promise<ZerodbTable> {
    return this.#endpoints.getTable(table, call)
  }

  /**
   * Deletes a table with all its rows. There is no undo.
   *
   * @param confirmation - has to say `confirm: true`; nothing is sent otherwise
   */
  async deleteTable(
    table: string,
    confirmation: {
      /** Says that the table and all its rows shall go. */
      readonly confirm: true
    },
    call: ZerodbCallOptions = {},
  ): Promise<ZerodbTableDeleted> {
    if ((confirmation as { readonly confirm?: unknown } | undefined)?.confirm === true)
      return this.#endpoints.deleteTable(table, call)
    throw invalidArgument('deleteTable deletes the table with all its rows: pass { confirm: true } if that is meant')
  }

  /** Inserts rows with one request: no more than the tier takes, without `_id`. Check `insertedCount`: it is the service's. */
  async insertRows(
    table: string,
    rows: readonly RowInput[],
    options: {
      /** Whether the rows' ids are answered. Default true. */
      readonly returnIds?: boolean | undefined
    } = {},
    call: ZerodbCallOptions = {},
  ): Promise<ZerodbInserted> {
    const { maxRowsPerInsert } = this.#options
    if (rows.length === 0) throw invalidArgument('insertRows got no rows: the service refuses an empty list')
    if (rows.length > maxRowsPerInsert)
      throw invalidArgument(`insertRows got ${rows.length} rows: this tier takes ${maxRowsPerInsert} a request`)
    const batch = toBatch(rows.map((row) => lowerBson(row) as RowInput))
    checkRows(batch)
    const rowsText = JSON.stringify(batchToRows(batch))
    return this.#endpoints.insertRows(table, rowsText, options.returnIds ?? true, 'unsafe', call)
  }

  /** Gives one page of rows that match. */
  async queryRows(table: string, query: ZerodbQuery = {}, call: ZerodbCallOptions = {}): Promise<ZerodbRowPage> {
    const { filter = {}, projection, sort, limit = 100, offset = 0 } = query
    const request = {
      filter: this.#filter(filter),
      projection: projection === undefined ? undefined : toWireProjection(parseProjection(projection)),
      sort: sort === undefined ? undefined : toWireSort(parseSort(sort)),
      limit: checkLimit(limit),
      offset: checkOffset(offset),
    }
    return this.#endpoints.queryRows(table, request, call)
  }

  /**
   * Changes all rows that match: `$set $unset $inc $push $pull`.
   *
   * @param options - `upsert` inserts a row made of the filter's plain equalities and the update when none matches; its id is not told
   */
  async updateRows(
    table: string,
    filter: Filter,
    changes: Update,
    options: ZerodbAll & {
      /** Whether a row is inserted when none matches. Default false. */
      readonly upsert?: boolean | undefined
    } = {},
    call: ZerodbCallOptions = {},
  ): Promise<ZerodbUpdated> {
    const { upsert = false, all = false } = options
    const update = parseUpdate(lowerBson(changes))
    const json = { filter: this.#guarded('updateRows', filter, all), update: toWireUpdate(update), upsert }
    return this.#endpoints.updateRows(table, json, this.#effectOf(filter, update, upsert), call)
  }

  /** Deletes the rows that match, or some of them, and gives their number. Which go first under a limit is the service's secret. */
  async deleteRows(
    table: string,
    filter: Filter,
    options: ZerodbAll & {
      /** The most rows to delete; 0 deletes none and sends nothing. Default: all that match. */
      readonly limit?: number | undefined
    } = {},
    call: ZerodbCallOptions = {},
  ): Promise<number> {
    const { limit, all = false } = options
    const written = this.#guarded('deleteRows', filter, all)
    if (limit !== undefined && checkOffset(limit, 'limit') === 0) return 0
    return this.#endpoints.deleteRows(table, written, limit, call)
  }

  /** What the filter looks at is not known where it is sent unread, and an upsert may insert twice. */
  #effectOf(filter: Filter, update: UpdateTree, upsert: boolean): ZerodbEffect {
    if (upsert || this.#usesExtra(filter)) return 'unsafe'
    const request = { bucket: '', table: '', filter: parseFilter(lowerBson(filter)), update, upsertRow: undefined }
    return classifyCall('tables.update', request) === 'idempotent' ? 'idempotent' : 'unsafe'
  }

  #guarded(method: string, filter: Filter, all: boolean): WireFilter {
    const written = this.#filter(filter)
    if (all || Object.keys(written).length > 0) return written
    throw invalidArgument(`${method} got an empty filter, which matches every row: pass all: true if that is meant`)
  }

  #filter(filter: Filter): WireFilter {
    const lowered = lowerBson(filter)
    if (this.#usesExtra(filter)) return lowered as WireFilter
    const tree = parseFilter(lowered)
    return isMatchAll(tree) ? {} : toWireFilter(tree)
  }

  /** What the service documents nothing about is sent as it is. */
  #usesExtra(filter: unknown): boolean {
    const { extraOperators } = this.#options
    return extraOperators.length > 0 && holdsKey(filter, extraOperators)
  }
}

function checkFields({ fields }: ZerodbSchema): void {
  const entries = Object.entries(fields)
  if (entries.length === 0) throw invalidArgument('a schema needs at least one field')
  const unknown = entries.find(([, type]) => !columnTypes.includes(type))
  if (unknown === undefined) return
  const [name, type] = unknown
  throw invalidArgument(`the field "${name}" has the unknown type "${String(type)}": use ${columnTypes.join(', ')}`)
}

function holdsKey(value: unknown, keys: readonly string[]): boolean {
  if (Array.isArray(value)) return value.some((item) => holdsKey(item, keys))
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, item]) => keys.includes(key) || holdsKey(item, keys))
}

function checkLimit(limit: number): number {
  if (Number.isSafeInteger(limit) && limit >= 1 && limit <= mostPerPage) return limit
  throw invalidArgument(`limit is ${String(limit)}: give a whole number from 1 to ${mostPerPage}`)
}

function checkOffset(offset: number, name = 'offset'): number {
  if (Number.isSafeInteger(offset) && offset >= 0) return offset
  throw invalidArgument(`${name} is ${String(offset)}: give a whole number from 0`)
}

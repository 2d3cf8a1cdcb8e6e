import type { Row } from '../rows/row.ts'
import { invalidArgument } from '../errors/storage-error.ts'
import type { Filter, ProjectionInput, Sort } from '../filter/filter-types.ts'
import { parseFilter } from '../filter/parse-filter.ts'
import { parseProjection } from '../filter/parse-projection.ts'
import { parseSort } from '../filter/parse-sort.ts'
import type { TableQuery, TableRequest } from '../driver/table-driver.ts'
import type { CallOptions } from './call-options.ts'
import { checkOptions } from './names.ts'

/** Options of finding rows. */
export interface FindOptions extends CallOptions {
  /** Which fields: `{ name: 1 }` or `['name']` for only these, `{ name: 0 }` for all others. Default: all. */
  readonly projection?: ProjectionInput | undefined
  /** The order: `{ balance: -1, name: 1 }` for descending balance, then name. Default: the backend's own order. */
  readonly sort?: Sort | undefined
  /** The most rows. Default: all that match. */
  readonly limit?: number | undefined
  /** How many matching rows are left out first. Default 0. */
  readonly offset?: number | undefined
  /** The most rows fetched at a time. Default 1,000; never over the backend's own limit. */
  readonly pageSize?: number | undefined
}

const findOptionNames = ['projection', 'sort', 'limit', 'offset', 'pageSize', 'signal', 'timeoutMs'] as const

/** Checks what an app asked for and gives it as a query. */
export function parseQuery(table: TableRequest, filter: Filter | undefined, options: FindOptions): TableQuery {
  checkOptions('find', options, findOptionNames)
  return {
    ...table,
    filter: parseFilter(filter ?? {}),
    projection: options.projection === undefined ? undefined : parseProjection(options.projection),
    sort: options.sort === undefined ? [] : parseSort(options.sort),
    limit: options.limit === undefined ? undefined : checkCount('limit', options.limit),
    offset: options.offset === undefined ? 0 : checkCount('offset', options.offset),
  }
}

/** Checks a number of rows: whole and not negative. */
export function checkCount(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw invalidArgument(`${name} is ${String(value)}: give a whole number from 0`)
}

/** A query's rows as they pass: objects, in batches. */
export type RowStream = AsyncIterable<readonly Row[]>

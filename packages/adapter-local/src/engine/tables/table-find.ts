import type { SQLInputValue } from 'node:sqlite'
import {
  type CountRowsRequest,
  type FindRowsRequest,
  matchAll,
  type QueryPlan,
  type RowPage,
  type TableQuery,
} from '@stowage/core/driver'
import { catalogueOf, knownTable, type TableEntry } from './catalogue.ts'
import type { Database } from '../database.ts'
import { planProjection } from './field-selection.ts'
import { compileFilterSql, type FilterSql } from './filter-sql.ts'
import { decodePageToken, encodePageToken, type PagePosition } from './page-token.ts'
import type { RowDecoder } from './row-decoder.ts'
import { behind, compileSortSql, orderBy, type SortSql, type SortValue } from './sort-sql.ts'
import { type RawRow, type SortedResult, sortedResultsOf } from './sorted-results.ts'
import { useRowFunctions } from './sql-functions.ts'
import { readStats } from './storage.ts'

/** Asks for a page; with `changedSinceMs`, only of rows written at or after that time. */
export type FindRequest = FindRowsRequest & { readonly changedSinceMs?: number | undefined }

/** A query compiled for a table: the parts that make its statements. */
interface CompiledQuery {
  readonly table: TableEntry
  readonly conditions: readonly string[]
  readonly parameters: readonly SQLInputValue[]
  readonly sort: SortSql
}

/** Says how a query runs. */
export function planQuery(database: Database, query: TableQuery): QueryPlan {
  const table = knownTable(database, query)
  return {
    pushed: query.filter,
    residual: matchAll,
    sort: 'backend',
    limit: 'backend',
    projection: 'backend',
    // Only `explain` looks: every other query goes on without.
    get notes() {
      return describe(table, query)
    },
  }
}

function describe(table: TableEntry, query: TableQuery): readonly string[] {
  const { filter, ...compiled } = compileConditions(table, query)
  const notes = [`SQL: ${selectSql(compiled, planProjection(table, query.projection).decoder.sql)}`]
  const { inJavaScript } = filter
  if (inJavaScript.length > 0) notes.push(`evaluated in JavaScript inside SQLite: ${inJavaScript.join('; ')}`)
  if (compiled.sort.functions.length > 0) notes.push('sorted by bytes that JavaScript makes of each row')
  return notes
}

/** Gives one page of rows. */
export function findRows(database: Database, request: FindRequest): RowPage {
  return withFreshCatalogue(database, () => findPage(database, request))
}

/** Counts matching rows. */
export function countRows(database: Database, request: CountRowsRequest): number {
  return withFreshCatalogue(database, () => {
    const table = knownTable(database, request)
    const { conditions, parameters } = compileQuery(database, table, { filter: request.filter, sort: [] })
    return countMatches(database, table, conditions, parameters)
  })
}

/** Counts the rows for which all conditions hold. */
export function countMatches(
  database: Database,
  table: TableEntry,
  conditions: readonly string[],
  parameters: readonly SQLInputValue[],
): number {
  if (conditions.length === 0) return readStats(database, table).rowCount
  const sql = `SELECT count(*) FROM ${table.sqlTable}${where(conditions)}`
  return (database.statement(sql).get(...parameters) as unknown as [number])[0]
}

/**
 * Runs a read, and once more when the storage it knew was gone: another process may replace a table between the look at
 * the catalogue and the query.
 */
function withFreshCatalogue<T>(database: Database, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof Error) || !/no such table: (main\.)?t\d+/.test(error.message)) throw error
    catalogueOf(database).forget()
    return read()
  }
}

function findPage(database: Database, request: FindRequest): RowPage {
  const table = knownTable(database, request)
  const position = request.pageToken === undefined ? undefined : readToken(request, request.pageToken, table)
  const given = position?.given ?? 0
  const left = request.limit === undefined ? Infinity : request.limit - given
  const count = Math.min(request.pageSize, left)
  const compiled = compileQuery(database, table, request)
  const { decoder, finish } = planProjection(table, request.projection)
  const page = readPage(database, { request, compiled, decoder, position, count, isLast: count === left })
  const lastRid = page.rows.at(-1)?.at(-1) as number | undefined
  const batch = finish(decoder.decode(page.rows))
  const isEnd = page.rows.length < count || count === left || lastRid === undefined
  let nextPageToken: string | undefined
  if (!isEnd) {
    const sortValues = readSortValues(database, compiled, lastRid)
    const next = { storage: table.storage, given: given + page.rows.length, rid: lastRid, sortValues }
    nextPageToken = encodePageToken(next, identityOf(request))
  }
  if (page.sorted !== undefined) sortedResultsOf(database).keep(page.sorted, nextPageToken)
  return { batch, nextPageToken }
}

interface PageRead {
  readonly request: FindRequest
  readonly compiled: CompiledQuery
  readonly decoder: RowDecoder
  readonly position: PagePosition | undefined
  readonly count: number
  /** Whether the limit ends the query with this page. */
  readonly isLast: boolean
}

interface PageRows {
  readonly rows: RawRow[]
  /** The sorted result they come from, if they do. */
  readonly sorted?: SortedResult | undefined
}

function readPage(database: Database, read: PageRead): PageRows {
  const { request, compiled, decoder, position, count, isLast } = read
  if (count <= 0) return { rows: [] }
  const results = sortedResultsOf(database)
  const kept = request.pageToken === undefined ? undefined : results.take(request.pageToken)
  if (kept !== undefined) return { rows: results.read(kept, count), sorted: kept }
  const sql = selectSql(compiled, decoder.sql, position)
  const parameters = [...compiled.parameters, ...positionParameters(compiled, position)]
  // The first rows of a sort are found quickly without sorting the rest; who reads on, or by large pages, wants it all.
  const readsOn = !isLast && (position !== undefined || request.pageSize >= bulkPageRows)
  if (readsOn && request.offset === 0 && sortsFirst(database, sql)) {
    const sorted = results.create(sql, parameters, decoder.cells + 1)
    return { rows: results.read(sorted, count), sorted }
  }
  const hasOffset = position === undefined && request.offset > 0
  // Not a parameter: SQLite compiles a statement again whenever its limit is bound, which doubles the cost of a look-up.
  const statement = database.statement(`${sql} LIMIT ${count}${hasOffset ? ' OFFSET ?' : ''}`)
  const values = hasOffset ? [...parameters, request.offset] : parameters
  return { rows: statement.all(...values) as unknown as RawRow[] }
}

/** Compiles filter and sort of a query and makes their row functions ready for the statements that follow. */
export function compileQuery(
  database: Database,
  table: TableEntry,
  query: Pick<FindRequest, 'filter' | 'sort' | 'changedSinceMs'>,
): CompiledQuery {
  const { filter, ...compiled } = compileConditions(table, query)
  if (filter.functions.length + compiled.sort.functions.length > 0) {
    useRowFunctions(database, [...filter.functions, ...compiled.sort.functions])
  }
  const { changedSinceMs } = query
  // Rows of a load became visible with all of it, after they were written: its time counts for them.
  if (changedSinceMs === undefined || readStats(database, table).loadedMs >= changedSinceMs) return compiled
  const conditions = [...compiled.conditions, 'changed >= ?']
  return { ...compiled, conditions, parameters: [...compiled.parameters, changedSinceMs] }
}

function compileConditions(
  table: TableEntry,
  query: Pick<FindRequest, 'filter' | 'sort'>,
): CompiledQuery & { readonly filter: FilterSql } {
  const filter = compileFilterSql(table, query.filter)
  const sort = compileSortSql(table, query.sort, filter.functions.length)
  const conditions = filter.condition === undefined ? [] : [filter.condition]
  return { table, conditions, parameters: filter.parameters, sort, filter }
}

function selectSql(compiled: CompiledQuery, selection: string, position?: PagePosition): string {
  const { conditions, sort, table } = compiled
  const all = position === undefined ? conditions : [...conditions, behind(sort, position.sortValues, position.rid).sql]
  return `SELECT ${selection}, rid FROM ${table.sqlTable}${where(all)} ${orderBy(sort)}`
}

function positionParameters({ sort }: CompiledQuery, position: PagePosition | undefined): readonly SQLInputValue[] {
  return position === undefined ? [] : behind(sort, position.sortValues, position.rid).parameters
}

/** The WHERE of conditions that must all hold. */
export function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` WHERE ${conditions.map((condition) => `(${condition})`).join(' AND ')}`
}

function readSortValues(database: Database, { sort, table }: CompiledQuery, rid: number): SortValue[] {
  if (sort.keys.length === 0) return []
  const expressions = sort.keys.map(({ expression }) => expression).join(', ')
  const sql = `SELECT ${expressions} FROM ${table.sqlTable} WHERE rid = ?`
  return database.statement(sql).get(rid) as unknown as SortValue[]
}

const bulkPageRows = 1000

const sorters = new WeakMap<Database, Map<string, boolean>>()
const maxSorters = 300

/** Tells whether SQLite has to read and sort all matches before it gives the first row. */
function sortsFirst(database: Database, sql: string): boolean {
  let known = sorters.get(database)
  if (known === undefined) sorters.set(database, (known = new Map()))
  const cached = known.get(sql)
  if (cached !== undefined) return cached
  const steps = database.raw.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as unknown as { detail: string }[]
  const answer = steps.some(({ detail }) => detail.includes('USE TEMP B-TREE FOR ORDER BY'))
  if (known.size >= maxSorters) known.clear()
  known.set(sql, answer)
  return answer
}

function readToken(request: FindRequest, token: string, table: TableEntry): PagePosition {
  return decodePageToken(token, identityOf(request), table.storage)
}

/** What makes two requests pages of the same query. */
function identityOf(request: FindRequest): unknown {
  const { bucket, table, filter, sort, limit, offset, projection, changedSinceMs } = request
  return [bucket, table, filter, sort, limit, offset, projection, changedSinceMs]
}

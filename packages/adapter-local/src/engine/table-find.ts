import type { SQLInputValue } from 'node:sqlite'
import {
  type CountRowsRequest,
  type FindRowsRequest,
  matchAll,
  type QueryPlan,
  type RowPage,
  type TableQuery,
} from '@stowage/core/driver'
import { catalogueOf, requireTable, type TableEntry } from './catalogue.ts'
import type { Database } from './database.ts'
import { planProjection } from './field-selection.ts'
import { compileFilterSql } from './filter-sql.ts'
import { decodePageToken, encodePageToken, type PagePosition } from './page-token.ts'
import { decodeRows, selectionSql } from './row-decoder.ts'
import { behind, compileSortSql, orderBy, type SortSql, type SortValue } from './sort-sql.ts'
import { type RawRow, readAhead, sortedRowsOf } from './sorted-rows.ts'
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
  readonly inJavaScript: readonly string[]
}

/** Says how a query runs. */
export function planQuery(database: Database, query: TableQuery): QueryPlan {
  const compiled = compileQuery(database, requireTable(database, query), query)
  const { selection } = planProjection(compiled.table, query.projection)
  const notes = [`SQL: ${selectSql(compiled, selectionSql(selection))}`]
  if (compiled.inJavaScript.length > 0) {
    notes.push(`evaluated in JavaScript inside SQLite: ${compiled.inJavaScript.join('; ')}`)
  }
  if (compiled.sort.functions.length > 0) notes.push('sorted by bytes that JavaScript makes of each row')
  return { pushed: query.filter, residual: matchAll, sort: 'backend', limit: 'backend', projection: 'backend', notes }
}

/** Gives one page of rows. */
export function findRows(database: Database, request: FindRequest): RowPage {
  return withFreshCatalogue(database, () => findPage(database, request))
}

/** Counts matching rows. */
export function countRows(database: Database, request: CountRowsRequest): number {
  return withFreshCatalogue(database, () => {
    const table = requireTable(database, request)
    const { conditions, parameters } = compileQuery(database, table, { filter: request.filter, sort: [] })
    if (conditions.length === 0) return readStats(database, table).rowCount
    const sql = `SELECT count(*) FROM ${table.sqlTable}${where(conditions)}`
    return (database.statement(sql).get(...parameters) as unknown as [number])[0]
  })
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
  const table = requireTable(database, request)
  const position = request.pageToken === undefined ? undefined : readToken(request, request.pageToken, table)
  const given = position?.given ?? 0
  const left = request.limit === undefined ? Infinity : request.limit - given
  const count = Math.min(request.pageSize, left)
  const compiled = compileQuery(database, table, request)
  const { selection, finish } = planProjection(table, request.projection)
  if (count <= 0) return { batch: decodeRows(table.columns, selection, []), nextPageToken: undefined }
  const { rows, keep } = readRows(database, request, compiled, selectionSql(selection), position, count, count < left)
  const lastRid = rows.at(-1)?.at(-1) as number | undefined
  const isLast = rows.length < count || count === left || lastRid === undefined
  const batch = finish(decodeRows(table.columns, selection, rows as RawRow[]))
  if (isLast) return { batch, nextPageToken: undefined }
  const sortValues = readSortValues(database, compiled, lastRid)
  const next = { storage: table.storage, given: given + rows.length, rid: lastRid, sortValues }
  const nextPageToken = encodePageToken(next, identityOf(request))
  keep?.(nextPageToken)
  return { batch, nextPageToken }
}

interface RowsRead {
  readonly rows: readonly RawRow[]
  /** Keeps rows that were read ahead for the page with a token. */
  readonly keep: ((token: string) => void) | undefined
}

function readRows(
  database: Database,
  request: FindRequest,
  compiled: CompiledQuery,
  selection: string,
  position: PagePosition | undefined,
  count: number,
  mayContinue: boolean,
): RowsRead {
  const ahead = sortedRowsOf(database)
  const keeper = ({ rows, rest }: NonNullable<ReturnType<typeof ahead.take>>): RowsRead => ({
    rows,
    keep: (token) => ahead.keep(token, rest),
  })
  const kept = request.pageToken === undefined ? undefined : ahead.take(database, request.pageToken, count)
  if (kept !== undefined) return keeper(kept)
  const sql = selectSql(compiled, selection, position)
  const parameters = [...compiled.parameters, ...positionParameters(compiled, position)]
  const offset = position === undefined ? request.offset : 0
  if (mayContinue && sortsFirst(database, sql)) {
    const statement = database.statement(`${sql} LIMIT -1 OFFSET ?`)
    return keeper(readAhead(database, statement.iterate(...parameters, offset) as unknown as Iterable<RawRow>, count))
  }
  const paged = offset === 0 ? `${sql} LIMIT ?` : `${sql} LIMIT ? OFFSET ?`
  const range = offset === 0 ? [count] : [count, offset]
  return { rows: database.statement(paged).all(...parameters, ...range) as unknown as RawRow[], keep: undefined }
}

/** Compiles filter and sort of a query and makes their row functions ready for the statements that follow. */
export function compileQuery(
  database: Database,
  table: TableEntry,
  query: Pick<FindRequest, 'filter' | 'sort' | 'changedSinceMs'>,
): CompiledQuery {
  const filter = compileFilterSql(table, query.filter)
  const sort = compileSortSql(table, query.sort, filter.functions.length)
  if (filter.functions.length + sort.functions.length > 0) {
    useRowFunctions(database, [...filter.functions, ...sort.functions])
  }
  const conditions = filter.condition === undefined ? [] : [filter.condition]
  const parameters = [...filter.parameters]
  if (query.changedSinceMs !== undefined) {
    // Rows of a load have no time of their own: they count as written when the load became visible.
    const isLoadNewer = readStats(database, table).loadedMs >= query.changedSinceMs
    conditions.push(isLoadNewer ? 'changed IS NULL OR changed >= ?' : 'changed >= ?')
    parameters.push(query.changedSinceMs)
  }
  return { table, conditions, parameters, sort, inJavaScript: filter.inJavaScript }
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
function identityOf({ bucket, table, filter, sort, limit, offset, changedSinceMs }: FindRequest): unknown {
  return [bucket, table, filter, sort, limit, offset, changedSinceMs]
}

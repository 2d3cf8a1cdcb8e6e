import type { FindRowsRequest, QueryPlan, TableQuery, TableRequest } from '@stowage/core/driver'
import { batchToRows, matchAll, ReceiptRecorder } from '@stowage/core/driver'
import type { Row, Table } from '@stowage/core'
import type { CheckContext } from '../check-context.ts'

/** The part of a driver that finds rows. */
export type RowFinder = Required<Pick<CheckContext['driver'], 'tables'>>['tables']

/** Gives the driver's tables; refuses a backend that can't find rows. */
export function tablesOf(context: CheckContext): RowFinder {
  context.require('tables.find')
  const { driver } = context
  if (driver.tables === undefined) throw new Error('the driver has no tables, though its record declares some')
  return driver.tables
}

/** Gives what a driver call gets beside its request. */
export function callOf({ signal }: Pick<CheckContext, 'signal'>): { signal: AbortSignal; receipt: ReceiptRecorder } {
  return { signal, receipt: new ReceiptRecorder() }
}

/** A query for all rows of a table, with parts of it set. */
export function queryOf(table: Table, parts: Partial<TableQuery> = {}): TableQuery {
  const place: TableRequest = { bucket: table.bucketName, table: table.name }
  return { ...place, filter: matchAll, projection: undefined, sort: [], limit: undefined, offset: 0, ...parts }
}

/** Runs a query at the driver, page by page, and gives the pages' rows. */
export async function fetchPages(
  context: CheckContext,
  query: TableQuery,
  pageSize: number,
  most = 100_000,
): Promise<Row[][]> {
  const pages: Row[][] = []
  let pageToken: string | undefined
  do {
    if (pages.length >= most) throw new Error(`the query gave ${most} pages and no end`)
    const request: FindRowsRequest = { ...query, pageSize, pageToken }
    const page = await tablesOf(context).find(request, callOf(context))
    pages.push(batchToRows(page.batch))
    pageToken = page.nextPageToken
  } while (pageToken !== undefined)
  return pages
}

/** Asks a driver how it means to run a query. */
export function planOf(context: CheckContext, query: TableQuery): Promise<QueryPlan> {
  return tablesOf(context).plan(query, callOf(context))
}

/** Gives a page size the backend takes, as near to the wanted one as it can. */
export function pageSizeOf({ capabilities }: Pick<CheckContext, 'capabilities'>, wanted: number): number {
  return Math.min(wanted, capabilities.limits.pageSize ?? wanted)
}

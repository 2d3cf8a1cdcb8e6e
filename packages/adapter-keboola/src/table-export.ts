import type { KeboolaJobHandle } from './jobs.ts'
import type { KeboolaParts } from './parts.ts'
import {
  type KeboolaOrderBy,
  type KeboolaRowFilter,
  toColumnList,
  toInstantText,
  withoutUndefined,
} from './row-filters.ts'
import { exportResultAnswer, type KeboolaExportResult } from './table-results.ts'
import type { KeboolaCallOptions, KeboolaRequest } from './wire.ts'

/** Which rows and columns are read. */
export interface KeboolaRowQuery {
  /** The columns, in the order they are to come. Default: all, in the table's order. */
  readonly columns?: readonly string[] | undefined
  /** The most rows. */
  readonly limit?: number | undefined
  /** Only rows imported at this instant or later; a text such as `-2 days` is read by the service. */
  readonly changedSince?: Date | string | undefined
  /** Only rows imported before this instant. */
  readonly changedUntil?: Date | string | undefined
  /** Only rows that match all of these. */
  readonly whereFilters?: readonly KeboolaRowFilter[] | undefined
  /** What rows are sorted by. Without it they come in any order. */
  readonly orderBy?: readonly KeboolaOrderBy[] | undefined
}

/** Asks for an export. */
export interface KeboolaExport extends KeboolaRowQuery {
  /** Whether files come compressed. Default true; false in the guide's dialect. */
  readonly gzip?: boolean | undefined
  /** The form of the values. Default `rfc`, which is CSV; `json` on Snowflake only. */
  readonly format?: 'rfc' | 'json' | undefined
  /** The kind of file. Default `csv`; `parquet` comes in slices that are files of their own. */
  readonly fileType?: 'csv' | 'parquet' | undefined
  /** Whether `_timestamp`, when a row changed, comes as last column; Snowflake only. Default false. */
  readonly includeInternalTimestamp?: boolean | undefined
}

/** Submits an export. */
export function exportTable(
  parts: KeboolaParts,
  tableId: string,
  options: KeboolaExport,
  call: KeboolaCallOptions,
): Promise<KeboolaJobHandle<KeboolaExportResult>> {
  return parts.submit(exportRequest(parts, tableId, options), { answer: exportResultAnswer, isRead: true }, call)
}

/** The guide shows exports with their options in the query and plain files. */
function exportRequest({ wire }: KeboolaParts, tableId: string, options: KeboolaExport): KeboolaRequest {
  const isGuide = wire.options.dialect === 'guide'
  const { gzip = isGuide ? undefined : true, format, fileType, includeInternalTimestamp } = options
  const request = { method: 'POST', path: ['tables', tableId, 'export-async'] } as const
  const fields = { ...rowQuery(options), gzip, format, fileType, includeInternalTimestamp }
  return isGuide ? { ...request, query: fields } : { ...request, json: withoutUndefined(fields) }
}

/** Writes which rows and columns are read, for a query or as JSON. */
export function rowQuery(query: KeboolaRowQuery): {
  readonly columns: string | undefined
  readonly limit: number | undefined
  readonly changedSince: string | undefined
  readonly changedUntil: string | undefined
  readonly whereFilters: { column: string; operator: string; values: string[]; dataType?: string }[] | undefined
  readonly orderBy: { column: string; order: string; dataType?: string }[] | undefined
} {
  const { columns, limit, changedSince, changedUntil, whereFilters, orderBy } = query
  return {
    columns: toColumnList(columns),
    limit,
    changedSince: toInstantText(changedSince),
    changedUntil: toInstantText(changedUntil),
    whereFilters: whereFilters?.map(({ column, operator, values, dataType }) => {
      const filter = { column, operator, values: [...values] }
      return dataType === undefined ? filter : { ...filter, dataType }
    }),
    orderBy: orderBy?.map(({ column, order = 'ASC', dataType }) => {
      const key = { column, order }
      return dataType === undefined ? key : { ...key, dataType }
    }),
  }
}

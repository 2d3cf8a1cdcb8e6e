import { gunzipSync } from 'node:zlib'
import { invalidArgument, readAll } from '@stowage/core/driver'
import { z } from 'zod'
import { flag } from './answers.ts'
import type { KeboolaParts } from './parts.ts'
import { type KeboolaRowQuery, rowQuery } from './table-export.ts'
import type { KeboolaCallOptions } from './wire.ts'

/** Asks for the first rows of a table. */
export interface KeboolaPreviewQuery extends KeboolaRowQuery {
  /** The most rows: 1,000 at most. Default 100. */
  readonly limit?: number | undefined
  /** How many rows are left out; the guide's dialect only, the service has no second page. */
  readonly offset?: number | undefined
}

/** The first rows of a table. */
export interface KeboolaPreview {
  /** The columns, in order. */
  readonly columns: readonly string[]
  /** The rows, a value for each column; null for nothing. */
  readonly rows: readonly (readonly (string | null)[])[]
  /** Whether a value was cut: the service does so after 16,384 characters. */
  readonly isTruncated: boolean
}

const cell = z.object({ columnName: z.string(), value: z.string().nullable(), isTruncated: flag })

const previewAnswer: z.ZodType<KeboolaPreview> = z
  .object({ columns: z.array(z.string()), rows: z.array(z.array(cell)) })
  .refine(({ columns, rows }) => rows.every((row) => isRowOf(columns, row)), { message: 'a row has other columns' })
  .transform(({ columns, rows }) => ({
    columns,
    rows: rows.map((row) => row.map(({ value }) => value)),
    isTruncated: rows.some((row) => row.some(({ isTruncated }) => isTruncated)),
  }))

function isRowOf(columns: readonly string[], row: readonly z.output<typeof cell>[]): boolean {
  return row.length === columns.length && row.every(({ columnName }, index) => columnName === columns[index])
}

const guideRow = z.record(z.string(), z.unknown())

/** The guide's previews are rows with names; the first one says what there is. */
const guidePreviewAnswer: z.ZodType<KeboolaPreview> = z.array(guideRow).transform((rows) => {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  return { columns, rows: rows.map((row) => columns.map((column) => toText(row[column]))), isTruncated: false }
})

function toText(value: unknown): string | null {
  if (value === undefined || value === null) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Reads the first rows. */
export function previewTable(
  parts: KeboolaParts,
  tableId: string,
  query: KeboolaPreviewQuery,
  call: KeboolaCallOptions,
): Promise<KeboolaPreview> {
  const path = ['tables', tableId, 'data-preview']
  if (parts.wire.options.dialect === 'guide')
    return parts.call({ path, query: { ...rowQuery(query), offset: query.offset } }, guidePreviewAnswer, call)
  checkPreview(query)
  return parts.call({ path, query: { ...rowQuery(query), format: 'json' } }, previewAnswer, call)
}

const maxPreviewBytes = 64 * 1024 * 1024

/** Reads the first rows as CSV. */
export async function previewCsv(
  parts: KeboolaParts,
  tableId: string,
  query: KeboolaPreviewQuery,
  call: KeboolaCallOptions,
): Promise<string> {
  checkPreview(query)
  // Without it the service doesn't compress, and previews of wide tables are megabytes (contract section 1.4).
  const headers = { accept: 'text/csv', 'accept-encoding': 'gzip' }
  const request = { path: ['tables', tableId, 'data-preview'], query: { ...rowQuery(query), format: 'rfc' }, headers }
  const response = await parts.bytes(request, call)
  if (response.status !== 200) throw await response.error()
  const body = await readAll(response.body, undefined, maxPreviewBytes)
  const bytes =
    response.headers['content-encoding'] === 'gzip' ? gunzipSync(body, { maxOutputLength: maxPreviewBytes }) : body
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}

function checkPreview({ limit, offset }: KeboolaPreviewQuery): void {
  if (offset !== undefined)
    throw invalidArgument('previews have no second page, every one begins with the first row: export the table instead')
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1 && limit <= 1000))
    throw invalidArgument(`limit is ${limit}: a preview has 1 to 1000 rows, export the table for more`)
}

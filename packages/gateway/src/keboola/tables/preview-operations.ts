import type { Row } from '@stowage/core'
import { StorageError } from '@stowage/core/driver'
import { type Answer, ok } from '../answer.ts'
import { isGuidePreview, previewPage } from '../guide/guide-operations.ts'
import { badRequest } from '../keboola-error.ts'
import type { Exchange, KeboolaContext } from '../keboola-context.ts'
import type { RequestFields } from '../request-fields.ts'
import { cellText } from './cell-reader.ts'
import { headerLine, writeRows } from './export-rows.ts'
import { readRows } from './read-rows.ts'
import { readRowQuery, type RowQuery } from './row-query.ts'
import { tableOf } from './table-operations.ts'
import type { TableRecord } from './table-record.ts'

const mostPreviewed = 1000
const mostColumns = 30
const mostCharacters = 16_384

/** `GET tables/{id}/data-preview` */
export async function previewTable(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  if (isGuidePreview(context, exchange)) return previewPage(context, exchange)
  const { fields } = exchange
  const table = tableOf(context, exchange, 'read')
  const format = fields.text('format') ?? 'rfc'
  if (format !== 'rfc' && format !== 'json') {
    throw badRequest(
      `"${format}" is no format of a preview: use rfc or json`,
      'storage.tables.validation.invalidFormat',
    )
  }
  const query = readPreview(context, table, fields)
  const rows = await collectRows(context, table.id, query, exchange)
  if (format === 'json') return ok(jsonPreview(rows, query.columns))
  const lines = { format: 'rfc' as const, columns: query.columns, hasTimestamps: false }
  return { status: 200, text: { type: 'text/csv', body: Buffer.concat([headerLine(lines), writeRows(rows, lines)]) } }
}

/** Collects the rows of a preview; once more when a job put another table in the place of the one that was read. */
async function collectRows(
  context: KeboolaContext,
  tableId: string,
  query: RowQuery,
  { fields, signal }: Exchange,
): Promise<Row[]> {
  for (let isFirst = true; ; isFirst = false) {
    const rows: Row[] = []
    try {
      const table = context.tables.get(tableId)
      for await (const batch of readMatching(context, table, query, fields, signal)) rows.push(...batch)
      return rows
    } catch (error) {
      if (!isFirst || !StorageError.is(error, 'not-found')) throw error
    }
  }
}

function readPreview(context: KeboolaContext, table: TableRecord, fields: RequestFields): RowQuery {
  const query = readRowQuery(context, table, fields.refusing('storage.tables.validation'))
  const limit = query.limit ?? 100
  if (limit > mostPreviewed) {
    throw badRequest(`The limit of a preview can be at most ${mostPreviewed}`, 'storage.tables.validation')
  }
  if (query.columns.length > mostColumns) {
    const message = `A preview can have at most ${mostColumns} columns: choose them with the parameter columns`
    throw badRequest(message, 'storage.maxNumberOfColumnsExceed')
  }
  if (fields.has('fulltextSearch') && fields.has('whereFilters')) {
    throw badRequest('fulltextSearch can not be used with whereFilters', 'storage.tables.validation')
  }
  return { ...query, limit }
}

/** Reads the rows of a preview: with `fulltextSearch` those that have a text in any column, whatever its case. */
async function* readMatching(
  context: KeboolaContext,
  table: TableRecord,
  query: RowQuery,
  fields: RequestFields,
  signal: AbortSignal,
): AsyncGenerator<readonly Row[], void, undefined> {
  const wanted = fields.text('fulltextSearch')?.toLowerCase() ?? ''
  if (wanted === '') return yield* readRows(context, table, query, signal)
  let left = query.limit ?? mostPreviewed
  const names = context.tables.columnsOf(table).map(({ name }) => name)
  for await (const rows of readRows(context, table, { ...query, limit: undefined }, signal)) {
    const found = rows.filter((row) => names.some((name) => cellText(row[name])?.toLowerCase().includes(wanted)))
    yield found.slice(0, left)
    left -= found.length
    if (left <= 0) return
  }
}

function jsonPreview(rows: readonly Row[], columns: readonly string[]): Record<string, unknown> {
  const cellOf = (row: Row, columnName: string): Record<string, unknown> => {
    const text = cellText(row[columnName])
    const isTruncated = text !== null && text.length > mostCharacters
    return { columnName, value: isTruncated ? text.slice(0, mostCharacters) : text, isTruncated }
  }
  return { columns, rows: rows.map((row) => columns.map((name) => cellOf(row, name))) }
}

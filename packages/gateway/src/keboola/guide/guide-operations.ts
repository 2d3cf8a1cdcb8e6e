import type { Row } from '@stowage/core'
import { type Answer, ok } from '../answer.ts'
import type { FileRecord } from '../files/file-record.ts'
import type { Exchange, KeboolaContext } from '../keboola-context.ts'
import { badRequest, KeboolaError } from '../keboola-error.ts'
import { cellText } from '../tables/cell-reader.ts'
import { changeKey, readKey } from '../tables/key-operations.ts'
import { aliasConditions } from '../tables/read-rows.ts'
import { splitSelection } from '../tables/row-filter.ts'
import { readRowQuery } from '../tables/row-query.ts'
import { queueOf, tableOf, writableTableOf } from '../tables/table-operations.ts'
import type { TableRecord } from '../tables/table-record.ts'
import { tableShape, wholeTable } from '../tables/table-shape.ts'

const mostRows = 10_000
const usualRows = 100

/** `POST tables/{id}` with `primaryKey`: sets or changes the primary key at once. Only the older guide has this call. */
export async function putPrimaryKey(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const { fields, address } = exchange
  const table = writableTableOf(context, exchange)
  if (!Array.isArray(fields.value('primaryKey'))) {
    throw badRequest('primaryKey must be an array', 'storage.validation.invalidInput')
  }
  const columns = readKey(table, fields, 'primaryKey')
  await context.jobs.inQueue(queueOf(context, table), () => replaceKey(context, table.id, columns))
  return ok(tableShape(context, context.tables.get(table.id), address, wholeTable))
}

async function replaceKey(context: KeboolaContext, tableId: string, columns: readonly string[]): Promise<void> {
  const { primaryKey: before } = context.tables.get(tableId)
  if (before.length > 0) await changeKey(context, tableId, [])
  try {
    await changeKey(context, tableId, columns)
  } catch (error) {
    if (before.length > 0) await changeKey(context, tableId, before)
    throw error
  }
}

/** Tells whether a preview is asked for as the guide does: without a format, where the guide is what counts. */
export function isGuidePreview({ settings }: KeboolaContext, { fields }: Exchange): boolean {
  return settings.guidePreview && !fields.has('format')
}

/** `GET tables/{id}/data-preview` as the guide has it: a page of rows, as a list of objects. */
export async function previewPage(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const { fields, signal } = exchange
  const table = tableOf(context, exchange, 'read')
  const query = readRowQuery(context, table, fields.refusing('storage.tables.validation'))
  const limit = query.limit ?? usualRows
  if (limit > mostRows)
    throw badRequest(`The limit of a preview can be at most ${mostRows}`, 'storage.tables.validation')
  const conditions = [...aliasConditions(context, table), ...query.conditions]
  const { filter, matches } = splitSelection(context.tables.sourceOf(table), { ...query, conditions })
  if (matches !== undefined || query.order.length > 0) {
    throw badRequest('Pages of a preview are not ordered, and filtered by text only', 'storage.tables.validation')
  }
  const offset = fields.count('offset') ?? 0
  const found = limit === 0 ? [] : context.tables.stored(table).find(filter, { limit, offset, signal })
  const rows: Record<string, string | null>[] = []
  for await (const row of found) rows.push(toObject(row, query.columns))
  return ok(rows)
}

function toObject(row: Row, columns: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(columns.map((name) => [name, cellText(row[name])]))
}

/** Describes the file of an export as results have it: the guide finds its URL there, the service tells its id alone. */
export function exportedFile(context: KeboolaContext, { address }: Exchange, file: FileRecord): object {
  const { id } = file
  return context.settings.dialect === 'guide' ? { id, url: context.cloud.signUrl(file, address) } : { id }
}

/** Refuses to add rows to a table without a primary key: the guide has it so, the service appends them. */
export function checkGuideImport(
  { settings }: KeboolaContext,
  { id, primaryKey }: TableRecord,
  isIncremental: boolean,
): void {
  if (!settings.guideErrors || !isIncremental || primaryKey.length > 0) return
  const message = `The table ${id} has no primary key: incremental loading requires one`
  throw new KeboolaError(422, 'storage.tables.primaryKeyRequired', message)
}

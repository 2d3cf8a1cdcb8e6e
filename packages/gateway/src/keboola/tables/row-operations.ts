import type { Row } from '@stowage/core'
import { compileFilter, parseFilter } from '@stowage/core/driver'
import type { Answer } from '../answer.ts'
import { answerJob } from '../jobs/job-operations.ts'
import { badRequest } from '../keboola-error.ts'
import type { Exchange, KeboolaContext } from '../keboola-context.ts'
import { type SplitSelection, splitSelection } from './row-filter.ts'
import { readDeletion, type RowSelection } from './row-query.ts'
import { queueOf, writableTableOf } from './table-operations.ts'
import { rebuild } from './stored-table.ts'
import type { TableRecord } from './table-record.ts'

const known: ReadonlySet<string> = new Set([
  'whereFilters',
  'whereColumn',
  'whereOperator',
  'whereValues',
  'changedSince',
  'changedUntil',
  'allowTruncate',
])

/** `DELETE tables/{id}/rows` */
export async function deleteRows(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const { fields } = exchange
  const table = writableTableOf(context, exchange)
  const unknown = fields.names.find((name) => !known.has(name))
  if (unknown !== undefined) {
    throw badRequest(`Invalid request: ${unknown}: this field was not expected.`, 'storage.tables.validation')
  }
  const selection = readDeletion(context, table, fields)
  const isAll = isEmpty(selection)
  if (isAll && fields.flag('allowTruncate') !== true) {
    const message = 'Deleting all rows has to be meant: set allowTruncate, or name the rows by a filter'
    throw badRequest(message, 'storage.tables.validation.unintendedTruncation')
  }
  return answerJob(context, exchange, {
    operationName: 'tableRowsDelete',
    operationParams: Object.fromEntries(fields.names.map((name) => [name, fields.value(name) ?? null])),
    tableId: table.id,
    queue: queueOf(context, table),
    run: () => runDeletion(context, table.id, selection),
  })
}

function isEmpty({ conditions, sinceMs, untilMs }: RowSelection): boolean {
  return conditions.length === 0 && sinceMs === undefined && untilMs === undefined
}

async function runDeletion(
  context: KeboolaContext,
  tableId: string,
  selection: RowSelection,
): Promise<Record<string, unknown>> {
  const table = context.tables.get(tableId)
  const stored = context.tables.stored(table)
  const split = splitSelection(table, selection)
  const before = (await stored.count()).count
  if (split.matches === undefined) await stored.delete(split.filter, { all: true })
  else await deleteHere(context, table, split)
  const { count } = await context.tables.stored(context.tables.get(tableId)).count()
  const bytes = table.dataSizeBytes ?? 0
  const dataSizeBytes = before === 0 ? 0 : Math.round((bytes * count) / before)
  await context.tables.noteChange(tableId, { rowsCount: count, dataSizeBytes })
  return { deletedRows: before - count }
}

// What the storage can't tell apart is found out row by row, and the table is written again without those.
async function deleteHere(context: KeboolaContext, table: TableRecord, selection: SplitSelection): Promise<void> {
  const isWithin = compileFilter(parseFilter(selection.filter))
  const isGone = (row: Row): boolean => isWithin(row) && (selection.matches?.(row) ?? true)
  const old = context.tables.stored(table)
  async function* kept(): AsyncGenerator<readonly Row[], void, undefined> {
    for await (const rows of old.find().batches()) yield rows.filter((row) => !isGone(row))
  }
  await rebuild(context, table, async (stored) => stored.load(kept(), { mode: 'replace', format: 'rows' }))
}

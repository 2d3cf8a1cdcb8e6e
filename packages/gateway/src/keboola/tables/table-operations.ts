import { type Answer, noContent, ok } from '../answer.ts'
import { bucketOf } from '../buckets/bucket-operations.ts'
import { readInclude } from '../include.ts'
import { answerJob } from '../jobs/job-operations.ts'
import { badRequest } from '../keboola-error.ts'
import type { Exchange, KeboolaContext } from '../keboola-context.ts'
import type { KeboolaPermission } from '../options.ts'
import { checkFree } from './create-table.ts'
import { dropTable } from './drop-table.ts'
import type { TableRecord } from './table-record.ts'
import { tableIncludes, tableShape, tableShapes, wholeTable } from './table-shape.ts'

/** Finds the table of a path; fails without it, and for who may not do that with its bucket. */
export function tableOf(
  context: KeboolaContext,
  { names, caller }: Pick<Exchange, 'names' | 'caller'>,
  permission: KeboolaPermission,
): TableRecord {
  const table = context.tables.get(names['table'] ?? '')
  caller.require(permission, table.bucketId)
  return table
}

/** Finds the table of a path that rows are written to: an alias takes none. */
export function writableTableOf(context: KeboolaContext, exchange: Exchange): TableRecord {
  const table = tableOf(context, exchange, 'write')
  if (table.alias === null) return table
  throw badRequest(
    `The table ${table.id} is an alias: write to its source table`,
    'storage.tables.aliasImportNotAllowed',
  )
}

/** Names the queue of the jobs of a table: an alias waits for its source. */
export function queueOf(context: KeboolaContext, table: TableRecord): string {
  return `tables/${context.tables.sourceOf(table).id}`
}

/** `GET tables` */
export async function listTables(context: KeboolaContext, { fields, caller, address }: Exchange): Promise<Answer> {
  const include = readInclude(fields, tableIncludes, ['buckets', 'metadata'])
  const tables = context.tables.list().filter(({ bucketId }) => caller.may('read', bucketId))
  return ok(tableShapes(context, tables, address, include))
}

/** `GET tables/{id}` */
export async function getTable(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  return ok(tableShape(context, tableOf(context, exchange, 'read'), exchange.address, wholeTable))
}

/** `PUT tables/{id}` */
export async function updateTable(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const table = tableOf(context, exchange, 'manage')
  const displayName = exchange.fields.refusing('storage.tables.validation').requiredText('displayName')
  if (!/^[A-Za-z0-9-][A-Za-z0-9_-]{0,95}$/.test(displayName)) {
    const message =
      'Invalid data - displayName: Only alphanumeric characters, dash and underscores are allowed. Underscore is not allowed on the beginning.'
    throw badRequest(message, 'storage.tables.validation')
  }
  const run = async (): Promise<Record<string, unknown>> => {
    checkFree(context, table.bucketId, displayName, table.id)
    await context.tables.change(table.id, { displayName })
    return tableShape(context, context.tables.get(table.id), exchange.address, wholeTable)
  }
  checkFree(context, table.bucketId, displayName, table.id)
  const work = { operationName: 'tableUpdate', operationParams: { displayName }, tableId: table.id }
  const queue = queueOf(context, table)
  if (exchange.fields.flag('async') === true) return answerJob(context, exchange, { ...work, queue, run })
  return ok(await context.jobs.inQueue(queue, run))
}

/** `DELETE tables/{id}` */
export async function deleteTable(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const table = tableOf(context, exchange, 'write')
  const force = exchange.fields.flag('force') === true
  const run = async (): Promise<null> => {
    await dropTable(context, table.id, force)
    return null
  }
  const work = { operationName: 'tableDrop', operationParams: { force }, tableId: table.id }
  const queue = queueOf(context, table)
  if (exchange.fields.flag('async') === true) return answerJob(context, exchange, { ...work, queue, run })
  await context.jobs.inQueue(queue, run)
  return noContent
}

/** Finds the bucket a table is created in. */
export function bucketForNewTable(context: KeboolaContext, exchange: Exchange): string {
  return bucketOf(context, exchange, 'write').id
}

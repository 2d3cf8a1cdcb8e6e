import { StorageError } from '@stowage/core/driver'
import type { Answer } from '../answer.ts'
import { answerJob } from '../jobs/job-operations.ts'
import { badRequest, KeboolaError } from '../keboola-error.ts'
import type { Exchange, KeboolaContext } from '../keboola-context.ts'
import type { RequestFields } from '../request-fields.ts'
import { queueOf, writableTableOf } from './table-operations.ts'
import type { TableColumn, TableRecord } from './table-record.ts'

/** `POST tables/{id}/primary-key` */
export async function setPrimaryKey(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const table = writableTableOf(context, exchange)
  const columns = readKey(table, exchange.fields)
  return answerJob(context, exchange, {
    operationName: 'tablePrimaryKeyAdd',
    operationParams: { columns },
    tableId: table.id,
    queue: queueOf(context, table),
    run: async () => {
      await changeKey(context, table.id, columns)
      return null
    },
  })
}

/** Reads the columns of a primary key; fails for what can't be one, and where there is one already. */
export function readKey(table: TableRecord, fields: RequestFields, name = 'columns'): readonly string[] {
  const keyCode = 'storage.validation.primaryKey'
  const columns = fields.refusing(keyCode).texts(name) ?? []
  if (columns.length === 0) throw badRequest('A primary key needs at least one column', keyCode)
  if (new Set(columns).size !== columns.length) throw badRequest('A primary key names each column once', keyCode)
  const unknown = columns.find((column) => !table.columns.some((one) => one.name === column))
  if (unknown !== undefined)
    throw badRequest(`The column "${unknown}" does not exist in the table ${table.id}`, keyCode)
  return columns
}

/** Gives a table another primary key; an empty one removes it. It stays as it was when rows share a key. */
export async function changeKey(
  context: KeboolaContext,
  tableId: string,
  primaryKey: readonly string[],
): Promise<void> {
  const table = context.tables.get(tableId)
  if (primaryKey.length > 0 && table.primaryKey.length > 0) {
    throw badRequest('The table has a primary key already: remove it first', 'storage.validation.primaryKey')
  }
  try {
    await context.tables.stored(table).setPrimaryKey(primaryKey)
  } catch (error) {
    throw explainKeyConflict(error)
  }
  const columns = table.columns.map((column) => (primaryKey.includes(column.name) ? notNull(column) : column))
  await context.tables.noteChange(tableId, { primaryKey, columns })
}

function notNull(column: TableColumn): TableColumn {
  return column.definition === null ? column : { ...column, definition: { ...column.definition, nullable: false } }
}

/** `DELETE tables/{id}/primary-key`: of a table without one it is done at once. */
export async function removePrimaryKey(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const table = writableTableOf(context, exchange)
  return answerJob(context, exchange, {
    operationName: 'tablePrimaryKeyDelete',
    operationParams: {},
    tableId: table.id,
    queue: queueOf(context, table),
    run: async () => {
      if (context.tables.get(table.id).primaryKey.length > 0) await changeKey(context, table.id, [])
      return null
    },
  })
}

/** Says in the API's words that rows share a key. */
function explainKeyConflict(error: unknown): unknown {
  if (!StorageError.is(error, 'conflict')) return error
  const message = 'The new primary key cannot be created; duplicate values in primary key columns exist.'
  return new KeboolaError(400, 'storage.tables.primaryKeyDuplicateValues', message, {}, error)
}

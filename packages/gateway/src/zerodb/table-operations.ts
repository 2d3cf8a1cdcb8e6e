import { StorageError } from '@stowage/core/driver'
import { resourceTime } from '../abeja/time-text.ts'
import { pageRange } from './limits.ts'
import { fieldOf, type JsonObject, optionalField } from './request-body.ts'
import { readSchema } from './schema.ts'
import type { ServedTable } from './served-table.ts'
import { countAll, type NewTable } from './tables.ts'
import type { Operation, ZerodbContext } from './zerodb-context.ts'
import { refusal } from './zerodb-error.ts'

/** A table as lists show it. */
interface TableItem {
  readonly table_id: string
  readonly table_name: string
  readonly description: string | null
  readonly row_count: number
  readonly created_at: string
  readonly updated_at: string
}

/** Creates a table. */
export const createTable: Operation = async ({ tables }, { body }) => {
  const wanted = readNewTable(body)
  const { id, info, schema, createdMs } = await tables.create(wanted).catch((error: unknown) => {
    throw explainCreation(error, wanted.name)
  })
  const created = { table_id: id, table_name: info.name, schema, description: info.description ?? null }
  return { ...created, row_count: 0, created_at: resourceTime(createdMs) }
}

function readNewTable(body: JsonObject): NewTable {
  const name = fieldOf(body, 'table_name')
  const description = optionalField(body, 'description')
  if (typeof name !== 'string' || name === '') throw refusal('INVALID_SCHEMA', 'table_name must be a text')
  // Clients resolve such segments away before they send a path.
  if (name === '.' || name === '..') throw refusal('INVALID_SCHEMA', 'a table can not be named "." or ".."')
  if (description !== undefined && typeof description !== 'string') {
    throw refusal('INVALID_SCHEMA', 'description must be a text')
  }
  return { name, schema: readSchema(fieldOf(body, 'schema')), description }
}

function explainCreation(error: unknown, name: string): unknown {
  if (StorageError.is(error, 'already-exists')) {
    return refusal('TABLE_ALREADY_EXISTS', `Table '${name}' already exists`, {}, error)
  }
  return StorageError.is(error, 'invalid-argument') ? refusal('INVALID_SCHEMA', error.message, {}, error) : error
}

/** Lists tables in the order they were created. */
export const listTables: Operation = async (context, exchange) => {
  const { limit, offset } = pageRange(context, exchange, {
    limit: readNumber(exchange.query.get('limit')),
    offset: readNumber(exchange.query.get('offset')),
  })
  const all = await context.tables.list()
  const shown = all.slice(offset, offset + limit)
  const tables = await Promise.all(shown.map((one) => describe(context, one)))
  return { tables, total: all.length, limit, offset }
}

function readNumber(text: string | null): unknown {
  if (text === null) return undefined
  return /^[+-]?\d{1,15}$/.test(text) ? Number(text) : text
}

/** Gives a table. */
export const getTable: Operation = async (context, exchange) => {
  const served = await context.table(exchange)
  const { table_id, table_name, ...others } = await describe(context, served)
  const { fields, indexes = [] } = served.schema
  return { table_id, table_name, schema: { fields, indexes }, ...others }
}

async function describe({ tables }: ZerodbContext, served: ServedTable): Promise<TableItem> {
  return {
    table_id: served.id,
    table_name: served.info.name,
    description: served.info.description ?? null,
    row_count: await countAll(served),
    created_at: resourceTime(served.createdMs),
    updated_at: resourceTime(tables.updatedMs(served)),
  }
}

/** Deletes a table with its rows. */
export const deleteTable: Operation = async (context, exchange) => {
  const confirmations = exchange.query.getAll('confirm')
  const isConfirmed = confirmations.length > 0 && confirmations.every((word) => /^(true|1)$/i.test(word))
  if (!isConfirmed) {
    throw refusal('CONFIRMATION_REQUIRED', 'deleting a table takes its rows with it: add ?confirm=true')
  }
  const served = await context.table(exchange)
  const rows = await context.lock(served, () => context.tables.drop(served))
  return { message: `Table '${served.info.name}' deleted`, table_id: served.id, rows_deleted: rows }
}

import type { Row, RowSource, Table } from '@stowage/core'
import { StorageError } from '@stowage/core/driver'
import type { KeboolaContext } from '../keboola-context.ts'
import { KeboolaError } from '../keboola-error.ts'
import type { TableColumn, TableRecord } from './table-record.ts'

/** The column of the storage's table that says when a row was imported, in milliseconds since 1970. */
export const timestampColumn = '_timestamp'

/** What a table of the storage is made of. */
export type StoredDefinition = Pick<TableRecord, 'bucketId' | 'columns' | 'primaryKey' | 'hasTimestamps'>

/** What the names of tables begin with that exist only while another one is rebuilt, behind the name of that one. */
const temporaryMark = '~stowage-'

/** Tells whether a table of the storage was left behind by a rebuild. */
export function isTemporary(storedName: string): boolean {
  return /^[A-Za-z0-9_-]+~stowage-\d+$/.test(storedName)
}

/** Creates the table of the storage. */
export async function createStored(
  context: KeboolaContext,
  name: string,
  { bucketId, columns, primaryKey, hasTimestamps }: StoredDefinition,
): Promise<Table> {
  const stored = context.storage.bucket(bucketId).table(name)
  const timestamp = hasTimestamps ? [{ name: timestampColumn, type: 'number' as const }] : []
  await stored.create({ columns: [...columns.map(storedColumn), ...timestamp], primaryKey, undeclaredFields: 'refuse' })
  return stored
}

function storedColumn({ name, definition, storedAs }: TableColumn): {
  name: string
  type: TableColumn['storedAs']
  native?: string
} {
  if (definition === null) return { name, type: storedAs }
  const { type, length } = definition
  return { name, type: storedAs, native: length === null ? type : `${type}(${length})` }
}

/**
 * Gives a table other rows, columns or another primary key, all at once: readers see the old table or the new one, and so does
 * whoever opens the storage after a crash.
 *
 * @param changed - the table as it is going to be
 * @param fill - writes the rows into the new table; the old one is whole until it is done
 */
export async function rebuild(
  context: KeboolaContext,
  changed: TableRecord,
  fill: (stored: Table) => Promise<unknown>,
): Promise<void> {
  const { name, id, bucketId } = changed
  // Of what somebody else created it isn't known what gets lost, like indexes.
  if (!changed.hasTimestamps) throw foreignTable(id)
  const temporaryName = `${name}${temporaryMark}${await context.ids.next()}`
  const temporary = await createStored(context, temporaryName, changed)
  try {
    await fill(temporary)
  } catch (error) {
    await temporary.drop()
    throw error
  }
  const old = context.tables.find(id)
  await context.tables.put({ ...changed, storedName: temporaryName })
  // What stops it from here on leaves a table that is whole, under the other name.
  for (const gone of new Set([old?.storedName ?? name, name])) {
    await dropIfThere(context.storage.bucket(bucketId).table(gone))
  }
  const own = await createStored(context, name, changed)
  await copyRows(temporary, own)
  await context.tables.change(id, { storedName: name })
  await temporary.drop()
}

function foreignTable(id: string): KeboolaError {
  const message = `The table ${id} was not created through this API: its columns can only be changed where it was`
  return new KeboolaError(501, 'storage.notImplemented', message)
}

/** Copies the rows of a table of the storage into an empty one, each changed on the way. */
export async function copyRows(from: Table, to: Table, change?: (row: Row) => Row): Promise<void> {
  const batches = from.find().batches()
  await to.load((change === undefined ? batches : mapBatches(batches, change)) as RowSource, { mode: 'replace' })
}

async function* mapBatches(
  batches: AsyncIterable<readonly Row[]>,
  change: (row: Row) => Row,
): AsyncGenerator<readonly Row[], void, undefined> {
  for await (const rows of batches) yield rows.map(change)
}

/** Drops a table of the storage; it is no failure when it is gone. */
export async function dropIfThere(stored: Table): Promise<void> {
  try {
    await stored.drop()
  } catch (error) {
    if (!StorageError.is(error, 'not-found')) throw error
  }
}

/**
 * Adds columns behind those a table has, with nothing in them; gives the table as it is then.
 *
 * @param add - adds rows to the table with its new columns; when it fails, the table stays as it was
 */
export async function addColumns(
  context: KeboolaContext,
  table: TableRecord,
  added: readonly TableColumn[],
  add?: (stored: Table, changed: TableRecord) => Promise<void>,
): Promise<TableRecord> {
  const changed = { ...table, columns: [...table.columns, ...added] }
  const empty = Object.fromEntries(
    added.map(({ name, definition }) => [name, definition === null ? '' : definition.default]),
  )
  await rebuild(context, changed, async (stored) => {
    await copyRows(context.tables.stored(table), stored, (row) => ({ ...row, ...empty }))
    await add?.(stored, changed)
  })
  return context.tables.get(table.id)
}

/** Takes a column from a table, with all that is in it. */
export async function deleteColumn(context: KeboolaContext, table: TableRecord, name: string): Promise<void> {
  const changed = { ...table, columns: table.columns.filter((column) => column.name !== name) }
  await rebuild(context, changed, (stored) =>
    copyRows(context.tables.stored(table), stored, ({ [name]: _gone, ...rest }) => rest),
  )
}

import type { Column } from '@stowage/core'
import { type CallContext, StorageError } from '@stowage/core/driver'
import { cellReader, writeCell } from './cell-text.ts'
import { digestKey, type KeyDigests } from './key-digests.ts'
import { findRowWithKey, type KeyedRows } from './repeated-keys.ts'
import { keyName, keysOf } from './row-keys.ts'
import type { RowReader, RowRequest } from './row-reader.ts'
import type { TableSchema } from './table-schemas.ts'

/** Up to so many keys are asked for one by one; for more, all keys of the table are read. */
const namedKeys = 1000
/** How many keys that may be taken are held at once. */
const maxHeld = 10_000

/**
 * Checks that none of these keys is in the table.
 *
 * @param rowByKey - the rows, by the names of their keys
 * @throws StorageError `conflict` with the row
 */
export async function checkKeysFree(
  reader: RowReader,
  schema: TableSchema,
  rowByKey: ReadonlyMap<string, number>,
  call: CallContext,
): Promise<void> {
  if (schema.rowCount === 0 || rowByKey.size === 0) return
  for await (const keys of keysThere(reader, schema, requestFor(schema, [...rowByKey.keys()]), call)) {
    const row = keys.map((key) => rowByKey.get(keyName(key))).find((found) => found !== undefined)
    if (row !== undefined) throw takenKey(row)
  }
}

/** The same for rows that were put aside. */
export async function checkSpooledKeysFree(
  reader: RowReader,
  schema: TableSchema,
  rows: KeyedRows,
  digests: KeyDigests,
  call: CallContext,
): Promise<void> {
  if (schema.rowCount === 0) return
  if (digests.isFull) {
    const message = `${rows.rows} rows are too many to be appended at once to a table that has rows and a primary key: load them in parts, or upsert`
    throw new StorageError({ code: 'unsupported', message, applied: 'no' })
  }
  let suspects = new Set<string>()
  const look = async (): Promise<void> => {
    const row = suspects.size === 0 ? undefined : await findRowWithKey(rows, suspects)
    if (row !== undefined) throw takenKey(row)
    suspects = new Set()
  }
  for await (const keys of keysThere(reader, schema, { columns: schema.primaryKey }, call)) {
    for (const key of keys) {
      if (digestKey(key, (high, low) => digests.has(high, low))) suspects.add(keyName(key))
      if (suspects.size >= maxHeld) await look()
    }
  }
  await look()
}

/** Asks for rows that may have one of the keys: of several columns each is asked for by itself. */
function requestFor({ primaryKey }: TableSchema, names: readonly string[]): RowRequest {
  if (names.length > namedKeys) return { columns: primaryKey }
  const keys = names.map((name) => JSON.parse(name) as string[])
  const whereFilters = primaryKey.map((column, index) => ({
    column,
    operator: 'eq' as const,
    values: [...new Set(keys.map((key) => key[index] ?? ''))],
  }))
  // A single column has each of them once at most, so a preview may do.
  return { columns: primaryKey, whereFilters, ...(primaryKey.length === 1 ? { limit: names.length } : {}) }
}

async function* keysThere(
  reader: RowReader,
  schema: TableSchema,
  request: RowRequest,
  call: CallContext,
): AsyncGenerator<readonly (readonly string[])[], void, undefined> {
  const normal = schema.primaryKey.map((name) => normalizer(schema.columns.find((column) => column.name === name)))
  const { batches } = await reader.open(schema, request, call)
  for await (const batch of batches) {
    yield keysOf(schema.primaryKey, batch).map((key) => key.map((text, index) => normal[index]?.(text) ?? text))
  }
}

/** Typed tables may write a key otherwise than it was written: `1.00` for `1`. */
function normalizer(column: Column | undefined): (text: string) => string {
  const read = column && cellReader(column)
  return read === undefined ? (text) => text : (text) => writeCell(read(text)) ?? ''
}

function takenKey(row: number): StorageError {
  const message = `the key of row ${row + 1} is taken: upsert to replace the row that has it`
  return new StorageError({ code: 'conflict', message, applied: 'no', details: { row } })
}

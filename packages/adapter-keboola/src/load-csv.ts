import { checkBatch, type RowBatch } from '@stowage/core/driver'
import { RowCsv } from './row-csv.ts'
import type { TableSchema } from './table-schemas.ts'

/** Who is told of rows that are written. */
export interface EncodeOptions {
  /** Told after each batch how many rows there were so far. */
  readonly onRows?: ((rows: number) => void) | undefined
  /** Told the key of each row. */
  readonly onKey?: ((key: readonly string[]) => void) | undefined
  /** Whether the rows are texts that were checked before. Default false: they are checked against the table. */
  readonly isText?: boolean | undefined
}

// Text that grows is a tree of its pieces until it is written: with four times as much, more of it outlives each collection of V8's young heap, which then doubles.
const chunkLength = 16 * 1024

/**
 * Writes rows as the CSV an import takes, with a header. Rows are checked on the way: one that doesn't fit the table ends it.
 *
 * @throws StorageError `invalid-argument` with row and column
 */
export async function* encodeRows(
  schema: TableSchema,
  batches: AsyncIterable<RowBatch>,
  { onRows, onKey, isText = false }: EncodeOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const csv = new RowCsv(schema)
  const rowSchema = { columns: schema.columns, primaryKey: schema.primaryKey, undeclaredFields: 'refuse' } as const
  let rows = 0
  let text = csv.header
  for await (const batch of batches) {
    if (!isText) checkBatch(batch, rowSchema, rows)
    const { columns, rows: lines } = isText ? withNothing(batch, schema) : batch
    const [write, keyOf] = [csv.lineWriter(columns), csv.keyReader(columns)]
    for (const row of lines) {
      onKey?.(keyOf(row))
      text += write(row)
      if (text.length < chunkLength) continue
      yield Buffer.from(text)
      text = ''
    }
    rows += batch.rows.length
    onRows?.(rows)
  }
  if (text !== '') yield Buffer.from(text)
}

/** Read back as text, nothing and the empty text look alike; only keys are never nothing. */
function withNothing(batch: RowBatch, { isTyped, primaryKey }: TableSchema): RowBatch {
  if (!isTyped) return batch
  const isKey = batch.columns.map((name) => primaryKey.includes(name))
  return {
    columns: batch.columns,
    rows: batch.rows.map((row) => row.map((cell, index) => (cell === '' && isKey[index] !== true ? null : cell))),
  }
}

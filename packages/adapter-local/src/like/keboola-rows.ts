import type { Column, WriteCounts, WriteMode } from '@stowage/core'
import type { Cell, RowBatch } from '@stowage/core/driver'

/**
 * Gives rows as they come back from the service, whose CSV has a cell for every column: nothing is the empty text in a column of texts and
 * null in any other. Required values that are missing stay so, to be refused.
 */
export function keboolaBatch({ columns, rows }: RowBatch, declared: readonly Column[]): RowBatch {
  const missing = declared.filter(({ name, required }) => !required && !columns.includes(name))
  const byName = new Map(declared.map((column) => [column.name, column]))
  const nothing = columns.map((name) => nothingIn(byName.get(name)))
  const added = missing.map((column) => nothingIn(column))
  return {
    columns: [...columns, ...missing.map(({ name }) => name)],
    rows: rows.map((row) => [...row.map((cell, index) => filled(cell, nothing[index])), ...added]),
  }
}

function filled(cell: Cell, nothing: Cell): Cell {
  const isFilled = nothing !== undefined && (cell === undefined || cell === null)
  return isFilled ? nothing : cell
}

function nothingIn(column: Column | undefined): Cell {
  if (column === undefined || column.required) return undefined
  return column.type === 'string' ? '' : null
}

/** Gives the rows of a load as they come back from the service. */
export async function* keboolaBatches(
  batches: AsyncIterable<RowBatch>,
  declared: readonly Column[],
): AsyncGenerator<RowBatch, void, undefined> {
  for await (const batch of batches) yield keboolaBatch(batch, declared)
}

/** The service doesn't tell new rows from those that took another's place. */
export function keboolaCounts(mode: WriteMode, { inserted, updated }: WriteCounts): WriteCounts {
  if (mode !== 'upsert') return { inserted, updated: 0, ids: undefined }
  return { inserted: inserted + (updated ?? 0), updated: undefined, ids: undefined }
}

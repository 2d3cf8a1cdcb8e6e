import type { CallContext } from '../../driver/call.ts'
import { inParallel } from '../../driver/in-parallel.ts'
import { invalidArgument } from '../../errors/storage-error.ts'
import type { Filter } from '../../filter/filter-types.ts'
import { readTable } from '../../portable/export-table.ts'
import { parseQuery } from '../../portable/query.ts'
import type { Cell, RowBatch } from '../../rows/row.ts'
import { atEnd, type TableEnd } from './table-end.ts'

/** How many keys one lookup asks for. */
const keysPerLookup = 500

/** Gives a text that tells the keys of a batch's rows apart, by row. */
export function keyTexts(batch: RowBatch, primaryKey: readonly string[]): string[] {
  const indexes = primaryKey.map((name) => batch.columns.indexOf(name))
  return batch.rows.map((row) => JSON.stringify(indexes.map((index) => row[index] ?? null)))
}

/** How many rows {@link forRowsWithKeys} is best given at a time. */
export function rowsPerLookup(concurrency: number): number {
  return keysPerLookup * concurrency
}

/**
 * Finds the rows of a table that have the keys of a batch's rows.
 *
 * @param fields - which fields are read; undefined for all
 * @param onRows - called with rows of which the key is one of those, as they come
 */
export async function forRowsWithKeys(
  end: TableEnd,
  primaryKey: readonly string[],
  batch: RowBatch,
  how: { readonly fields: readonly string[] | undefined; readonly concurrency: number },
  onRows: (rows: RowBatch, keys: readonly string[]) => void,
  call: CallContext,
): Promise<void> {
  const wanted = new Set(keyTexts(batch, primaryKey))
  const slices = Array.from({ length: Math.ceil(batch.rows.length / keysPerLookup) }, (_, slice) =>
    batch.rows.slice(slice * keysPerLookup, (slice + 1) * keysPerLookup),
  )
  // Values of two columns may cross to keys that were not asked for.
  const seen = new Set<string>()
  await inParallel(slices, how.concurrency, async (rows) => {
    const filter = keyFilter({ columns: batch.columns, rows }, primaryKey)
    for await (const found of findRows(end, filter, how.fields, call)) {
      const keys = keyTexts(found, primaryKey)
      const isNew = keys.map((key) => wanted.has(key) && !seen.has(key))
      for (const [row, key] of keys.entries()) if (isNew[row] === true) seen.add(key)
      const kept = { columns: found.columns, rows: found.rows.filter((_, row) => isNew[row]) }
      if (kept.rows.length > 0)
        onRows(
          kept,
          keys.filter((_, row) => isNew[row]),
        )
    }
  })
}

async function* findRows(
  end: TableEnd,
  filter: Filter,
  fields: readonly string[] | undefined,
  call: CallContext,
): AsyncGenerator<RowBatch, void, undefined> {
  const { session, request } = end
  const query = parseQuery(request, filter, fields === undefined ? {} : { projection: fields })
  const plan = await atEnd(end, 'tables.find', call.signal, () => session.tables.plan(query, call))
  const batches = (await readTable(session, query, plan, undefined, call))[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await atEnd(end, 'tables.find', call.signal, () => batches.next())
      if (next.done === true) return
      yield next.value
    }
  } finally {
    await batches.return?.()
  }
}

function keyFilter(batch: RowBatch, primaryKey: readonly string[]): Filter {
  return Object.fromEntries(
    primaryKey.map((name) => {
      if (name.includes('.') || name.startsWith('$')) {
        throw invalidArgument(
          `the key column "${name}" can't be looked up, its name would be read as a path: append, upsert or replace`,
        )
      }
      const index = batch.columns.indexOf(name)
      const values = new Set(batch.rows.map((row) => row[index] as NonNullable<Cell>))
      return [name, { $in: [...values] }]
    }),
  ) as Filter
}

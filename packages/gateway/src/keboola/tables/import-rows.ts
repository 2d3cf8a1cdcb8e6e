import type { Filter, JsonValue, Row, RowInput, Table } from '@stowage/core'
import { batchToRows } from '@stowage/core/driver'
import type { CsvRecord } from '../csv/csv-records.ts'
import { KeboolaError } from '../keboola-error.ts'
import { parseTime } from '../time-expression.ts'
import { type CellReader, cellReader } from './cell-reader.ts'
import { timestampColumn } from './stored-table.ts'
import { checkWidth } from './import-records.ts'
import type { ImportPlan } from './import-header.ts'
import type { TableColumn, TableRecord } from './table-record.ts'

/** How records become rows. */
export interface RowsPlan extends Pick<ImportPlan, 'names' | 'timestampAt'> {
  /** The table as it is once the rows are in. */
  readonly table: TableRecord
  /** The text that is null in a typed table. */
  readonly nullText: string | undefined
  /** When the rows are imported. */
  readonly nowMs: number
}

/** Counts what an import has read. */
export interface ImportTally {
  rows: number
  bytes: number
}

const rowsAtOnce = 1000

/** Makes rows of the records of an import, as the storage takes them. */
export async function* importRows(
  batches: AsyncIterable<readonly CsvRecord[]>,
  plan: RowsPlan,
  tally: ImportTally,
): AsyncGenerator<Row[], void, undefined> {
  const width = plan.names.length
  const columns = namesWithTimestamp(plan.table)
  const convert = converter(plan, tally)
  for await (const records of batches) {
    for (let start = 0; start < records.length; start += rowsAtOnce) {
      const cells = records.slice(start, start + rowsAtOnce).map((record) => {
        tally.rows += 1
        checkWidth(record, width, tally.rows)
        return convert(record)
      })
      yield batchToRows({ columns, rows: cells })
    }
  }
}

function namesWithTimestamp({ columns, hasTimestamps }: TableRecord): string[] {
  const names = columns.map(({ name }) => name)
  return hasTimestamps ? [...names, timestampColumn] : names
}

function converter(plan: RowsPlan, tally: ImportTally): (record: CsvRecord) => JsonValue[] {
  const { table, names, nowMs, timestampAt } = plan
  const sources = table.columns.map(({ name }) => names.indexOf(name))
  const readers = table.columns.map((column) => nullingReader(column, plan))
  const timestampOf =
    timestampAt === -1 ? () => nowMs : (record: CsvRecord) => readTimestamp(record[timestampAt], nowMs)
  return (record) => {
    const cells: JsonValue[] = []
    for (let at = 0; at < sources.length; at += 1) {
      const cell = record[sources[at] as number] ?? null
      tally.bytes += cell === null ? 0 : cell.length
      cells.push((readers[at] as CellReader)(cell))
    }
    if (table.hasTimestamps) cells.push(timestampOf(record))
    return cells
  }
}

function nullingReader(column: TableColumn, { table, nullText }: RowsPlan): CellReader {
  const read = cellReader(column)
  return table.isTyped && nullText !== undefined ? (cell) => read(cell === nullText ? null : cell) : read
}

function readTimestamp(cell: string | null | undefined, nowMs: number): number {
  const ms = parseTime(cell ?? '', nowMs)
  if (ms === undefined) throw new KeboolaError(400, 'invalidData', `"${cell ?? ''}" in column "_timestamp" is no time`)
  return ms
}

// SQL can't nest the conditions of keys of several columns much deeper; of one column they are a list.
const keysAtOnce = { ofOneColumn: 1000, ofSeveral: 200 } as const

/**
 * Gives rows the instant of those they replace when nothing else of them changes: that is how an untyped table knows what
 * changed since a time.
 */
export async function* keepInstants(
  batches: AsyncIterable<Row[]>,
  stored: Table,
  { columns, primaryKey }: TableRecord,
): AsyncGenerator<RowInput[], void, undefined> {
  const names = columns.map(({ name }) => name)
  const atOnce = primaryKey.length === 1 ? keysAtOnce.ofOneColumn : keysAtOnce.ofSeveral
  for await (const rows of batches) {
    for (let start = 0; start < rows.length; start += atOnce) {
      const some = rows.slice(start, start + atOnce)
      const before = new Map<string, Row>()
      // No more than one for each: said so that the storage need not keep the rest of a result ready.
      const found = stored.find(keysFilter(some, primaryKey), { limit: some.length })
      for (const row of await found.toArray()) before.set(keyOf(row, primaryKey), row)
      yield some.map((row) => {
        const old = before.get(keyOf(row, primaryKey))
        const isSame = old !== undefined && names.every((name) => old[name] === row[name])
        return isSame ? { ...row, [timestampColumn]: old[timestampColumn] ?? null } : row
      })
    }
  }
}

function keysFilter(rows: readonly Row[], primaryKey: readonly string[]): Filter {
  const [first = ''] = primaryKey
  if (primaryKey.length === 1) return { [first]: { $in: [...new Set(rows.map((row) => row[first] ?? null))] } }
  return { $or: rows.map((row) => Object.fromEntries(primaryKey.map((name) => [name, row[name] ?? null]))) }
}

function keyOf(row: Row, primaryKey: readonly string[]): string {
  return JSON.stringify(primaryKey.map((name) => row[name]))
}

import { invalidArgument, StorageError } from '../errors/storage-error.ts'
import { isPlainObject, isReadyScalar, isWellFormed, toJsonValue } from './json-value.ts'
import { defaultBatchRows, type Cell, type JsonValue, type RowBatch, type RowInput } from './row.ts'

export { batchToRows } from './batch-rows.ts'

/** The most distinct fields the rows of one batch may have; beyond it a batch is mostly holes and memory grows with rows x fields. */
export const maxBatchColumns = 10_000

/**
 * Turns rows into a batch whose columns are all the fields of the rows, in the order they first appear.
 *
 * Values are checked and lowered as `toJsonValue` does; a field a row lacks becomes an undefined cell.
 *
 * @param rows - plain objects
 * @param firstRow - the number of the first row in the whole input, from 0, for messages and `details.row`
 * @throws {@link StorageError} `invalid-argument` with `details.row` (from 0) and `details.column`
 */
export function toBatch(rows: readonly RowInput[], firstRow = 0): RowBatch {
  const columns: string[] = []
  const indexByName = new Map<string, number>()
  const cells: Cell[][] = []
  let number = firstRow
  for (const row of rows) {
    checkRow(row, number)
    const names = Object.keys(row)
    cells.push(
      isSameList(names, columns) ? cellsOf(row, columns, number) : scatter(row, names, number, columns, indexByName),
    )
    number += 1
  }
  for (const row of cells) while (row.length < columns.length) row.push(undefined)
  return { columns, rows: cells }
}

function checkRow(row: unknown, number: number): void {
  if (!isPlainObject(row) || Object.getOwnPropertySymbols(row).length > 0) {
    const found = row === null ? 'null' : Array.isArray(row) ? 'an array' : `a ${typeof row}`
    const reason = isPlainObject(row) ? 'has a symbol as a key' : `is ${found}`
    throw invalidArgument(`rows[${number}] ${reason}: write each row as a plain object of field names and values`, {
      row: number,
    })
  }
}

/** Gives the cells of a row that has exactly these fields. In a loop without a closure: most rows come this way. */
function cellsOf(row: RowInput, columns: readonly string[], number: number): Cell[] {
  const cells: Cell[] = []
  for (let index = 0; index < columns.length; index++) {
    const name = columns[index] as string
    const value = row[name]
    cells.push(isReadyScalar(value) ? value : toCell(value, number, name))
  }
  return cells
}

function scatter(
  row: RowInput,
  names: readonly string[],
  number: number,
  columns: string[],
  indexByName: Map<string, number>,
): Cell[] {
  const cells: Cell[] = Array.from({ length: columns.length })
  for (const name of names) {
    let index = indexByName.get(name)
    if (index === undefined) {
      checkFieldName(name, number)
      if (columns.length >= maxBatchColumns) {
        const message = `rows[${number}] brings more than ${maxBatchColumns} different fields into one batch`
        throw invalidArgument(`${message}: put open-ended names into one object field`, { row: number, column: name })
      }
      index = columns.push(name) - 1
      indexByName.set(name, index)
    }
    cells[index] = toCell(row[name], number, name)
  }
  return cells
}

function checkFieldName(name: string, number: number): void {
  const problem =
    name === ''
      ? 'has a field with an empty name'
      : name === '__proto__'
        ? 'has a field named __proto__'
        : isWellFormed(name)
          ? undefined
          : 'has a field name with half a surrogate pair'
  if (problem) throw invalidArgument(`rows[${number}] ${problem}: rename it`, { row: number, column: name })
}

function toCell(value: unknown, number: number, name: string): JsonValue {
  if (isReadyScalar(value)) return value
  try {
    return toJsonValue(value, `rows[${number}].${name}`)
  } catch (error) {
    if (!StorageError.is(error)) throw error
    throw invalidArgument(error.message, { ...error.details, row: number, column: name })
  }
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}

/**
 * Joins batches into one whose columns are those of all, in the order they first appear. Cells of columns a batch lacks
 * are undefined.
 */
export function concatBatches(batches: readonly RowBatch[]): RowBatch {
  const [first] = batches
  if (first === undefined) return { columns: [], rows: [] }
  if (batches.length === 1) return first
  if (batches.every((batch) => isSameList(batch.columns, first.columns))) {
    return { columns: first.columns, rows: batches.flatMap((batch) => batch.rows) }
  }
  const columns = [...new Set(batches.flatMap((batch) => batch.columns))]
  return { columns, rows: batches.flatMap((batch) => withColumns(batch, columns).rows) }
}

/**
 * Gives a batch's rows with exactly these columns in this order: cells of columns the batch lacks are undefined, columns
 * not named are left out. The batch itself when nothing changes.
 */
export function withColumns(batch: RowBatch, columns: readonly string[]): RowBatch {
  if (isSameList(batch.columns, columns)) return batch
  const indexByName = new Map(batch.columns.map((name, index) => [name, index]))
  // -1 reads undefined from an array, which is what a lacking column has to give.
  const sources = columns.map((name) => indexByName.get(name) ?? -1)
  return { columns, rows: batch.rows.map((row) => sources.map((source) => row[source])) }
}

/**
 * Gives the same rows in batches of `maxRows` each, the last one shorter: large batches are cut and small ones joined.
 *
 * @param batches - at most `maxRows` rows beyond the current batch are held
 * @param maxRows - at least 1
 */
export async function* splitBatches(batches: AsyncIterable<RowBatch>, maxRows: number): AsyncGenerator<RowBatch> {
  let held: RowBatch[] = []
  let heldRows = 0
  for await (const batch of batches) {
    if (batch.rows.length === 0) continue
    let start = 0
    while (heldRows + batch.rows.length - start >= maxRows) {
      const end = start + maxRows - heldRows
      yield concatBatches([...held, sliceBatch(batch, start, end)])
      held = []
      heldRows = 0
      start = end
    }
    if (start === batch.rows.length) continue
    held.push(sliceBatch(batch, start, batch.rows.length))
    heldRows += batch.rows.length - start
  }
  if (held.length > 0) yield concatBatches(held)
}

function sliceBatch(batch: RowBatch, start: number, end: number): RowBatch {
  return start === 0 && end === batch.rows.length ? batch : { ...batch, rows: batch.rows.slice(start, end) }
}

/** Rows as apps hand them over: one by one or in arrays, at hand or arriving. */
export type RowSource = Iterable<RowInput | readonly RowInput[]> | AsyncIterable<RowInput | readonly RowInput[]>

/**
 * Turns rows into checked batches, as {@link toBatch} does; row numbers in errors count through the whole input.
 *
 * @param rows - rows, or arrays of rows; ending the iteration early ends this one too
 * @param size - rows per batch
 * @throws {@link StorageError} `invalid-argument` for a bad row; the batches before it have been given by then
 */
export async function* rowsToBatches(rows: RowSource, size: number = defaultBatchRows): AsyncGenerator<RowBatch> {
  const held = new HeldRows(size)
  if (isAsyncIterable(rows)) {
    for await (const item of rows) {
      if (isRowArray(item)) yield* held.takeAll(item)
      else if (held.take(item)) yield held.release()
    }
  } else {
    for (const item of checkIterable(rows)) {
      if (isRowArray(item)) yield* held.takeAll(item)
      else if (held.take(item)) yield held.release()
    }
  }
  if (!held.isEmpty) yield held.release()
}

/** Rows on their way into batches. Taking one makes nothing: a generator for each row, delegated to, costs more than checking it. */
class HeldRows {
  readonly #size: number
  #rows: RowInput[] = []
  #firstRow = 0

  constructor(size: number) {
    this.#size = size
  }

  get isEmpty(): boolean {
    return this.#rows.length === 0
  }

  /** Takes a row; true when a batch is full. */
  take(row: RowInput): boolean {
    return this.#rows.push(row) >= this.#size
  }

  *takeAll(rows: readonly RowInput[]): Generator<RowBatch, void, undefined> {
    for (const row of rows) if (this.take(row)) yield this.release()
  }

  release(): RowBatch {
    const batch = toBatch(this.#rows, this.#firstRow)
    this.#firstRow += this.#rows.length
    this.#rows = []
    return batch
  }
}

function isRowArray(item: RowInput | readonly RowInput[]): item is readonly RowInput[] {
  return Array.isArray(item)
}

function isAsyncIterable(rows: RowSource): rows is AsyncIterable<RowInput | readonly RowInput[]> {
  return typeof rows === 'object' && rows !== null && Symbol.asyncIterator in rows
}

function checkIterable<Item>(rows: Iterable<Item>): Iterable<Item> {
  if (typeof rows === 'object' && rows !== null && Symbol.iterator in rows) return rows
  throw invalidArgument(
    'rows must be an array, an iterable or an async iterable of plain objects: wrap a single row in []',
  )
}

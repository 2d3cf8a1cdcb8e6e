import papaparse from 'papaparse'
import { Utf8Text } from '../bytes/utf8-text.ts'
import type { Column } from '../contract/column.ts'
import { invalidArgument, StorageError, type StorageErrorCode } from '../errors/storage-error.ts'
import { type CellReader, cellReader } from './csv-cell-reader.ts'
import { type CheckedDialect, checkDialect, type CsvDialect } from './csv-dialect.ts'
import { type CsvColumn, planColumns, type UnknownColumns } from './csv-header.ts'
import { CsvRecords } from './csv-records.ts'
import type { InexactNumbers } from './json-text.ts'
import { type Cell, defaultBatchRows, type RowBatch } from './row.ts'

/** How CSV is read. */
export interface ReadCsvOptions extends CsvDialect {
  /** Column names for a file without a header line. Default: the first line that is not blank names them. */
  readonly header?: readonly string[] | undefined
  /**
   * The table's columns: cells become values of their types, and a value that does not fit fails with its row. Columns may
   * stand in any order and optional ones may be left out. Default: all cells are read as text.
   */
  readonly columns?: readonly Column[] | undefined
  /** With `columns`: what happens to others; `keep` reads them as text. Default `refuse`. */
  readonly unknownColumns?: UnknownColumns | undefined
  /** What happens to numbers a double can't hold exactly. Default `refuse`. */
  readonly inexactNumbers?: InexactNumbers | undefined
  /** The most characters one record may have, which bounds the memory a missing quote can take. Default 16 Mi. */
  readonly maxRecordLength?: number | undefined
}

/**
 * Reads UTF-8 CSV as RFC 4180 has it into batches of up to 1,000 rows, in the order of the file.
 *
 * Line breaks are LF or CRLF, also mixed, the last one may be missing, and a byte order mark is skipped. Line breaks within
 * quotes are data. Blank lines are skipped, except in a file of one column, where a blank line is a row with an empty cell.
 * Spaces are data. A file without rows gives no batch.
 *
 * @throws {@link StorageError} with the row counted from 1 in the message, `details.row` from 0 (header and blank lines don't
 * count), `details.line` from 1 (where the row begins), and `details.column` where one cell is at fault: `corrupt-data` for
 * what is no CSV (ragged rows, a quote left open, text behind a closing quote, a quote in an unquoted cell, a lone CR, bytes that
 * are not UTF-8, empty or repeated column names), `invalid-argument` for values and columns that don't fit `columns`
 */
export async function* readCsv(
  source: AsyncIterable<Uint8Array>,
  options: ReadCsvOptions = {},
): AsyncGenerator<RowBatch> {
  const rows = new CsvRows(options)
  const text = new Utf8Text()
  for await (const chunk of source) {
    for (const piece of text.push(chunk)) yield* rows.push(piece)
    if (text.isBroken) break
  }
  text.end()
  if (text.isBroken) yield* rows.fail('holds bytes that are not UTF-8: convert the file')
  else yield* rows.end()
}

class CsvRows {
  readonly #options: ReadCsvOptions
  readonly #dialect: CheckedDialect
  readonly #records: CsvRecords
  readonly #parser: papaparse.Parser
  #plan: CsvPlan | undefined
  #pending: Cell[][] = []
  #line = 1
  #row = 0

  constructor(options: ReadCsvOptions) {
    const { header, maxRecordLength = 16 * 1024 * 1024 } = options
    if (header?.length === 0) throw invalidArgument('header is empty: name all columns, or leave it out to read them')
    this.#options = options
    this.#dialect = checkDialect(options)
    this.#records = new CsvRecords(this.#dialect.delimiter, maxRecordLength)
    // papaparse's own reader of chunks skips a BOM at the start of each and can't stop at a limit; this is what it is built on.
    this.#parser = new papaparse.Parser({ delimiter: this.#dialect.delimiter, newline: '\n', quoteChar: '"' })
    if (header) this.#plan = this.#makePlan(header, undefined)
  }

  *push(text: string): Generator<RowBatch, void, undefined> {
    yield* this.#read(this.#records.push(text))
    if (this.#records.problem !== undefined) yield* this.fail(this.#records.problem)
  }

  *end(): Generator<RowBatch, void, undefined> {
    yield* this.#read(this.#records.end())
    if (this.#records.problem !== undefined) yield* this.fail(this.#records.problem)
    if (!this.#plan) throw corrupt('The CSV is empty: it needs a header line with the column names', {})
    yield* this.#flush()
  }

  /** Gives the rows before the record at fault, then throws. */
  *fail(problem: string): Generator<RowBatch, void, undefined> {
    if (this.#plan) yield* this.#flush()
    throw this.#rowError('corrupt-data', problem, this.#row, this.#line)
  }

  *#read(records: string | undefined): Generator<RowBatch, void, undefined> {
    if (records === undefined) return
    const all = this.#split(records)
    const start = this.#plan ? 0 : this.#readHeader(all)
    if (this.#plan) this.#convert(this.#plan, all, start, records)
    this.#line += countLines(records, all.length)
    yield* this.#fullBatches()
  }

  *#fullBatches(): Generator<RowBatch, void, undefined> {
    let start = 0
    for (; start + defaultBatchRows <= this.#pending.length; start += defaultBatchRows) {
      yield this.#batch(this.#pending.slice(start, start + defaultBatchRows))
    }
    if (start > 0) this.#pending = this.#pending.slice(start)
  }

  #split(records: string): string[][] {
    // papaparse takes no text for no record; here it is a blank line.
    return records === '' ? [['']] : (this.#parser.parse(records, 0, false) as { data: string[][] }).data
  }

  /** Takes the first record that is not a blank line as the header, and says where the rows begin. */
  #readHeader(all: readonly string[][]): number {
    const at = all.findIndex((cells) => !isBlank(cells))
    const names = all[at]
    if (names === undefined) return all.length
    this.#plan = this.#makePlan(names, this.#line + at)
    return at + 1
  }

  #makePlan(names: readonly string[], line: number | undefined): CsvPlan {
    const { columns, unknownColumns = 'refuse', inexactNumbers = 'refuse' } = this.#options
    const plan = planColumns(names, columns, unknownColumns, line)
    return new CsvPlan(names.length, plan, (column) => cellReader(column, this.#dialect, inexactNumbers))
  }

  #convert(plan: CsvPlan, all: string[][], start: number, records: string): void {
    for (let index = start; index < all.length; index++) {
      const cells = all[index] ?? []
      if (cells.length !== plan.width) {
        if (isBlank(cells)) continue
        const problem = `has ${cells.length} cells where the header has ${plan.width}: look for a missing or extra delimiter or quote`
        throw this.#rowError('corrupt-data', problem, this.#row, this.#lineOf(index, records))
      }
      try {
        this.#pending.push(plan.convert(cells))
      } catch (error) {
        if (!StorageError.is(error)) throw error
        throw this.#rowError('invalid-argument', error.message, this.#row, this.#lineOf(index, records), plan.column)
      }
      this.#row++
    }
  }

  /** The line a record begins on. Needed only for a message, so the records are split once more rather than followed. */
  #lineOf(index: number, records: string): number {
    const before = this.#split(records).slice(0, index)
    const breaks = before.flat().reduce((count, cell) => count + cell.split('\n').length - 1, 0)
    return this.#line + before.length + breaks
  }

  #rowError(code: StorageErrorCode, problem: string, row: number, line: number, column?: string): StorageError {
    const isHeader = this.#plan === undefined
    const place = isHeader ? `The header of the CSV (line ${line})` : `Row ${row + 1} of the CSV (line ${line})`
    const message = `${place}${column === undefined ? '' : `, column ${JSON.stringify(column)}`} ${problem}`
    const details = { line, ...(isHeader ? {} : { row }), ...(column === undefined ? {} : { column }) }
    return new StorageError({ code, message, details })
  }

  *#flush(): Generator<RowBatch, void, undefined> {
    if (this.#pending.length > 0) yield this.#batch(this.#pending)
    this.#pending = []
  }

  #batch(rows: Cell[][]): RowBatch {
    return { columns: this.#plan?.names ?? [], rows }
  }
}

/** How records become rows. */
class CsvPlan {
  readonly width: number
  readonly names: readonly string[]
  /** The column that was read last; the one at fault when {@link CsvPlan.convert} throws. */
  column: string | undefined
  readonly #columns: readonly CsvColumn[]
  readonly #readers: readonly { readonly index: number; readonly name: string; readonly read: CellReader }[]

  constructor(width: number, columns: readonly CsvColumn[], reader: (column?: Column) => CellReader | undefined) {
    this.width = width
    this.names = columns.map(({ name }) => name)
    this.#columns = columns
    this.#readers = columns.flatMap(({ index, name, column }) => {
      const read = reader(column)
      return read ? [{ index, name, read }] : []
    })
  }

  /** Turns a record's cells into values, in place. */
  convert(cells: Cell[]): Cell[] {
    for (const { index, name, read } of this.#readers) {
      this.column = name
      cells[index] = read(cells[index] as string)
    }
    return this.#columns.length === this.width ? cells : this.#columns.map(({ index }) => cells[index])
  }
}

function isBlank(cells: readonly string[]): boolean {
  return cells.length === 1 && cells[0] === ''
}

/** How many lines the records take: as many as there are records, unless quoted cells hold line breaks. */
function countLines(records: string, recordCount: number): number {
  if (!records.includes('"')) return recordCount
  let lines = 1
  for (let at = records.indexOf('\n'); at >= 0; at = records.indexOf('\n', at + 1)) lines++
  return lines
}

function corrupt(message: string, details: Readonly<Record<string, unknown>>): StorageError {
  return new StorageError({ code: 'corrupt-data', message, details })
}

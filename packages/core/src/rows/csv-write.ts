import type { Column } from '../contract/column.ts'
import { invalidArgument, StorageError } from '../errors/storage-error.ts'
import { withColumns } from './batch.ts'
import { cellWriter, type CellWriter } from './csv-cell-writer.ts'
import { checkDialect, type CsvDialect } from './csv-dialect.ts'
import type { Cell, RowBatch } from './row.ts'

/** How CSV is written. */
export interface WriteCsvOptions extends CsvDialect {
  /** The columns of the file, in this order; fields of rows that are not named here are left out. At least one. */
  readonly columns: readonly string[]
  /** The table's columns; the lossless dialect writes values of these types bare. Default: all columns hold text. */
  readonly types?: readonly Column[] | undefined
  /** Whether the first line names the columns. Default true. */
  readonly header?: boolean | undefined
}

// In characters; mostly a character is a byte. Larger ones are slower: such buffers are mapped anew each time.
const chunkLength = 64 * 1024

/**
 * Writes batches as UTF-8 CSV: one line for each row, ended by LF, with cells quoted where RFC 4180 asks for it.
 *
 * Numbers are written as JavaScript does (`0.1`, `1e+21`), booleans as `true` and `false`, objects and arrays as JSON. Reading the
 * result with the same dialect and columns gives the same values, apart from what {@link CsvDialect} says of the plain one.
 *
 * @returns chunks of about 64 KiB
 * @throws {@link StorageError} `invalid-argument` when a text would be read as `nullText` or `missingText`, with `details.row`
 * (from 0) and `details.column`
 */
export async function* writeCsv(
  batches: AsyncIterable<RowBatch>,
  options: WriteCsvOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { columns, types = [], header = true } = options
  checkColumns(columns)
  const lines = new CsvLines(options, new Map(types.map((column) => [column.name, column])))
  let text = header ? lines.header() : ''
  for await (const batch of batches) {
    for (const row of withColumns(batch, columns).rows) {
      text += lines.line(row)
      if (text.length < chunkLength) continue
      yield Buffer.from(text)
      text = ''
    }
  }
  if (text !== '') yield Buffer.from(text)
}

function checkColumns(columns: readonly string[]): void {
  if (columns.length === 0) throw invalidArgument('columns is empty: name the columns of the CSV in their order')
  const repeated = columns.find((name, index) => columns.indexOf(name) !== index)
  if (repeated !== undefined)
    throw invalidArgument(`columns names ${JSON.stringify(repeated)} twice: name each one once`)
}

class CsvLines {
  readonly #columns: readonly string[]
  readonly #writers: readonly CellWriter[]
  readonly #delimiter: string
  readonly #special: RegExp
  readonly #mayQuoteNumbers: boolean
  #row = 0

  constructor(options: WriteCsvOptions, declared: ReadonlyMap<string, Column>) {
    const dialect = checkDialect(options)
    this.#columns = options.columns
    this.#writers = options.columns.map((name) => cellWriter(declared.get(name), dialect))
    this.#delimiter = dialect.delimiter
    this.#mayQuoteNumbers = /[\w.+-]/.test(dialect.delimiter)
    // A byte order mark at the start of the file would be skipped by readers.
    this.#special = new RegExp(`["\\r\\n\\uFEFF${dialect.delimiter.replace(/[\]^-]/, '\\$&')}]`)
  }

  header(): string {
    return this.#end(this.#columns.map((name) => this.#quote(name)).join(this.#delimiter))
  }

  line(row: readonly Cell[]): string {
    const writers = this.#writers
    let line = ''
    let index = 0
    try {
      for (const write of writers) {
        const cell = row[index]
        const isPlain = typeof cell === 'number' && !this.#mayQuoteNumbers
        const text = isPlain ? write(cell) : this.#quote(write(cell))
        line += index === 0 ? text : this.#delimiter + text
        index++
      }
    } catch (error) {
      if (!StorageError.is(error)) throw error
      const column = this.#columns[index]
      const place = `Row ${this.#row + 1}, column ${JSON.stringify(column)}`
      throw invalidArgument(`${place} ${error.message}`, { row: this.#row, column })
    }
    this.#row++
    return this.#end(line)
  }

  #quote(text: string): string {
    return this.#special.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }

  #end(line: string): string {
    // Most readers skip an empty line.
    return line === '' ? '""\n' : `${line}\n`
  }
}

import { invalidArgument, StorageError } from '../errors/storage-error.ts'
import { toBatch } from './batch.ts'
import { type InexactNumbers, parseJsonExactly } from './json-text.ts'
import { isPlainObject } from './json-value.ts'
import { shortText } from './row-check.ts'
import { defaultBatchRows, type RowBatch, type RowInput } from './row.ts'

/** How JSON lines and JSON documents are read. */
export interface ReadJsonOptions {
  /** What happens to numbers a double can't hold exactly. Default `refuse`. */
  readonly inexactNumbers?: InexactNumbers | undefined
  /** The most characters one row may have, which bounds the memory broken input can take. Default 16 Mi. */
  readonly maxRecordLength?: number | undefined
}

/** The most characters of a row where nothing else is asked for. */
export const defaultRecordLength: number = 16 * 1024 * 1024

/** Gathers the texts of rows into batches, and says for each failure which row and line it was. */
export class JsonRows {
  readonly #inexactNumbers: InexactNumbers
  #rows: RowInput[] = []
  #lines: number[] = []
  #firstRow = 0

  constructor(options: ReadJsonOptions) {
    this.#inexactNumbers = options.inexactNumbers ?? 'refuse'
  }

  /**
   * Takes the next row's text, and gives a batch when that fills one.
   *
   * @throws StorageError `corrupt-data` for what is no JSON or no object, `invalid-argument` for numbers that can't be held
   */
  take(text: string, line: number): RowBatch | undefined {
    const value = this.#parse(text, line)
    if (!isPlainObject(value)) {
      throw this.failure('corrupt-data', `is no object: ${shortText(text.trim())}`, line)
    }
    this.#lines.push(line)
    return this.#rows.push(value as RowInput) < defaultBatchRows ? undefined : this.flush()
  }

  /** Gives the rows gathered so far; undefined when there are none. */
  flush(): RowBatch | undefined {
    if (this.#rows.length === 0) return undefined
    try {
      return toBatch(this.#rows, this.#firstRow)
    } catch (error) {
      throw this.#placed(error)
    } finally {
      this.#firstRow += this.#rows.length
      this.#rows = []
      this.#lines = []
    }
  }

  /** Builds the error for the row that would come next. */
  failure(code: 'corrupt-data' | 'invalid-argument', problem: string, line: number): StorageError {
    const row = this.#firstRow + this.#rows.length
    return new StorageError({ code, message: `Row ${row + 1} (line ${line}) ${problem}`, details: { row, line } })
  }

  #parse(text: string, line: number): unknown {
    try {
      return parseJsonExactly(text, this.#inexactNumbers)
    } catch (error) {
      if (!StorageError.is(error)) throw error
      const isJson = !error.message.startsWith('is not JSON')
      throw this.failure(isJson ? 'invalid-argument' : 'corrupt-data', error.message, line)
    }
  }

  #placed(error: unknown): unknown {
    if (!StorageError.is(error)) return error
    const line = this.#lines[Number(error.details['row']) - this.#firstRow]
    return invalidArgument(`${error.message} (line ${line})`, { ...error.details, line })
  }
}

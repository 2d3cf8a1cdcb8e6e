import { KeboolaError } from '../keboola-error.ts'
import type { CsvFormat } from './csv-format.ts'

/** The cells of a record. Null is a cell with nothing in it, not even an enclosure. */
export type CsvRecord = (string | null)[]

// What memory a missing enclosure can take.
const mostRecordLength = 16 * 1024 * 1024

/**
 * Cuts the text of a CSV file into records, chunk by chunk: cells between delimiters, records between line breaks (LF or CRLF),
 * both of which are data within an enclosure. Every line is a record, a blank one has one cell.
 */
export class CsvRecords {
  readonly #format: CsvFormat
  #rest = ''
  #records: CsvRecord[] = []
  #number = 1
  // Where the next enclosure is: looking for it again at each record would take quadratic time.
  #enclosed = -1

  constructor(format: CsvFormat) {
    this.#format = format
  }

  /** Takes more text and gives the records that are complete. */
  push(text: string): CsvRecord[] {
    return this.#read(this.#rest === '' ? text : this.#rest + text, false)
  }

  /** Gives what is left at the end of the text. */
  end(): CsvRecord[] {
    const text = this.#rest
    return text === '' ? [] : this.#read(text, true)
  }

  #read(text: string, isEnd: boolean): CsvRecord[] {
    this.#records = []
    this.#enclosed = -1
    let start = 0
    while (start < text.length) {
      const next = this.#readRecord(text, start, isEnd)
      if (next === -1) break
      start = next
      this.#number += 1
    }
    this.#rest = text.slice(start)
    if (this.#rest.length > mostRecordLength) {
      throw new KeboolaError(400, 'rowTooLarge', `Row ${this.#number} is too large, or an enclosure is missing`)
    }
    return this.#records
  }

  /** Reads one record and gives where the next one begins, or -1 when it isn't complete. */
  #readRecord(text: string, start: number, isEnd: boolean): number {
    const { enclosure, escapedBy, delimiter } = this.#format
    if (escapedBy !== '') return this.#readEscaped(text, start, isEnd)
    const lineEnd = text.indexOf('\n', start)
    const end = lineEnd === -1 ? text.length : lineEnd
    if (enclosure !== '' && this.#nextEnclosure(text, start) < end) return this.#readEnclosed(text, start, isEnd)
    if (lineEnd === -1 && !isEnd) return -1
    const line = text.slice(start, text[end - 1] === '\r' && end > start ? end - 1 : end)
    this.#records.push(line.split(delimiter).map(orNull))
    return end + 1
  }

  #nextEnclosure(text: string, start: number): number {
    if (this.#enclosed < start) {
      const found = text.indexOf(this.#format.enclosure, start)
      this.#enclosed = found === -1 ? Infinity : found
    }
    return this.#enclosed
  }

  #readEnclosed(text: string, start: number, isEnd: boolean): number {
    const { delimiter } = this.#format
    const cells: CsvRecord = []
    let at = start
    for (;;) {
      const end = this.#endOfCell(text, at, isEnd)
      if (end === -1) return -1
      cells.push(this.#cell(text, at, end))
      if (text[end] !== delimiter) {
        this.#records.push(cells)
        return text[end] === '\r' ? end + 2 : end + 1
      }
      at = end + 1
      // A delimiter at the very end has an empty cell behind it.
      if (at === text.length) {
        if (!isEnd) return -1
        cells.push(null)
        this.#records.push(cells)
        return at
      }
    }
  }

  /** Finds the delimiter or line break behind a cell, or the end of the text; -1 when it may still come. */
  #endOfCell(text: string, start: number, isEnd: boolean): number {
    const { delimiter, enclosure } = this.#format
    if (text[start] !== enclosure) return endOfPlainCell(text, start, delimiter, isEnd)
    const closing = this.#closing(text, start)
    if (closing === -1) return this.#incomplete(isEnd)
    const behind = text[closing + 1]
    if (behind === undefined) return isEnd ? closing + 1 : -1
    if (behind === delimiter || behind === '\n') return closing + 1
    if (behind === '\r') {
      const after = text[closing + 2]
      if (after === '\n') return closing + 1
      if (after === undefined && !isEnd) return -1
    }
    throw this.#invalid('has text behind a closing enclosure')
  }

  #closing(text: string, start: number): number {
    const { enclosure } = this.#format
    let at = text.indexOf(enclosure, start + 1)
    while (at !== -1 && text[at + 1] === enclosure) at = text.indexOf(enclosure, at + 2)
    return at
  }

  #incomplete(isEnd: boolean): -1 {
    if (isEnd) throw this.#invalid('has an enclosure that is never closed')
    return -1
  }

  #cell(text: string, start: number, end: number): string | null {
    const { enclosure } = this.#format
    if (text[start] !== enclosure) return start === end ? null : text.slice(start, end)
    const inner = text.slice(start + 1, end - 1)
    return inner.includes(enclosure) ? inner.replaceAll(enclosure + enclosure, enclosure) : inner
  }

  #readEscaped(text: string, start: number, isEnd: boolean): number {
    const { delimiter, escapedBy } = this.#format
    const cells: CsvRecord = []
    let cell = ''
    let isEmpty = true
    let at = start
    for (; at < text.length && text[at] !== '\n'; at += 1) {
      if (text[at] === delimiter) {
        cells.push(isEmpty ? null : cell)
        cell = ''
        isEmpty = true
        continue
      }
      isEmpty = false
      if (text[at] === escapedBy && at + 1 < text.length) at += 1
      cell += text[at]
    }
    if (at === text.length && !isEnd) return -1
    if (cell.endsWith('\r') && text[at] === '\n') cell = cell.slice(0, -1)
    cells.push(cell === '' ? null : cell)
    this.#records.push(cells)
    return at + 1
  }

  #invalid(problem: string): KeboolaError {
    return new KeboolaError(400, 'invalidCsv', `The CSV is invalid: the record ${this.#number} ${problem}`)
  }
}

function orNull(cell: string): string | null {
  return cell === '' ? null : cell
}

function endOfPlainCell(text: string, start: number, delimiter: string, isEnd: boolean): number {
  for (let at = start; at < text.length; at += 1) {
    const character = text[at]
    if (character === delimiter || character === '\n') return at
    if (character === '\r' && text[at + 1] === '\n') return at
  }
  return isEnd ? text.length : -1
}

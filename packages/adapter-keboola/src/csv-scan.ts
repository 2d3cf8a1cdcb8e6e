import { digestFactors, digestSeeds, finishLane, KeyDigests, valueSeparator } from './key-digests.ts'
import { Utf8Check } from './utf8-check.ts'

const comma = 0x2c
const quote = 0x22
const lineFeed = 0x0a
const carriageReturn = 0x0d

/** The most bytes of a record, which bounds what a quote that is never closed takes. */
const maxRecordBytes = 16 * 1024 * 1024

/** Cells up to here are looked through byte by byte. */
const shortCellBytes = 64

/** What {@link CsvScan} says of a record that isn't whole yet, and of one that has to be read with care. */
const isCut = -1
const isOdd = -2

/** What a scan looks for. */
export interface CsvScanOptions {
  /** The table's columns: the file must have all of them and no others, in any order. */
  readonly columns: readonly string[]
  /** The columns of the primary key; empty for none. */
  readonly primaryKey: readonly string[]
}

/**
 * Looks CSV through on its way, without cutting it into cells: whether it is UTF-8 with the right header, and, for a table with a primary
 * key, where rows begin and the digests of their keys.
 *
 * It looks for quotes and line breaks alone, so it doesn't count cells: that a row has too many or too few the service finds. In
 * whatever else is odd the scan ends; the file is then read row by row, which gives the right error or the right rows.
 */
export class CsvScan {
  readonly #options: CsvScanOptions
  readonly #utf8 = new Utf8Check()
  readonly #digests = new KeyDigests()
  #held: Buffer = Buffer.alloc(0)
  #isKey: readonly boolean[] | undefined
  #isClean = true

  constructor(options: CsvScanOptions) {
    this.#options = options
  }

  /** Whether nothing odd was seen so far. */
  get isClean(): boolean {
    return this.#isClean && this.#utf8.isValid
  }

  /** The digests of the rows' keys. */
  get digests(): KeyDigests {
    return this.#digests
  }

  /** Takes in the next bytes; they may change afterwards. */
  push(chunk: Uint8Array): void {
    if (!this.isClean) return
    this.#utf8.push(chunk)
    if (this.#isKey !== undefined && this.#options.primaryKey.length === 0) return
    const view = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    const data = this.#held.length === 0 ? view : Buffer.concat([this.#held, view])
    const end = this.#read(data)
    this.#held = end === data.length ? Buffer.alloc(0) : Buffer.from(data.subarray(end))
    if (this.#held.length > maxRecordBytes) this.#isClean = false
  }

  /** Says that nothing follows. */
  end(): void {
    this.#utf8.end()
    if (this.#held.length > 0)
      this.#isClean &&= this.#read(Buffer.concat([this.#held, lastLineFeed])) > this.#held.length
    if (this.#isKey === undefined) this.#isClean = false
  }

  /** Reads whole records and says where the last of them ends. */
  #read(data: Buffer): number {
    let at = this.#isKey === undefined ? this.#readHeader(data) : 0
    const isKey = this.#isKey
    if (isKey === undefined || this.#options.primaryKey.length === 0) return isKey === undefined ? at : data.length
    if (hasLoneReturn(data)) this.#isClean = false
    const keyWidth = isKey.lastIndexOf(true) + 1
    while (at < data.length && this.#isClean) {
      const end = this.#readRecord(data, at, keyWidth, isKey)
      if (end === isCut) return at
      if (end === isOdd) this.#isClean = false
      else at = end
    }
    return at
  }

  /** Takes in the first line and says where the rows begin; 0 while it isn't whole. */
  #readHeader(data: Buffer): number {
    const end = data.indexOf(lineFeed)
    if (end < 0) return 0
    const names = headerNames(data.subarray(0, end))
    const { columns, primaryKey } = this.#options
    if (names === undefined || !isSameSet(names, columns)) this.#isClean = false
    this.#isKey = (names ?? []).map((name) => primaryKey.includes(name))
    return end + 1
  }

  /** Reads one record up to the last column of the key, takes in its digest, and goes on to its end. */
  #readRecord(data: Buffer, start: number, keyWidth: number, isKey: readonly boolean[]): number {
    let [high, low] = digestSeeds
    const [highFactor, lowFactor] = digestFactors
    let at = start
    if (data[at] === lineFeed || data[at] === carriageReturn) return isOdd
    for (let column = 0; column < keyWidth; column += 1) {
      if (column > 0) {
        if (data[at] !== comma) return at < data.length ? isOdd : isCut
        at += 1
      }
      const isQuoted = data[at] === quote
      const from = isQuoted ? at + 1 : at
      const end = isQuoted ? closingQuote(data, from) : endOfBare(data, at)
      if (end < 0) return end
      if (isKey[column] === true) {
        for (let index = from; index < end; index += 1) {
          const byte = data[index] as number
          // Of a doubled quote one counts.
          if (byte === quote) index += 1
          high = Math.imul(high ^ byte, highFactor)
          low = Math.imul(((low << 5) | (low >>> 27)) ^ byte, lowFactor)
        }
        high = Math.imul(high ^ valueSeparator, highFactor)
        low = Math.imul(((low << 5) | (low >>> 27)) ^ valueSeparator, lowFactor)
      }
      at = isQuoted ? end + 1 : end
    }
    const end = endOfRecord(data, at)
    if (end > 0) this.#digests.add(finishLane(high ^ (low >>> 7)), finishLane(low))
    return end
  }
}

const lastLineFeed = Uint8Array.of(lineFeed)

/** Where the record ends that `at` stands in, behind a cell: the position behind its line break. */
function endOfRecord(data: Buffer, from: number): number {
  // Byte by byte: asking `indexOf` for the next quote of cells of usual length takes several times as long.
  for (let at = from; at < data.length; at += 1) {
    const byte = data[at]
    if (byte === lineFeed) return at + 1
    if (byte !== quote) continue
    if (data[at - 1] !== comma) return isOdd
    const close = closingQuote(data, at + 1)
    if (close < 0) return close
    at = close
  }
  return isCut
}

/** Where the quote is that closes a cell; it takes a look at what follows. */
function closingQuote(data: Buffer, from: number): number {
  for (let at = from; ;) {
    const close = nextQuote(data, at)
    if (close < 0 || close + 1 >= data.length) return isCut
    const next = data[close + 1]
    if (next !== quote) return next === comma || next === lineFeed || next === carriageReturn ? close : isOdd
    at = close + 2
  }
}

/** Where a cell without quotes ends: at its delimiter. */
function endOfBare(data: Buffer, from: number): number {
  for (let at = from; at < data.length; at += 1) {
    const byte = data[at]
    if (byte === comma || byte === lineFeed || byte === carriageReturn) return at
    if (byte === quote) return isOdd
  }
  return isCut
}

/** Where the next quote is; negative without one. From some length on `indexOf` is faster than looking at each byte. */
function nextQuote(data: Buffer, from: number): number {
  const end = Math.min(data.length, from + shortCellBytes)
  for (let at = from; at < end; at += 1) if (data[at] === quote) return at
  return data.indexOf(quote, end)
}

/** Whether there is a CR that no LF follows; one at the very end may still be followed. */
function hasLoneReturn(data: Buffer): boolean {
  for (let at = data.indexOf(carriageReturn); at >= 0; at = data.indexOf(carriageReturn, at + 1)) {
    if (at + 1 < data.length && data[at + 1] !== lineFeed) return true
  }
  return false
}

/** Gives the names of a header line; undefined for one that has to be read with care. */
function headerNames(line: Buffer): string[] | undefined {
  const text = line
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .replace(/\r$/, '')
  const names = text.split(',').map((name) => /^"([^"]*)"$/.exec(name)?.[1] ?? name)
  return names.some((name) => name.includes('"')) ? undefined : names
}

function isSameSet(names: readonly string[], columns: readonly string[]): boolean {
  return names.length === columns.length && new Set([...names, ...columns]).size === columns.length
}

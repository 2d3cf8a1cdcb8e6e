const quote = 0x22
const lineFeed = 0x0a

/**
 * Passes CSV with a header line on as it is, and counts its rows: line breaks outside quotes.
 *
 * @param onRows - told after each chunk that brought some how many more rows there are, and how many in all
 */
export async function* countCsvRows(
  chunks: AsyncIterable<Uint8Array>,
  onRows: (more: number, total: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const lines = new CsvLineCounter()
  let rows = 0
  const tell = (count: number): void => {
    // The first line is the header.
    const total = Math.max(0, count - 1)
    if (total > rows) onRows(total - rows, total)
    rows = total
  }
  for await (const chunk of chunks) {
    lines.push(chunk)
    yield chunk
    tell(lines.complete)
  }
  tell(lines.all)
}

/** Counts the lines of CSV, whose line breaks within quotes are none. */
class CsvLineCounter {
  #complete = 0
  #isQuoted = false
  #isBegun = false

  /** Lines that ended with a line break. */
  get complete(): number {
    return this.#complete
  }

  /** The same, and the last one when it has none. */
  get all(): number {
    return this.#complete + (this.#isBegun ? 1 : 0)
  }

  push(chunk: Uint8Array): void {
    if (chunk.byteLength === 0) return
    if (this.#isQuoted || chunk.includes(quote)) this.#countQuoted(chunk)
    else this.#countPlain(chunk)
    this.#isBegun = chunk[chunk.byteLength - 1] !== lineFeed || this.#isQuoted
  }

  #countPlain(chunk: Uint8Array): void {
    for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, at + 1)) this.#complete += 1
  }

  #countQuoted(chunk: Uint8Array): void {
    let quoted = this.#isQuoted ? 1 : 0
    let lines = 0
    for (let index = 0; index < chunk.byteLength; index += 1) {
      const byte = chunk[index]
      if (byte === quote) quoted ^= 1
      else if (byte === lineFeed) lines += 1 - quoted
    }
    this.#isQuoted = quoted === 1
    this.#complete += lines
  }
}

import { Utf8Text } from '../bytes/utf8-text.ts'
import { rowMaker } from './batch-rows.ts'
import { defaultRecordLength, JsonRows, type ReadJsonOptions } from './json-rows.ts'
import type { RowBatch } from './row.ts'

/**
 * Reads JSON lines (one object on each line, UTF-8) into batches of up to 1,000 rows.
 *
 * Lines end with LF or CRLF, the last one may lack its end; blank lines are skipped, and so is a byte order mark. A number that a
 * double can't hold exactly is never rounded. Of a key that is repeated in one object the last value counts.
 *
 * @throws StorageError with `details.row` (from 0), `details.line` (from 1) and, where one field is at fault, `details.column`:
 * `corrupt-data` for what is no JSON object or not UTF-8, `invalid-argument` for numbers and texts that can't be stored
 */
export async function* readJsonLines(
  source: AsyncIterable<Uint8Array>,
  options: ReadJsonOptions = {},
): AsyncGenerator<RowBatch, void, undefined> {
  const lines = new JsonLines(options)
  const text = new Utf8Text()
  for await (const chunk of source) {
    for (const piece of text.push(chunk)) yield* lines.push(piece)
    if (text.isBroken) break
  }
  text.end()
  if (text.isBroken) yield* lines.fail('holds bytes that are not UTF-8: convert the file')
  else yield* lines.end()
}

class JsonLines {
  readonly #rows: JsonRows
  readonly #maxLength: number
  #held: string[] = []
  #heldLength = 0
  #line = 1

  constructor(options: ReadJsonOptions) {
    this.#rows = new JsonRows(options)
    this.#maxLength = options.maxRecordLength ?? defaultRecordLength
  }

  *push(piece: string): Generator<RowBatch, void, undefined> {
    let start = 0
    for (let end = piece.indexOf('\n'); end >= 0; end = piece.indexOf('\n', start)) {
      yield* this.#take(this.#release(piece.slice(start, end)))
      start = end + 1
    }
    if (start === piece.length) return
    this.#heldLength += piece.length - start
    if (this.#heldLength > this.#maxLength) {
      yield* this.fail(`is longer than ${this.#maxLength} characters: are these JSON lines, or one document?`)
    }
    this.#held.push(piece.slice(start))
  }

  *end(): Generator<RowBatch, void, undefined> {
    yield* this.#take(this.#release(''))
    yield* this.#flush()
  }

  /** Gives the rows before the line under way, then throws. */
  *fail(problem: string): Generator<RowBatch, void, undefined> {
    const failure = this.#rows.failure('corrupt-data', problem, this.#line)
    yield* this.#flush()
    throw failure
  }

  #release(end: string): string {
    if (this.#held.length === 0) return end
    const line = this.#held.join('') + end
    this.#held = []
    this.#heldLength = 0
    return line
  }

  *#take(text: string): Generator<RowBatch, void, undefined> {
    const isBlank = text === '' || text === '\r' || text.trim() === ''
    const batch = isBlank ? undefined : this.#rows.take(text, this.#line)
    this.#line++
    if (batch) yield batch
  }

  *#flush(): Generator<RowBatch, void, undefined> {
    const batch = this.#rows.flush()
    if (batch) yield batch
  }
}

// In characters; mostly a character is a byte.
const chunkLength = 256 * 1024

/**
 * Writes batches as JSON lines: one object for each row, ended by LF; a missing cell has no key.
 *
 * @returns chunks of about 256 KiB
 */
export async function* writeJsonLines(batches: AsyncIterable<RowBatch>): AsyncGenerator<Uint8Array, void, undefined> {
  let text = ''
  for await (const batch of batches) {
    const toRow = rowMaker(batch.columns)
    for (const cells of batch.rows) {
      text += `${JSON.stringify(toRow(cells))}\n`
      if (text.length < chunkLength) continue
      yield Buffer.from(text)
      text = ''
    }
  }
  if (text !== '') yield Buffer.from(text)
}

import { AbejaError } from './abeja-error.ts'

/** One part of a multipart body. */
export interface MultipartPart {
  /** The name of the field. */
  readonly name: string
  /** The name of the file, with its directories; undefined where there is none. */
  readonly filename: string | undefined
  /** The media type; undefined where none was given. */
  readonly contentType: string | undefined
  /** The bytes, once: to be read to its end, or not at all, before the next part is asked for. */
  readonly body: AsyncGenerator<Buffer, void, undefined>
}

const mostHeaderBytes = 16 * 1024
const usualMostParts = 16
const lineEnd = Buffer.from('\r\n')
const headerEnd = Buffer.from('\r\n\r\n')
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Finds the boundary in the media type of a body; undefined where it is none of form data. */
export function readBoundary(contentType: string | undefined): string | undefined {
  if (contentType === undefined || !/^multipart\/form-data\s*;/i.test(contentType)) return undefined
  const [, quoted, plain] = /;\s*boundary=(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))/i.exec(contentType) ?? []
  return quoted ?? plain
}

/**
 * Reads form data while it arrives. It never holds more than a chunk of the body and the headers of one part.
 */
export class MultipartReader {
  readonly #source: AsyncIterator<Buffer>
  readonly #delimiter: Buffer
  readonly #mostParts: number
  // A delimiter belongs to the line before it; the first one may have none.
  #buffer: Buffer = lineEnd
  #part: AsyncGenerator<Buffer, void, undefined> | undefined
  #parts = 0
  #hasEnded = false

  /** @param mostParts - a body with more of them is refused */
  constructor(source: AsyncIterable<Buffer>, boundary: string, mostParts: number = usualMostParts) {
    this.#mostParts = mostParts
    this.#source = source[Symbol.asyncIterator]()
    this.#delimiter = Buffer.from(`\r\n--${boundary}`)
  }

  /** Gives the next part; undefined after the last. What was left of the part before is passed over. */
  async next(): Promise<MultipartPart | undefined> {
    this.#part ??= this.#untilDelimiter()
    for await (const _ of this.#part);
    if (this.#hasEnded || (await this.#isLast())) return undefined
    this.#parts += 1
    if (this.#parts > this.#mostParts) throw malformed(`has more than ${this.#mostParts} parts`)
    const headers = await this.#readHeaders()
    this.#part = this.#untilDelimiter()
    return { ...headers, body: this.#part }
  }

  /** Lets go of the source. */
  async close(): Promise<void> {
    await this.#source.return?.()
  }

  /** Passes over what follows the last part. */
  async drain(): Promise<void> {
    this.#buffer = Buffer.alloc(0)
    while (await this.#more());
  }

  async *#untilDelimiter(): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      const at = this.#buffer.indexOf(this.#delimiter)
      if (at !== -1) {
        const last = this.#buffer.subarray(0, at)
        this.#buffer = this.#buffer.subarray(at + this.#delimiter.length)
        if (last.length > 0) yield last
        return
      }
      const free = this.#buffer.length - startedDelimiter(this.#buffer, this.#delimiter)
      const sure = this.#buffer.subarray(0, free)
      this.#buffer = this.#buffer.subarray(free)
      if (sure.length > 0) yield sure
      await this.#require()
    }
  }

  // After a delimiter come two dashes, or blanks and the end of the line.
  async #isLast(): Promise<boolean> {
    while (this.#buffer.length < 2) await this.#require()
    if (this.#buffer.subarray(0, 2).equals(Buffer.from('--'))) {
      this.#hasEnded = true
      return true
    }
    const line = await this.#readUntil(lineEnd)
    if (!/^[ \t]*$/.test(line)) throw malformed('goes on after a boundary')
    // A part without headers begins with an empty line.
    this.#buffer = Buffer.concat([lineEnd, this.#buffer])
    return false
  }

  async #readHeaders(): Promise<Omit<MultipartPart, 'body'>> {
    const text = await this.#readUntil(headerEnd)
    const lines = text.split('\r\n').filter((line) => line !== '')
    const headers = new Map(lines.map((line) => splitHeader(line)))
    const disposition = headers.get('content-disposition') ?? ''
    if (!/^form-data\s*(?:;|$)/i.test(disposition)) throw malformed('has a part that is no form data')
    const parameters = readParameters(disposition)
    return {
      name: parameters.get('name') ?? '',
      filename: parameters.get('filename'),
      contentType: headers.get('content-type') || undefined,
    }
  }

  async #readUntil(end: Buffer): Promise<string> {
    let at = this.#buffer.indexOf(end)
    while (at === -1) {
      if (this.#buffer.length > mostHeaderBytes) throw malformed('has headers that are too long')
      await this.#require()
      at = this.#buffer.indexOf(end)
    }
    if (at > mostHeaderBytes) throw malformed('has headers that are too long')
    const text = decode(this.#buffer.subarray(0, at))
    this.#buffer = this.#buffer.subarray(at + end.length)
    return text
  }

  async #require(): Promise<void> {
    if (!(await this.#more())) throw malformed('ends before its last boundary')
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next()
    if (next.done === true) return false
    this.#buffer = this.#buffer.length === 0 ? next.value : Buffer.concat([this.#buffer, next.value])
    return true
  }
}

/** In another encoding a name has lost what it said. */
function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw malformed('has headers that are not UTF-8')
  }
}

/** Counts the bytes at the end of a buffer that may be the beginning of a delimiter. */
function startedDelimiter(buffer: Buffer, delimiter: Buffer): number {
  const from = Math.max(buffer.length - delimiter.length + 1, 0)
  for (let at = buffer.indexOf(0x0d, from); at !== -1; at = buffer.indexOf(0x0d, at + 1)) {
    const end = buffer.subarray(at)
    if (end.equals(delimiter.subarray(0, end.length))) return end.length
  }
  return 0
}

function splitHeader(line: string): [name: string, value: string] {
  const colon = line.indexOf(':')
  if (colon < 1) throw malformed('has a header without a name')
  return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]
}

// A backslash is part of the name: forms escape by percent signs, and only what would end the text.
function readParameters(disposition: string): Map<string, string> {
  const found = disposition.matchAll(/;\s*([\w-]+)=(?:"([^"]*)"|([^\s;"]+))/g)
  return new Map(
    [...found].map(([, name = '', quoted, plain = '']) => [
      name.toLowerCase(),
      (quoted ?? plain).replace(/%(22|0D|0A)/gi, (escape) => decodeURIComponent(escape)),
    ]),
  )
}

function malformed(problem: string): AbejaError {
  return new AbejaError(400, `the multipart body ${problem}`)
}

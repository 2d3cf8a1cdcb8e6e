import type { FileHandle } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import type { JsonValue } from '../rows/row.ts'

/** The most bytes of a line; what is longer was not written by us. */
const maxLineBytes = 4 * 1024 * 1024

const chunkBytes = 64 * 1024
const checksumDigits = 8
const newline = 0x0a

/** A line of a journal that was read and found whole. */
export interface JournalLine {
  /** What was written with one sync. */
  readonly entries: readonly JsonValue[]
  /** The checksum of this line and all before it. */
  readonly checksum: number
  /** Where the next line begins. */
  readonly end: number
}

/** Where the whole lines of a journal end, and what comes behind them. */
export interface JournalEnd {
  /** The checksum of all whole lines. */
  readonly checksum: number
  /** Where the next line goes. */
  readonly end: number
  /** The last line when it is torn: its first bytes. */
  readonly torn: Buffer | undefined
}

/** A line that is not whole though others follow it. */
export class DamagedLine extends Error {
  /** The line, from 1. */
  readonly line: number

  constructor(line: number) {
    super(`line ${line} is damaged`)
    this.line = line
  }
}

/**
 * Writes entries as a line: JSON, with a checksum that covers all lines before it too, so that one that is missing or from elsewhere shows.
 *
 * @param entryTexts - the entries as JSON
 * @param previous - the checksum of the line before; 0 for the first
 */
export function journalLine(entryTexts: readonly string[], previous: number): { text: Buffer; checksum: number } {
  const body = `[${entryTexts.join(',')}]`
  const checksum = crc32(body, previous)
  const text = Buffer.from(`["${checksum.toString(16).padStart(checksumDigits, '0')}",${body}]\n`)
  return { text, checksum }
}

/**
 * Reads a journal line by line, holding one at a time. A last line that is torn ends it; the result says where.
 *
 * @throws {@link DamagedLine} for a line that is not whole and not the last
 */
export async function* readLines(handle: FileHandle): AsyncGenerator<JournalLine, JournalEnd, undefined> {
  let [checksum, end, line] = [0, 0, 0]
  let suspect: Buffer | undefined
  for await (const bytes of splitLines(handle)) {
    line += 1
    if (suspect !== undefined) throw new DamagedLine(line - 1)
    const entries = parseLine(bytes, checksum)
    if (entries === undefined) {
      suspect = bytes
      continue
    }
    checksum = crc32(bodyOf(bytes), checksum)
    end += bytes.byteLength
    yield { entries, checksum, end }
  }
  return { checksum, end, torn: suspect }
}

/** Gives lines with their line breaks; the last one may lack it. One that is too long is cut, which its checksum shows. */
async function* splitLines(handle: FileHandle): AsyncGenerator<Buffer, void, undefined> {
  let rest: Buffer[] = []
  let restBytes = 0
  let position = 0
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, position)
    if (bytesRead === 0) break
    position += bytesRead
    let chunk = buffer.subarray(0, bytesRead)
    for (let at = chunk.indexOf(newline); at >= 0 || restBytes > maxLineBytes; at = chunk.indexOf(newline)) {
      yield Buffer.concat([...rest, chunk.subarray(0, at + 1)])
      chunk = chunk.subarray(at + 1)
      rest = []
      restBytes = 0
    }
    rest.push(chunk)
    restBytes += chunk.byteLength
  }
  if (restBytes > 0) yield Buffer.concat(rest)
}

const bodyStart = '["'.length + checksumDigits + '",'.length

function bodyOf(line: Buffer): Buffer {
  return line.subarray(bodyStart, line.byteLength - ']\n'.length)
}

function parseLine(line: Buffer, previous: number): readonly JsonValue[] | undefined {
  if (line.byteLength < bodyStart || line.toString('latin1', line.byteLength - 2) !== ']\n') return undefined
  const expected = crc32(bodyOf(line), previous).toString(16).padStart(checksumDigits, '0')
  if (line.toString('latin1', 0, bodyStart) !== `["${expected}",`) return undefined
  return parseEntries(bodyOf(line).toString())
}

// A checksum is no proof against somebody who makes one.
function parseEntries(text: string): readonly JsonValue[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    return Array.isArray(parsed) ? (parsed as readonly JsonValue[]) : undefined
  } catch {
    return undefined
  }
}

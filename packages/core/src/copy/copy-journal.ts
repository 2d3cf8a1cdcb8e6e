import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { invalidArgument, StorageError } from '../errors/storage-error.ts'
import { syncDirectory } from '../bytes/file-sink.ts'
import type { JsonValue } from '../rows/row.ts'
import { DamagedLine, journalLine, type JournalEnd, type JournalLine, readLines } from './journal-lines.ts'
import { type JournalLock, lockJournal } from './journal-lock.ts'

const version = 1
/** How many bytes of entries one sync may write; others wait for the next. */
const batchBytes = 1024 * 1024

/** Which copy a journal is of. */
export interface JournalHeader {
  /** What is copied. */
  readonly kind: 'table' | 'files' | 'table-to-file' | 'file-to-table'
  /** The copy: a digest of source, target and options, or a text that names them. Another one is refused. */
  readonly copy: string
}

interface WaitingEntry {
  readonly text: string
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * What a copy has done so far, in a file that is only ever added to: JSON lines, each with a checksum.
 *
 * A line holds what was written with one sync, so a crash tears at most the last one; that is cut off when the journal is opened
 * again. One process holds a journal at a time.
 */
export class CopyJournal {
  readonly #path: string
  readonly #handle: FileHandle
  readonly #lock: JournalLock
  #checksum: number
  #end: number
  #waiting: WaitingEntry[] = []
  #writing: Promise<void> | undefined
  #failure: unknown

  private constructor(path: string, handle: FileHandle, lock: JournalLock, { checksum, end }: JournalEnd) {
    this.#path = path
    this.#handle = handle
    this.#lock = lock
    this.#checksum = checksum
    this.#end = end
  }

  /**
   * Opens a journal, or begins one.
   *
   * @param path - in a directory that exists
   * @param header - which copy it is of
   * @param onEntry - called with each entry that is there, in order; they are not kept
   * @throws {@link StorageError} `conflict` for the journal of another copy, for a file that is no journal, and while another process has it
   * open; `corrupt-data` when it is damaged other than at its end
   */
  static async open(path: string, header: JournalHeader, onEntry: (entry: JsonValue) => void): Promise<CopyJournal> {
    if (typeof path !== 'string' || path === '') throw invalidArgument('journal must be the path of a file')
    const handle = await openOrCreate(path)
    let lock: JournalLock | undefined
    try {
      lock = await lockJournal(path)
      const end = await readJournal(path, handle, header, onEntry)
      const journal = new CopyJournal(path, handle, lock, end)
      if (end.torn !== undefined) await handle.truncate(end.end)
      if (end.end === 0) await journal.#begin(header)
      return journal
    } catch (error) {
      await handle.close()
      lock?.release()
      throw error
    }
  }

  /**
   * Adds an entry and waits until it would survive a power failure. Entries that wait at the same time share a sync.
   *
   * @throws what the disk said; from then on every append fails with it
   */
  append(entry: JsonValue): Promise<void> {
    const text = JSON.stringify(entry)
    if (Buffer.byteLength(text) > batchBytes) {
      return Promise.reject(invalidArgument(`an entry of a journal holds at most ${batchBytes} bytes`))
    }
    return this.#add(text)
  }

  #add(text: string): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#waiting.push({ text, resolve, reject })
    this.#writing ??= this.#writeAll()
    return promise
  }

  /** Waits for what is being written, and lets go of the journal. Calling it again does nothing. */
  async close(): Promise<void> {
    await this.#writing
    this.#failure ??= new StorageError({ code: 'closed', message: `the journal ${this.#path} was closed` })
    await this.#handle.close()
    this.#lock.release()
  }

  async #begin(header: JournalHeader): Promise<void> {
    await this.#add(headerText(header))
    await syncDirectory(dirname(this.#path))
  }

  async #writeAll(): Promise<void> {
    // What else is appended in this turn goes with it.
    await Promise.resolve()
    while (this.#waiting.length > 0) await this.#writeBatch(this.#takeBatch())
    this.#writing = undefined
  }

  #takeBatch(): readonly WaitingEntry[] {
    let [count, bytes] = [0, 0]
    for (const { text } of this.#waiting) {
      bytes += Buffer.byteLength(text)
      if (count > 0 && bytes > batchBytes) break
      count += 1
    }
    return this.#waiting.splice(0, count)
  }

  async #writeBatch(batch: readonly WaitingEntry[]): Promise<void> {
    try {
      if (this.#failure !== undefined) throw this.#failure
      const { text, checksum } = journalLine(
        batch.map((entry) => entry.text),
        this.#checksum,
      )
      await writeFully(this.#handle, text, this.#end)
      await this.#handle.datasync()
      this.#end += text.byteLength
      this.#checksum = checksum
      for (const { resolve } of batch) resolve()
    } catch (error) {
      // How much of the line is there is not known: the next one must not follow it.
      this.#failure ??= error
      for (const { reject } of batch) reject(this.#failure)
    }
  }
}

async function openOrCreate(path: string): Promise<FileHandle> {
  try {
    // Made with one and used with the other: in append mode a position would be ignored.
    const created = await open(path, 'a')
    await created.close()
    return await open(path, 'r+')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') {
      const message = `the journal ${path} can't be made, there is no directory ${dirname(path)}: create it first`
      throw new StorageError({ code: 'not-found', message, details: { path } }, {}, error)
    }
    throw error
  }
}

async function writeFully(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0
  while (written < bytes.byteLength) {
    written += (await handle.write(bytes, written, bytes.byteLength - written, position + written)).bytesWritten
  }
}

function headerText({ kind, copy }: JournalHeader): string {
  return JSON.stringify({ stowage: 'copy-journal', version, kind, copy })
}

async function readJournal(
  path: string,
  handle: FileHandle,
  header: JournalHeader,
  onEntry: (entry: JsonValue) => void,
): Promise<JournalEnd> {
  const lines = readLines(handle)
  let isFirst = true
  try {
    for (;;) {
      const next = await lines.next()
      if (next.done === true) return checkTorn(path, header, next.value)
      const entries = isFirst ? withoutHeader(path, header, next.value) : next.value.entries
      isFirst = false
      for (const entry of entries) onEntry(entry)
    }
  } catch (error) {
    if (!(error instanceof DamagedLine)) throw error
    if (error.line === 1) throw noJournal(path)
    const message = `the journal ${path} is damaged in line ${error.line}: delete it to begin the copy anew`
    throw new StorageError({ code: 'corrupt-data', message, details: { path, line: error.line } })
  }
}

/** A torn first line is one of ours only when it is the beginning of the header: nothing else may be cut off. */
function checkTorn(path: string, header: JournalHeader, end: JournalEnd): JournalEnd {
  if (end.torn === undefined || end.end > 0) return end
  const { text } = journalLine([headerText(header)], 0)
  if (!text.subarray(0, end.torn.byteLength).equals(end.torn)) throw noJournal(path)
  return end
}

function withoutHeader(path: string, header: JournalHeader, { entries }: JournalLine): readonly JsonValue[] {
  const [first, ...others] = entries
  const found = typeof first === 'object' && first !== null ? (first as { readonly [key: string]: JsonValue }) : {}
  if (found['stowage'] !== 'copy-journal') throw noJournal(path)
  if (found['version'] !== version) throw refused(path, 'was written by another version of Stowage')
  if (found['kind'] === header.kind && found['copy'] === header.copy) return others
  throw refused(path, 'is of another copy, or of this one with other options')
}

function noJournal(path: string): StorageError {
  const message = `${path} is there and is no journal of a copy: give another path`
  return new StorageError({ code: 'conflict', message, details: { path } })
}

function refused(path: string, why: string): StorageError {
  const message = `the journal ${path} ${why}: give another path, or delete it to begin anew`
  return new StorageError({ code: 'conflict', message, details: { path } })
}

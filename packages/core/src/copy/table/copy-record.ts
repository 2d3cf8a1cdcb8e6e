import type { WriteMode } from '../../contract/table.ts'
import type { JsonValue } from '../../rows/row.ts'
import { CopyJournal } from '../copy-journal.ts'
import { describeCopy, digestOf } from './copy-fingerprint.ts'
import type { CopyTableResult } from './copy-table-options.ts'
import type { TableCopy } from './prepare-copy.ts'

/** What held when a copy began. */
export interface CopyBeginning {
  /** Whether the target was to be made. */
  readonly isCreated: boolean
  /** How chunks are loaded. */
  readonly loadMode: WriteMode
  /** How many rows the target had; null where nobody knows. */
  readonly before: number | null
}

/** How far a copy is: all of it is about the rows from the first to the last one of the last chunk that is in. */
export interface CopyPosition {
  /** How many rows were read. */
  readonly rows: number
  /** The sum of their digests, as they are to be written. */
  readonly digest: string
  /** How many were written. */
  readonly written: number
  /** The sum of the digests of those. */
  readonly writtenDigest: string
  /** How many values other than null each column of those had. */
  readonly values: Readonly<Record<string, number>>
}

/** A chunk that is about to be written. */
export interface CopyIntent {
  /** How many rows it has at most; null for all there are. */
  readonly size: number | null
  /** How many rows the target has before; null where that isn't needed, or nobody knows. */
  readonly count: number | null
}

const nothing = '0'.repeat(32)

/** The record of a copy in its journal. */
export class CopyRecord {
  #journal: CopyJournal | undefined
  #beginning: CopyBeginning | undefined
  #position: CopyPosition = { rows: 0, digest: nothing, written: 0, writtenDigest: nothing, values: {} }
  #hasAdvanced = false
  #intent: CopyIntent | undefined
  #job: string | undefined
  #result: CopyTableResult | undefined

  private constructor() {}

  /** Opens the journal of a copy, or begins it. */
  static async open(path: string, copy: TableCopy): Promise<CopyRecord> {
    const record = new CopyRecord()
    const header = { kind: 'table', copy: digestOf([describeCopy(copy), copy.options.verify]) } as const
    record.#journal = await CopyJournal.open(path, header, (entry) => record.#read(entry))
    return record
  }

  /** What held when the copy began; undefined when it is only now about to. */
  get beginning(): CopyBeginning | undefined {
    return this.#beginning
  }

  /** How far it is. */
  get position(): CopyPosition {
    return this.#position
  }

  /** Whether any chunk is in. */
  get hasAdvanced(): boolean {
    return this.#hasAdvanced
  }

  /** The chunk of which nobody knows whether it was written; undefined without one. */
  get intent(): CopyIntent | undefined {
    return this.#intent
  }

  /** The job that was to write the chunk in doubt; undefined where none is known. */
  get job(): string | undefined {
    return this.#job
  }

  /** What it came to; undefined before it is finished. */
  get result(): CopyTableResult | undefined {
    return this.#result
  }

  /** Notes that the copy begins. */
  begin(beginning: CopyBeginning): Promise<void> {
    return this.#note({ beginning: { ...beginning } })
  }

  /** Notes that a chunk is about to be written. */
  intend(intent: CopyIntent): Promise<void> {
    return this.#note({ intent: { ...intent } })
  }

  /** Notes the job that writes a chunk. */
  noteJob(job: string): Promise<void> {
    return this.#note({ job })
  }

  /** Notes that a chunk is written. */
  advance(position: CopyPosition): Promise<void> {
    return this.#note({ position: { ...position } })
  }

  /** Notes what the copy came to. */
  finish(result: CopyTableResult): Promise<void> {
    return this.#note({ result: JSON.parse(JSON.stringify(result)) as JsonValue })
  }

  /** Lets go of the journal. */
  async close(): Promise<void> {
    await this.#journal?.close()
  }

  async #note(entry: { readonly [name: string]: JsonValue }): Promise<void> {
    await this.#journal?.append(entry)
    this.#read(entry)
  }

  /** Entries are checked by the journal: nobody but us wrote them. */
  #read(entry: JsonValue): void {
    const { beginning, position, intent, job, result } = entry as Partial<{
      readonly beginning: CopyBeginning
      readonly position: CopyPosition
      readonly intent: CopyIntent
      readonly job: string
      readonly result: CopyTableResult
    }>
    this.#beginning = beginning ?? this.#beginning
    if (position !== undefined) this.#position = position
    this.#hasAdvanced ||= position !== undefined
    this.#intent = position === undefined ? (intent ?? this.#intent) : undefined
    this.#job = position === undefined && intent === undefined ? (job ?? this.#job) : undefined
    if (result !== undefined) this.#result = { ...result, digest: result.digest, values: result.values }
  }
}

import type { FileInfo } from '../../contract/file.ts'
import type { JsonValue } from '../../rows/row.ts'
import { CopyJournal } from '../copy-journal.ts'
import type { CheckedFilesOptions } from './copy-files-options.ts'
import { DigestSet } from './digest-set.ts'
import { nameOfSide, type Side } from './file-set.ts'
import type { FilePair } from './file-pairs.ts'

type Entry =
  | { readonly intent: string }
  | {
      readonly done: string
      readonly sizeBytes: number
      readonly version: string
      readonly target: string
      readonly sha256: string | null
    }

/**
 * The journal of a copy of files: for each an entry before it is written and one after it.
 *
 * What earlier runs did is kept as two digests for each file, so in about 100 bytes, however long the keys are.
 */
export class FilesJournal {
  readonly #journal: CopyJournal
  readonly #done: DigestSet
  readonly #inDoubt: ReadonlySet<string>

  private constructor(journal: CopyJournal, done: DigestSet, inDoubt: ReadonlySet<string>) {
    this.#journal = journal
    this.#done = done
    this.#inDoubt = inDoubt
  }

  /** Opens the journal of a copy, or begins one. */
  static async open(path: string, source: Side, target: Side, options: CheckedFilesOptions): Promise<FilesJournal> {
    const done = new DigestSet()
    // Those that ran when a run was killed: few.
    const inDoubt = new Set<string>()
    const { mode, verify } = options
    const copy = JSON.stringify([nameOfSide(source), nameOfSide(target), mode, verify])
    const journal = await CopyJournal.open(path, { kind: 'files', copy }, (value) => {
      const entry = value as unknown as Entry
      if ('intent' in entry) return void inDoubt.add(entry.intent)
      inDoubt.delete(entry.done)
      done.add(doneText(entry.done, entry.version, entry.target))
      done.add(oursText(entry.done, entry.target))
    })
    return new FilesJournal(journal, done, inDoubt)
  }

  /** Whether earlier runs have begun with any file. */
  get isResumed(): boolean {
    return this.#inDoubt.size > 0 || this.#done.size > 0
  }

  /** Tells whether an earlier run has copied a file and both sides still have what they had then. */
  isDone({ rest, source, there }: FilePair): boolean {
    if (source === undefined || there === undefined) return false
    return this.#done.has(doneText(rest, versionOf(source), versionOf(there)))
  }

  /** Tells whether what is at the target is what an earlier run wrote, whatever the source has by now. */
  isOurs({ rest, there }: FilePair): boolean {
    return there !== undefined && this.#done.has(oursText(rest, versionOf(there)))
  }

  /** Tells whether an earlier run was killed while it wrote a file, so that what is there may be its. */
  isInDoubt(rest: string): boolean {
    return this.#inDoubt.has(rest)
  }

  /** Notes that a file is about to be written. */
  begin(rest: string): Promise<void> {
    return this.#journal.append({ intent: rest })
  }

  /**
   * Notes that a file is whole and checked.
   *
   * @param source - by the source's listing
   * @param target - as it is stored
   */
  finish(rest: string, source: FileInfo, target: FileInfo, sha256: string | undefined): Promise<void> {
    const entry: Entry = {
      done: rest,
      sizeBytes: source.sizeBytes,
      version: versionOf(source),
      target: versionOf(target),
      sha256: sha256 ?? null,
    }
    return this.#journal.append(entry satisfies JsonValue)
  }

  /** Lets go of the journal. */
  close(): Promise<void> {
    return this.#journal.close()
  }
}

/** What changes with a file's content, as far as a listing tells. */
export function versionOf({ etag, sizeBytes, modifiedAt }: FileInfo): string {
  return etag === undefined ? `${sizeBytes} ${modifiedAt?.toISOString() ?? ''}` : `${sizeBytes} ${etag}`
}

function doneText(rest: string, version: string, target: string): string {
  return JSON.stringify([rest, version, target])
}

function oursText(rest: string, target: string): string {
  return JSON.stringify([rest, target])
}

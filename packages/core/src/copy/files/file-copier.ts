import type { FileInfo } from '../../contract/file.ts'
import { StorageError } from '../../errors/storage-error.ts'
import type { Verification } from '../../portable/verification.ts'
import type { Attribute, CopyOutcome } from './copy-files-options.ts'
import { callOf, type CopyRun, isThereAlready } from './copy-run.ts'
import { type ReadContent, lookUpFile, readContent } from './file-content.ts'
import type { FilePair } from './file-pairs.ts'
import type { FilesJournal } from './files-journal.ts'
import { TargetWriter, type WrittenFile } from './target-writer.ts'

/** What became of a file. */
export interface FileResult {
  readonly outcome: CopyOutcome['outcome']
  readonly checksums?: FileInfo['checksums']
  readonly verification?: Verification | undefined
  readonly lost?: readonly Attribute[]
}

/** Decides what is done with single files, and does it: writes, checks, notes. */
export class FileCopier {
  readonly #run: CopyRun
  readonly #journal: FilesJournal | undefined
  readonly #writer: TargetWriter

  constructor(run: CopyRun, journal: FilesJournal | undefined) {
    this.#run = run
    this.#journal = journal
    this.#writer = new TargetWriter(run)
  }

  /** Copies a file, unless the mode or the journal says that it stays. */
  async copy(pair: FilePair & { readonly source: FileInfo }): Promise<FileResult> {
    const { rest, source, there } = pair
    const { mode } = this.#run.options
    if (this.#journal?.isDone(pair) === true) return { outcome: 'resumed' }
    const isOurs = this.#journal?.isOurs(pair) === true
    if (there !== undefined && !isOurs && (mode === 'append' || mode === 'skip-existing')) {
      return this.#leave(rest, source)
    }
    return this.#write(rest, source, isOurs || mode === 'upsert' || mode === 'replace')
  }

  /** Leaves what is there, which with `append` has to be what a killed run wrote. */
  async #leave(rest: string, source: FileInfo): Promise<FileResult> {
    if (this.#run.options.mode === 'skip-existing') return { outcome: 'skipped' }
    const isInDoubt = this.#journal?.isInDoubt(rest) === true
    const content = isInDoubt ? await this.#sameContent(rest) : undefined
    if (content === undefined) throw isThereAlready(this.#run.target, rest)
    await this.#journal?.finish(rest, source, content.file, content.sha256)
    return { outcome: 'resumed' }
  }

  async #write(rest: string, source: FileInfo, mayReplace: boolean): Promise<FileResult> {
    await this.#journal?.begin(rest)
    const written = await this.#writeOrFind(rest, source, mayReplace)
    if (written === undefined) return { outcome: 'skipped' }
    const { file, checksums, verification, lost } = written
    if (this.#run.options.verify === 'read-back') await this.#readBack(rest, checksums.sha256)
    await this.#journal?.finish(rest, source, file, checksums.sha256)
    return { outcome: 'copied', checksums, verification, lost }
  }

  async #writeOrFind(rest: string, source: FileInfo, mayReplace: boolean): Promise<WrittenFile | undefined> {
    try {
      return await this.#writer.write(rest, source, mayReplace)
    } catch (error) {
      if (this.#run.options.mode === 'skip-existing' && StorageError.is(error, 'already-exists')) return undefined
      if (!isUnknown(error) || this.#run.controls.signal.aborted) throw error
      // An answer was lost: what is there tells whether the write took effect.
      const content = await this.#sameContent(rest)
      if (content === undefined) throw error
      const { file, sha256 } = content
      const verification = { verified: true, algorithm: 'sha256', reason: undefined } as const
      return { file, checksums: { sha256 }, verification, lost: [] }
    }
  }

  /** Gives what is at the target when it is what the source has; undefined otherwise. */
  async #sameContent(rest: string): Promise<ReadContent | undefined> {
    const { source, target } = this.#run
    const call = callOf(this.#run)
    const there = await lookUpFile(target, rest, call)
    const here = await lookUpFile(source, rest, call)
    if (there === undefined || here === undefined || there.sizeBytes !== here.sizeBytes) return undefined
    const [ours, theirs] = await Promise.all([readContent(source, rest, call), readContent(target, rest, call)])
    return ours.sha256 === theirs.sha256 ? theirs : undefined
  }

  async #readBack(rest: string, sent: string | undefined): Promise<void> {
    const { target } = this.#run
    const { file, sha256 } = await readContent(target, rest, callOf(this.#run))
    if (sha256 === sent) return
    const message = `${file.key} was read back as other bytes than were sent: copy it again, and look into the store`
    const details = { key: file.key, sent, stored: sha256 }
    throw new StorageError(
      { code: 'corrupt-data', message, applied: 'yes', details },
      { backend: target.session.driver.backend },
    )
  }
}

function isUnknown(error: unknown): boolean {
  return StorageError.is(error) && (error.code === 'outcome-unknown' || error.applied === 'unknown')
}

import type { FileInfo } from '../../contract/file.ts'
import { rebuildError } from '../../errors/explain.ts'
import { StorageError } from '../../errors/storage-error.ts'
import type { TransferControls } from '../../transfer/transfer.ts'
import { needsTargetListing } from './check-sides.ts'
import type { CheckedFilesOptions, CopyFilesResult } from './copy-files-options.ts'
import { callOf, type CopyRun } from './copy-run.ts'
import { CopyTally } from './copy-tally.ts'
import { deleteExtras } from './delete-extras.ts'
import { DigestSet } from './digest-set.ts'
import { FileCopier, type FileResult } from './file-copier.ts'
import { type FilePair, pairFiles } from './file-pairs.ts'
import { nameOfSide, placeOf, type Side } from './file-set.ts'
import { FilesJournal } from './files-journal.ts'
import { fingerprintOf } from './scan-files.ts'
import { smallBytes } from './source-file.ts'
import { weightedParallel } from './weighted-parallel.ts'

/** How many small files weigh as much as a large one. */
const largeWeight = 4

type Pair = FilePair & { readonly source: FileInfo }

/** One copy of files, from its first listing to its last deletion. */
export class FilesCopy {
  readonly #run: CopyRun
  readonly #stop = new AbortController()
  readonly #tally: CopyTally
  /** What the source has, where what it hasn't is deleted. */
  readonly #kept: DigestSet | undefined
  #journal: FilesJournal | undefined
  #listed = 0
  #expectedBytes = 0
  #isListed = false

  constructor(source: Side, target: Side, options: CheckedFilesOptions, controls: TransferControls) {
    const signal = AbortSignal.any([controls.signal, this.#stop.signal])
    this.#run = { source, target, options, controls: { ...controls, signal } }
    this.#tally = new CopyTally(options.onOutcome)
    this.#kept = options.mode === 'replace' ? new DigestSet() : undefined
  }

  /** Copies everything. */
  async run(): Promise<CopyFilesResult> {
    const { source, target, options, controls } = this.#run
    controls.meter.expect(undefined, 'bytes')
    if (options.journal !== undefined) {
      this.#journal = await FilesJournal.open(options.journal, source, target, options)
    }
    try {
      await this.#checkExpected()
      await this.#copyAll()
      if (this.#kept !== undefined && this.#tally.failed === 0) {
        await deleteExtras(this.#run, this.#kept, (count) => (this.#tally.deleted += count))
      }
      return this.#tally.result(target, controls)
    } catch (error) {
      throw this.#withDetails(error)
    } finally {
      await this.#journal?.close()
    }
  }

  async #checkExpected(): Promise<void> {
    const { source, target, options } = this.#run
    if (options.expect === undefined) return
    if (options.expect === (await fingerprintOf(source, target, options, callOf(this.#run)))) return
    const message = `${nameOfSide(source)} or ${nameOfSide(target)} changed since the plan was made, or the options did: make a new plan`
    throw new StorageError({ code: 'conflict', message, applied: 'no' })
  }

  #withDetails(error: unknown): StorageError {
    const { target, controls } = this.#run
    const explained = target.session.explain(
      error,
      { operation: 'copyFiles', resource: nameOfSide(target) },
      controls.signal,
    )
    return rebuildError(explained, { details: { ...explained.details, ...this.#tally.details } })
  }

  async #copyAll(): Promise<void> {
    const { source, target, options } = this.#run
    const isLimited = [source, target].some(
      ({ session }) => session.driver.capabilities.limits.requestsPerMinute !== undefined,
    )
    const slots = isLimited ? 1 : largeWeight
    const needsTarget = needsTargetListing(target, options, this.#journal?.isResumed ?? false)
    const copier = new FileCopier(this.#run, this.#journal)
    await weightedParallel(
      this.#pairs(pairFiles(source, needsTarget ? target : undefined, callOf(this.#run))),
      options.concurrency * slots,
      (pair) => (pair.source.sizeBytes > smallBytes ? slots : 1),
      (pair) => this.#copyOne(copier, pair),
      (error) => this.#stop.abort(error),
    )
  }

  async *#pairs(pairs: AsyncIterable<FilePair>): AsyncGenerator<Pair, void, undefined> {
    for await (const { rest, source, there } of pairs) {
      if (source === undefined) continue
      this.#listed += 1
      this.#kept?.add(rest)
      this.#expect(source.sizeBytes)
      yield { rest, source, there }
    }
    this.#isListed = true
    this.#expect(0)
  }

  /** The total is known once everything was listed; what turns out to need no copying goes off it again. */
  #expect(bytes: number): void {
    this.#expectedBytes += bytes
    if (this.#isListed) this.#run.controls.meter.expect(this.#expectedBytes, 'bytes')
  }

  async #copyOne(copier: FileCopier, pair: Pair): Promise<void> {
    const { controls } = this.#run
    await controls.gate()
    controls.signal.throwIfAborted()
    controls.meter.setPart(Math.min(this.#tally.files + 1, this.#listed), this.#listed)
    const [result, error] = await this.#outcomeOf(copier, pair)
    this.#note(pair, result, error)
  }

  /** A failure is an outcome where the others are copied all the same. */
  async #outcomeOf(copier: FileCopier, pair: Pair): Promise<[FileResult, StorageError | undefined]> {
    const { controls, options } = this.#run
    try {
      return [await copier.copy(pair), undefined]
    } catch (error) {
      const explained = this.#explain(error, pair)
      if (controls.signal.aborted) throw explained
      if (options.onError === 'stop') throw withKey(explained, pair)
      return [{ outcome: 'failed' }, explained]
    }
  }

  #explain(error: unknown, { rest }: Pair): StorageError {
    const { target, controls } = this.#run
    return target.session.explain(error, placeOf(target, 'files.write', rest), controls.signal)
  }

  #note(pair: Pair, result: FileResult, error: Error | undefined): void {
    const { outcome, checksums = {}, verification, lost = [] } = result
    const { key, sizeBytes } = pair.source
    const targetKey = this.#run.target.prefix + pair.rest
    if (outcome !== 'copied') this.#expect(-sizeBytes)
    this.#tally.add({ key, targetKey, outcome, sizeBytes, checksums, verification, error }, lost)
  }
}

function withKey(error: StorageError, { source }: Pair): StorageError {
  return rebuildError(error, { details: { key: source.key, ...error.details } })
}

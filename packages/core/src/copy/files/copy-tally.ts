import type { TransferControls } from '../../transfer/transfer.ts'
import type { Side } from './file-set.ts'
import { castOf } from './carried-attributes.ts'
import type { Attribute, CopyFilesResult, CopyOutcome } from './copy-files-options.ts'

const maxFailures = 1000

/** What a copy of files has come to so far. */
export class CopyTally {
  readonly #onOutcome: ((outcome: CopyOutcome) => void) | undefined
  readonly #failures: CopyOutcome[] = []
  readonly #lost = new Set<Attribute>()
  readonly #counts = { copied: 0, skipped: 0, resumed: 0, failed: 0 }
  #bytes = 0
  deleted = 0

  /** @param onOutcome - the app's listener */
  constructor(onOutcome: ((outcome: CopyOutcome) => void) | undefined) {
    this.#onOutcome = onOutcome
  }

  /** Takes in what became of a file, and what of it was lost. */
  add(outcome: CopyOutcome, lost: readonly Attribute[]): void {
    this.#counts[outcome.outcome] += 1
    if (outcome.outcome === 'copied') this.#bytes += outcome.sizeBytes
    if (outcome.outcome === 'failed' && this.#failures.length < maxFailures) this.#failures.push(outcome)
    for (const name of lost) this.#lost.add(name)
    this.#onOutcome?.(outcome)
  }

  /** How many files are through. */
  get files(): number {
    const { copied, skipped, resumed, failed } = this.#counts
    return copied + skipped + resumed + failed
  }

  /** How many failed. */
  get failed(): number {
    return this.#counts.failed
  }

  /** What is done, for the details of an error. */
  get details(): Readonly<Record<string, number>> {
    return { ...this.#counts, deleted: this.deleted, bytes: this.#bytes }
  }

  /** What it came to. */
  result(target: Side, { receipt }: TransferControls): CopyFilesResult {
    return {
      ...this.#counts,
      deleted: this.deleted,
      bytes: this.#bytes,
      failures: this.#failures,
      casts: [...this.#lost].map((name) => castOf(name, target.session)),
      receipt: receipt.snapshot(),
    }
  }
}

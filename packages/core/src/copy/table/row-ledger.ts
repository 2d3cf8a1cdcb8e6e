import type { RowBatch } from '../../rows/row.ts'
import type { CopyVerify } from '../copy-plan.ts'
import { BucketSums } from './bucket-sums.ts'
import { CanonicalRows, DigestSum, hashText, type RowHash } from './row-digest.ts'

/** What a ledger notes beside the number of rows. */
export interface LedgerOptions {
  /** `digest` adds up rows, `read-back` also by buckets. */
  readonly level: CopyVerify
  /** The columns that tell rows apart; empty without. */
  readonly primaryKey: readonly string[]
  /** The columns that count; undefined for all. */
  readonly columns: readonly string[] | undefined
}

/** Notes what rows pass by: how many, how many values each column has, and digests. */
export class RowLedger {
  readonly #options: LedgerOptions
  readonly #canonical: CanonicalRows
  readonly #sum = new DigestSum()
  readonly #values = new Map<string, number>()
  /** The sums by bucket; undefined unless asked for. */
  readonly buckets: BucketSums | undefined
  #rows = 0

  constructor(options: LedgerOptions) {
    this.#options = options
    this.#canonical = new CanonicalRows(options.columns)
    this.buckets = options.level === 'read-back' ? new BucketSums(options.primaryKey) : undefined
  }

  /** How many rows passed. */
  get rows(): number {
    return this.#rows
  }

  /** The sum of the digests; undefined with `counts`. */
  get digest(): string | undefined {
    return this.#options.level === 'counts' ? undefined : this.#sum.text
  }

  /** Tells whether the rows of both have the same number and the same digests. */
  isSameAs(other: RowLedger): boolean {
    return this.rows === other.rows && this.digest === other.digest
  }

  /** How many values other than null each column had. */
  get values(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#values)
  }

  /** Notes rows. */
  add(batch: RowBatch): void {
    this.#rows += batch.rows.length
    for (const [index, name] of batch.columns.entries()) {
      this.#values.set(name, (this.#values.get(name) ?? 0) + countValues(batch, index))
    }
    if (this.#options.level === 'counts') return
    const hashes = this.hash(batch)
    for (const row of hashes) this.#sum.add(row)
    this.buckets?.add(batch, hashes)
  }

  /** Gives the digest of each row, of the columns that count. */
  hash(batch: RowBatch): RowHash[] {
    return this.#canonical.texts(batch).map(hashText)
  }

  /** Notes rows as they pass. */
  async *watch(batches: AsyncIterable<RowBatch>): AsyncGenerator<RowBatch, void, undefined> {
    for await (const batch of batches) {
      this.add(batch)
      yield batch
    }
  }
}

function countValues({ rows }: RowBatch, index: number): number {
  let count = 0
  for (const row of rows) {
    const cell = row[index]
    if (cell !== undefined && cell !== null) count += 1
  }
  return count
}

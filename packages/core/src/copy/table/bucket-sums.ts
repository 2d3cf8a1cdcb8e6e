import type { RowBatch } from '../../rows/row.ts'
import { keyTexts } from './keyed-lookup.ts'
import { addWords, hashText, type RowHash, subtractWords, wordsText } from './row-digest.ts'

const bucketCount = 4096

/**
 * Sums of digests by bucket: rows go into buckets by their key, so that rows which differ between two tables show in a few of them,
 * whatever the number of rows. Without a key the row itself decides.
 */
export class BucketSums {
  readonly #primaryKey: readonly string[]
  readonly #sums = new Uint32Array(bucketCount * 4)
  readonly #rows = new Float64Array(bucketCount)

  constructor(primaryKey: readonly string[]) {
    this.#primaryKey = primaryKey
  }

  /** Notes rows, given with their digests. */
  add(batch: RowBatch, hashes: readonly RowHash[]): void {
    const buckets = this.bucketsOf(batch, hashes)
    for (const [row, bucket] of buckets.entries()) {
      addWords(this.#sums, bucket * 4, hashes[row] as RowHash)
      this.#rows[bucket] = (this.#rows[bucket] ?? 0) + 1
    }
  }

  /** Takes rows that were added up elsewhere out again. */
  subtract(other: BucketSums): void {
    for (let bucket = 0; bucket < bucketCount; bucket += 1) {
      subtractWords(this.#sums, other.#sums, bucket * 4)
      this.#rows[bucket] = (this.#rows[bucket] ?? 0) - (other.#rows[bucket] ?? 0)
    }
  }

  /** Gives the bucket of each row. */
  bucketsOf(batch: RowBatch, hashes: readonly RowHash[]): number[] {
    if (this.#primaryKey.length === 0) return hashes.map(([word]) => word % bucketCount)
    return keyTexts(batch, this.#primaryKey).map((key) => hashText(key)[0] % bucketCount)
  }

  /** Gives the buckets in which the rows of two tables differ. */
  differing(other: BucketSums): number[] {
    const found: number[] = []
    for (let bucket = 0; bucket < bucketCount; bucket += 1) {
      if (this.#text(bucket) !== other.#text(bucket)) found.push(bucket)
    }
    return found
  }

  #text(bucket: number): string {
    return `${this.#rows[bucket]} ${wordsText(this.#sums, bucket * 4)}`
  }
}

import { readCsv, type RowBatch } from '@stowage/core/driver'
import { digestKey, digestName, KeyDigests } from './key-digests.ts'
import { keyName, keysOf } from './row-keys.ts'

/** Rows that were put aside as CSV with a header. */
export interface KeyedRows {
  /** Reads them again, all cells as text. */
  readonly open: () => AsyncIterable<Uint8Array>
  /** How many there are. */
  readonly rows: number
  /** The columns of the key. */
  readonly primaryKey: readonly string[]
}

/** A few keys to a partition: as texts they take some hundred bytes each. */
const exactKeys = 300_000
/** As digests they take 16 bytes each. */
const digestedKeys = 3_000_000

/** The rows whose key comes again further down. */
export interface Superseded {
  /** How many there are. */
  readonly count: number
  /** The number of a row whose key was there before it; undefined without one. */
  readonly repeatedAt: number | undefined
  /** Tells whether a row is one of them. */
  has(row: number): boolean
}

/**
 * Finds rows whose key comes again later, for certain: keys are compared as texts where their digests say that they may be equal. Whatever
 * the number of rows, memory stays the same: where there are too many, they are read several times, each time with an eye on a part of
 * the keys.
 */
export async function findSuperseded(rows: KeyedRows, digests: KeyDigests): Promise<Superseded> {
  const marks = new RowMarks(rows.rows)
  if (!digests.isFull && !digests.hasRepeats) return marks
  const candidates = digests.isFull ? await findCandidates(rows) : digests.repeats
  if (candidates?.size === 0) return marks
  const parts = candidates === undefined ? Math.ceil(rows.rows / exactKeys) : 1
  for (let part = 0; part < parts; part += 1) {
    const lastRow = new Map<string, number>()
    await eachKey(rows, (key, row, high, low) => {
      const isMeant = candidates === undefined ? (high >>> 0) % parts === part : candidates.has(digestName(high, low))
      if (!isMeant) return
      const name = keyName(key)
      const before = lastRow.get(name)
      if (before !== undefined) marks.add(before, row)
      lastRow.set(name, row)
    })
  }
  return marks
}

/** Finds digests that come twice among more keys than are kept at once; undefined where there are too many. */
async function findCandidates(rows: KeyedRows): Promise<ReadonlySet<string> | undefined> {
  const found = new Set<string>()
  const parts = Math.ceil(rows.rows / digestedKeys)
  for (let part = 0; part < parts; part += 1) {
    const digests = new KeyDigests()
    await eachKey(rows, (_key, _row, high, low) => {
      if ((high >>> 0) % parts === part) digests.add(high, low)
    })
    if (digests.isFull || digests.repeats === undefined) return undefined
    for (const name of digests.repeats) found.add(name)
  }
  return found
}

/** Finds the first row with one of these keys, as `keyName` writes them; undefined without one. */
export async function findRowWithKey(rows: KeyedRows, keys: ReadonlySet<string>): Promise<number | undefined> {
  let found: number | undefined
  await eachKey(rows, (key, row) => {
    if (found === undefined && keys.has(keyName(key))) found = row
  })
  return found
}

async function eachKey(
  { open, primaryKey }: KeyedRows,
  use: (key: readonly string[], row: number, high: number, low: number) => void,
): Promise<void> {
  let row = 0
  for await (const batch of readCsv(open())) {
    for (const key of keysOf(primaryKey, batch)) {
      digestKey(key, (high, low) => use(key, row, high, low))
      row += 1
    }
  }
}

/** Gives the rows that nothing supersedes. */
export async function* withoutSuperseded(
  { open }: KeyedRows,
  superseded: Superseded,
): AsyncGenerator<RowBatch, void, undefined> {
  let row = 0
  for await (const batch of readCsv(open())) {
    const first = row
    row += batch.rows.length
    yield { columns: batch.columns, rows: batch.rows.filter((_, index) => !superseded.has(first + index)) }
  }
}

class RowMarks implements Superseded {
  readonly #bits: Uint8Array
  #count = 0
  #repeatedAt: number | undefined

  constructor(rows: number) {
    this.#bits = new Uint8Array(Math.ceil(rows / 8))
  }

  get count(): number {
    return this.#count
  }

  get repeatedAt(): number | undefined {
    return this.#repeatedAt
  }

  has(row: number): boolean {
    return ((this.#bits[Math.floor(row / 8)] ?? 0) & (1 << (row & 7))) !== 0
  }

  add(row: number, by: number): void {
    this.#count += 1
    if (this.#repeatedAt === undefined || by < this.#repeatedAt) this.#repeatedAt = by
    const at = Math.floor(row / 8)
    this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (row & 7))
  }
}

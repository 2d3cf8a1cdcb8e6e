/** How far a transfer is. */
export interface TransferProgress {
  /** What `total` and `transferred` count: bytes, or rows where the source is rows. */
  readonly unit: 'bytes' | 'rows'
  /** How much there is to do; undefined while that isn't known. */
  readonly total: number | undefined
  /** How much is done. */
  readonly transferred: number
  /** Whole percent, rounded down; 100 exactly when the transfer has finished, 0 while the total isn't known. */
  readonly percentage: number
  /** How much a second, over about the last seconds; 0 until there is something to go by. */
  readonly speed: number
  /** Milliseconds left at this speed; undefined while that can't be said. */
  readonly etaMs: number | undefined
  /** The part that is being worked on, from 1. */
  readonly part: number
  /** How many parts there are. */
  readonly parts: number
  /** Rows so far, for loads and exports of tables; undefined for files. */
  readonly rows: number | undefined
}

const speedWindowMs = 3000

/** Keeps a transfer's counts and gives snapshots of them. */
export class ProgressMeter {
  readonly #now: () => number
  readonly #samples: { at: number; transferred: number }[] = []
  #unit: 'bytes' | 'rows' = 'bytes'
  #total: number | undefined
  #transferred = 0
  #part = 1
  #parts = 1
  #rows: number | undefined
  #isDone = false

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Says what is counted and how much there is. */
  expect(total: number | undefined, unit: 'bytes' | 'rows'): void {
    this.#total = total
    this.#unit = unit
  }

  /** Counts more bytes or rows. */
  advance(count: number): void {
    this.#transferred += count
    const at = this.#now()
    const last = this.#samples.at(-1)
    // Ten samples a second are enough for a speed, whatever the size of the chunks.
    if (last !== undefined && at - last.at < 100) return
    this.#samples.push({ at, transferred: this.#transferred })
    while (this.#samples.length > 2 && at - (this.#samples[0]?.at ?? at) > speedWindowMs) this.#samples.shift()
  }

  /** Says which part is being worked on. */
  setPart(part: number, parts: number): void {
    this.#part = part
    this.#parts = parts
  }

  /** Says how many rows are through. */
  setRows(rows: number): void {
    this.#rows = rows
  }

  /** Marks the end: only now may it say 100. */
  finish(): void {
    this.#isDone = true
    this.#total = this.#transferred
  }

  /** The counts as they stand. */
  snapshot(): TransferProgress {
    const speed = this.#speed()
    return {
      unit: this.#unit,
      total: this.#total,
      transferred: this.#transferred,
      percentage: this.#percentage(),
      speed,
      etaMs: this.#eta(speed),
      part: this.#part,
      parts: this.#parts,
      rows: this.#rows,
    }
  }

  #percentage(): number {
    if (this.#isDone) return 100
    if (this.#total === undefined || this.#total === 0) return 0
    return Math.min(99, Math.floor((100 * this.#transferred) / this.#total))
  }

  #speed(): number {
    const first = this.#samples[0]
    if (first === undefined || this.#samples.length < 2) return 0
    const elapsedMs = this.#now() - first.at
    return elapsedMs <= 0 ? 0 : ((this.#transferred - first.transferred) * 1000) / elapsedMs
  }

  #eta(speed: number): number | undefined {
    if (this.#isDone) return 0
    if (this.#total === undefined || speed <= 0) return undefined
    return Math.max(0, Math.round(((this.#total - this.#transferred) * 1000) / speed))
  }
}

import { compareText } from '../filter/compare.ts'

/** Keeps the first entries by name of whatever comes in whatever order, in memory that doesn't grow with what comes. */
export class SmallestEntries<Entry> {
  readonly #capacity: number
  #entries = new Map<string, Entry>()
  #bound: string | undefined
  #isWhole = true

  /** @param capacity - how many are kept */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** Whether nothing had to be left out. */
  get isWhole(): boolean {
    return this.#isWhole
  }

  /**
   * Takes in an entry.
   *
   * @param merge - what is kept of one that is there under the name and this one
   */
  add(name: string, entry: Entry, merge: (there: Entry, entry: Entry) => Entry): void {
    if (this.#bound !== undefined && compareText(name, this.#bound) > 0) {
      this.#isWhole = false
      return
    }
    const there = this.#entries.get(name)
    this.#entries.set(name, there === undefined ? entry : merge(there, entry))
    // Sorting only now and then keeps the cost of an entry low.
    if (this.#entries.size >= 2 * this.#capacity) this.#cut()
  }

  /** Gives the entries that are kept, in order. */
  sorted(): [name: string, entry: Entry][] {
    this.#cut()
    return [...this.#entries]
  }

  #cut(): void {
    const sorted = [...this.#entries].sort(([left], [right]) => compareText(left, right))
    const kept = sorted.slice(0, this.#capacity)
    if (kept.length < sorted.length) {
      this.#isWhole = false
      this.#bound = kept.at(-1)?.[0]
    }
    this.#entries = new Map(kept)
  }
}

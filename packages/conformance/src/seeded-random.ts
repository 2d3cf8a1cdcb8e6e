/** Numbers that look random and are the same for the same seed, so that what fails once fails again. */
export class SeededRandom {
  #state: number

  /** @param seed - a whole number */
  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** Gives a number from 0 to below 1. */
  next(): number {
    // Mulberry32: good enough for picking test data, in four lines.
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** Gives a whole number from 0 to below `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end)
  }

  /** Tells true about so often, from 0 to 1. */
  chance(probability: number): boolean {
    return this.next() < probability
  }

  /** Gives one of the items. */
  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item
  }

  /** Gives a list of `least` to `most` items. */
  list<Item>(least: number, most: number, make: () => Item): Item[] {
    return Array.from({ length: least + this.below(most - least + 1) }, make)
  }

  /** Gives the items in another order. */
  shuffle<Item>(items: readonly Item[]): Item[] {
    const shuffled = [...items]
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = this.below(last + 1)
      const item = shuffled[last] as Item
      shuffled[last] = shuffled[other] as Item
      shuffled[other] = item
    }
    return shuffled
  }
}

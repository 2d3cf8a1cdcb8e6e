import { randomInt } from 'node:crypto'

/** The first value of each lane of a digest: others in each process, so that nobody can prepare keys that collide. */
export const digestSeeds: readonly [number, number] = [randomInt(2 ** 32) | 0, randomInt(2 ** 32) | 0]

/** What both lanes are multiplied with for each unit of a key. */
export const digestFactors: readonly [number, number] = [0x85ebca6b | 0, 0xc2b2ae35 | 0]

/** Stands between the values of a key of several columns: no unit of a text has this number. */
export const valueSeparator = 0x1_0000

const minSlots = 1 << 14
/** 64 MiB. */
const maxSlots = 1 << 23
const maxLoad = 0.6
/** How many repeated digests are told apart; a load with more is looked through as a whole. */
const maxRepeats = 100_000

/**
 * Digests of keys, 64 bits each in a table of numbers: a million keys take 16 MiB. A digest that comes twice is a reason to look closer,
 * not yet a key that comes twice.
 */
export class KeyDigests {
  #slots = new Uint32Array(2 * minSlots)
  #mask = minSlots - 1
  #count = 0
  #most = maxLoad * minSlots
  #isFull = false
  readonly #repeats = new Set<string>()

  /** Whether there were more keys than fit: those that came later are not known. */
  get isFull(): boolean {
    return this.#isFull
  }

  /** Whether any digest came twice. */
  get hasRepeats(): boolean {
    return this.#repeats.size > 0
  }

  /** The digests that came twice, as {@link digestName} writes them; undefined where there are too many to tell. */
  get repeats(): ReadonlySet<string> | undefined {
    return this.#repeats.size > maxRepeats ? undefined : this.#repeats
  }

  /** Takes in a key's digest. */
  add(high: number, low: number): void {
    if (this.#isFull) return
    const slots = this.#slots
    const at = find(slots, this.#mask, high, low)
    if (slots[at] !== 0) {
      if (this.#repeats.size <= maxRepeats) this.#repeats.add(digestName(high, low))
      return
    }
    slots[at] = shown(high)
    slots[at + 1] = low
    this.#count += 1
    if (this.#count > this.#most) this.#grow()
  }

  /** Tells whether a digest was taken in. */
  has(high: number, low: number): boolean {
    return this.#slots[find(this.#slots, this.#mask, high, low)] !== 0
  }

  #grow(): void {
    const count = 2 * (this.#mask + 1)
    if (count > maxSlots) {
      this.#isFull = true
      return
    }
    const old = this.#slots
    const slots = new Uint32Array(2 * count)
    const mask = count - 1
    for (let from = 0; from < old.length; from += 2) {
      const high = old[from] as number
      if (high === 0) continue
      const low = old[from + 1] as number
      const at = find(slots, mask, high, low)
      slots[at] = high
      slots[at + 1] = low
    }
    this.#slots = slots
    this.#mask = mask
    this.#most = maxLoad * count
  }
}

/** Where a digest is, or would be put. */
function find(slots: Uint32Array, mask: number, high: number, low: number): number {
  const wantedHigh = shown(high)
  const wantedLow = low >>> 0
  for (let slot = low & mask; ; slot = (slot + 1) & mask) {
    const at = 2 * slot
    const found = slots[at]
    if (found === 0 || (found === wantedHigh && slots[at + 1] === wantedLow)) return at
  }
}

/** An empty slot is 0, so no digest may be. */
function shown(high: number): number {
  return high >>> 0 || 1
}

/** Gives a digest as a text. */
export function digestName(high: number, low: number): string {
  return `${shown(high)},${low >>> 0}`
}

/** Spreads the bits of a lane. */
export function finishLane(lane: number): number {
  let mixed = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

/**
 * Calls with the digest of the key made of some texts.
 *
 * @param use - takes both lanes
 */
export function digestKey<Result>(values: readonly string[], use: (high: number, low: number) => Result): Result {
  let [high, low] = digestSeeds
  const [highFactor, lowFactor] = digestFactors
  for (const value of values) {
    for (let index = 0; index < value.length; index += 1) {
      const unit = value.charCodeAt(index)
      high = Math.imul(high ^ unit, highFactor)
      low = Math.imul(((low << 5) | (low >>> 27)) ^ unit, lowFactor)
    }
    high = Math.imul(high ^ valueSeparator, highFactor)
    low = Math.imul(((low << 5) | (low >>> 27)) ^ valueSeparator, lowFactor)
  }
  return use(finishLane(high ^ (low >>> 7)), finishLane(low))
}

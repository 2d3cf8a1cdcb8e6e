import { hash } from 'node:crypto'

const words = 4
const firstSlots = 1024

/**
 * A set of texts that can say whether it has one, and nothing else: it keeps 128 bits of each one's SHA-256, in 24 to 64 bytes, however
 * long the text is. While it grows it needs half as much again.
 */
export class DigestSet {
  #slots = new Uint32Array(firstSlots * words)
  #size = 0

  /** How many are in it. */
  get size(): number {
    return this.#size
  }

  /** Takes in a text; false when it was there already. */
  add(text: string): boolean {
    if (2 * this.#size * words >= this.#slots.length) this.#grow()
    if (!this.#put(digestWords(text))) return false
    this.#size += 1
    return true
  }

  /** Tells whether a text is in it. */
  has(text: string): boolean {
    if (this.#size === 0) return false
    const digest = digestWords(text)
    return this.#isAt(this.#find(digest), digest)
  }

  #put(digest: Uint32Array): boolean {
    const slot = this.#find(digest)
    if (this.#isAt(slot, digest)) return false
    this.#slots.set(digest, slot)
    return true
  }

  #find(digest: Uint32Array): number {
    const count = this.#slots.length / words
    let slot = (digest[0] ?? 0) % count
    while (!this.#isFree(slot * words) && !this.#isAt(slot * words, digest)) slot = (slot + 1) % count
    return slot * words
  }

  #isFree(at: number): boolean {
    const slots = this.#slots
    return slots[at] === 0 && slots[at + 1] === 0 && slots[at + 2] === 0 && slots[at + 3] === 0
  }

  #isAt(at: number, digest: Uint32Array): boolean {
    const slots = this.#slots
    return (
      slots[at] === digest[0] &&
      slots[at + 1] === digest[1] &&
      slots[at + 2] === digest[2] &&
      slots[at + 3] === digest[3]
    )
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new Uint32Array(2 * old.length)
    for (let at = 0; at < old.length; at += words) {
      const digest = old.subarray(at, at + words)
      if (digest.some((word) => word !== 0)) this.#put(digest)
    }
  }
}

function digestWords(text: string): Uint32Array {
  const bytes = hash('sha256', text, 'buffer')
  const digest = Uint32Array.from({ length: words }, (_, at) => bytes.readUInt32LE(at * words))
  // A slot of zeros is a free one.
  if (digest.every((word) => word === 0)) digest[0] = 1
  return digest
}

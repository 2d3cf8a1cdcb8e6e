import { isUtf8 } from 'node:buffer'

/** Checks that bytes which come in chunks are UTF-8, cut anywhere. */
export class Utf8Check {
  #begun = Buffer.alloc(0)
  #isValid = true

  /** Whether all bytes so far are UTF-8, but for a character that is cut. */
  get isValid(): boolean {
    return this.#isValid
  }

  /** Takes in a chunk. */
  push(chunk: Uint8Array): void {
    if (!this.#isValid) return
    const start = this.#finishBegun(chunk)
    const end = Math.max(start, startOfCutCharacter(chunk))
    this.#isValid &&= isUtf8(chunk.subarray(start, end))
    this.#begun = Buffer.concat([this.#begun, chunk.subarray(end)])
  }

  /** Says that nothing follows: a character that was begun is none. */
  end(): void {
    this.#isValid &&= this.#begun.length === 0
  }

  /** Puts a character together that the last chunk began, and says where the next one begins. */
  #finishBegun(chunk: Uint8Array): number {
    const [lead] = this.#begun
    if (lead === undefined) return 0
    const more = Math.min(lengthOf(lead) - this.#begun.length, chunk.byteLength)
    const character = Buffer.concat([this.#begun, chunk.subarray(0, more)])
    if (character.length < lengthOf(lead)) {
      this.#begun = character
      return more
    }
    this.#isValid &&= isUtf8(character)
    this.#begun = Buffer.alloc(0)
    return more
  }
}

/** How many bytes a character takes, by its first. */
function lengthOf(lead: number): number {
  if (lead < 0xc0) return 1
  if (lead < 0xe0) return 2
  return lead < 0xf0 ? 3 : 4
}

/** Where the last character begins if it isn't whole; the end otherwise. */
function startOfCutCharacter(chunk: Uint8Array): number {
  const { byteLength } = chunk
  for (let back = 1; back <= Math.min(3, byteLength); back += 1) {
    const byte = chunk[byteLength - back] ?? 0
    if (byte >= 0xc0) return lengthOf(byte) > back ? byteLength - back : byteLength
    if (byte < 0x80) return byteLength
  }
  return byteLength
}

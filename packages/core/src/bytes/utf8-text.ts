import { isUtf8 } from 'node:buffer'

const byteOrderMark = 0xfeff
// What is decoded in one go: large enough for speed, small enough that what is made of it dies young: of 256 KiB readers took twice the memory.
const pieceBytes = 64 * 1024

/**
 * Decodes UTF-8 that arrives in chunks cut anywhere. A byte order mark at the start is left out.
 *
 * Where bytes are not UTF-8 it gives the text before them and then sets {@link Utf8Text.isBroken}, so that whoever reads the
 * text can say where the bad bytes are.
 */
export class Utf8Text {
  #tail: Uint8Array = new Uint8Array()
  #isStart = true
  #isBroken = false

  /** Whether bytes that are not UTF-8 have come; nothing after them is decoded. */
  get isBroken(): boolean {
    return this.#isBroken
  }

  /** Gives the text of the next bytes, as pieces of at most 64 KiB; a character cut at their end waits for the rest. */
  *push(chunk: Uint8Array): Generator<string, void, undefined> {
    for (let start = 0; start < chunk.byteLength && !this.#isBroken; start += pieceBytes) {
      const piece = chunk.subarray(start, start + pieceBytes)
      const bytes = this.#tail.byteLength === 0 ? piece : Buffer.concat([this.#tail, piece])
      const length = completeLength(bytes)
      // A copy, which `slice` of a Buffer is not: the chunk may be large, and may be changed by its owner.
      this.#tail = Uint8Array.from(bytes.subarray(length))
      const text = this.#decode(bytes.subarray(0, length))
      if (text !== '') yield text
    }
  }

  /** Says that no more bytes come: a character that is still cut breaks the text. */
  end(): void {
    if (this.#tail.byteLength > 0) this.#isBroken = true
  }

  #decode(bytes: Uint8Array): string {
    const valid = isUtf8(bytes) ? bytes : this.#validPart(bytes)
    const text = Buffer.from(valid.buffer, valid.byteOffset, valid.byteLength).toString('utf8')
    if (!this.#isStart || text === '') return text
    this.#isStart = false
    return text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text
  }

  #validPart(bytes: Uint8Array): Uint8Array {
    this.#isBroken = true
    let valid = 0
    let invalid = bytes.byteLength
    while (invalid - valid > 1) {
      const middle = (valid + invalid) >>> 1
      const part = bytes.subarray(0, middle)
      if (isUtf8(part.subarray(0, completeLength(part)))) valid = middle
      else invalid = middle
    }
    return bytes.subarray(0, completeLength(bytes.subarray(0, valid)))
  }
}

/** How many bytes are left when a character that is cut at the end is taken off. */
function completeLength(bytes: Uint8Array): number {
  const { length } = bytes
  for (let back = 1; back <= 3 && back <= length; back++) {
    const byte = bytes[length - back] ?? 0
    // A continuation byte: the character began before it.
    if ((byte & 0b1100_0000) === 0b1000_0000) continue
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return needed > back ? length - back : length
  }
  return length
}

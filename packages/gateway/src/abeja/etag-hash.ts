import { createHash, type Hash } from 'node:crypto'

const fiveMiB = 5 * 1024 * 1024

/** Computes a file's ETag while its bytes pass: the MD5 up to 5 MiB, and that of parts of 5 MiB beyond. */
export class EtagHash {
  readonly #partBytes: number
  readonly #parts: Buffer[] = []
  #part: Hash = createHash('md5')
  #inPart = 0
  #sizeBytes = 0

  /** @param partBytes - the size of a part; other than 5 MiB in tests alone */
  constructor(partBytes: number = fiveMiB) {
    this.#partBytes = partBytes
  }

  /** How many bytes have passed. */
  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Takes bytes. */
  update(bytes: Uint8Array): void {
    this.#sizeBytes += bytes.byteLength
    for (let start = 0; start < bytes.byteLength;) {
      if (this.#inPart === this.#partBytes) this.#endPart()
      const piece = bytes.subarray(start, start + this.#partBytes - this.#inPart)
      this.#part.update(piece)
      this.#inPart += piece.byteLength
      start += piece.byteLength
    }
  }

  #endPart(): void {
    this.#parts.push(this.#part.digest())
    this.#part = createHash('md5')
    this.#inPart = 0
  }

  /** Gives the ETag, without quotes. Nothing can be added after that. */
  digest(): string {
    const last = this.#part.digest()
    if (this.#parts.length === 0) return last.toString('hex')
    const all = [...this.#parts, last]
    return `${createHash('md5').update(Buffer.concat(all)).digest('hex')}-${all.length}`
  }
}

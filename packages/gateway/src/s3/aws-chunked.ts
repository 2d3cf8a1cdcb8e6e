import { createHash, type Hash } from 'node:crypto'
import type { ChunkSigner } from './chunk-signature.ts'
import { S3Error } from './s3-error.ts'
import { isSameSignature } from './signature-check.ts'

// A line gives a length and a signature, or one trailing header.
const longestLine = 4 * 1024
const mostTrailers = 20

/**
 * Takes the framing of `aws-chunked` off a body, given to it in pieces of any size.
 *
 * The body is a row of chunks, each a line with its length in hex and perhaps its signature, the bytes, and a line end; then a
 * chunk of length 0, perhaps headers, and an empty line.
 */
export class ChunkedDecoder {
  /** The headers after the last chunk, by lower-case name. */
  readonly trailers: Map<string, string> = new Map()
  readonly #signer: ChunkSigner | undefined
  readonly #line: Buffer[] = []
  #lineBytes = 0
  #state: 'length' | 'data' | 'data-end' | 'trailers' | 'done' = 'length'
  #left = 0
  #chunkHash: Hash | undefined
  #chunkSignature = ''
  #signedTrailers = ''

  /** @param signer - computes the signatures of chunks, where they are signed */
  constructor(signer: ChunkSigner | undefined) {
    this.#signer = signer
  }

  /**
   * Takes the next piece and gives the content in it, without copying.
   *
   * @throws S3Error `IncompleteBody` for a framing that is broken, `SignatureDoesNotMatch` for a wrong signature
   */
  push(piece: Buffer): Buffer[] {
    const content: Buffer[] = []
    for (let at = 0; at < piece.length;) {
      if (this.#state === 'data') {
        const part = piece.subarray(at, at + this.#left)
        this.#takeContent(part)
        content.push(part)
        at += part.length
        continue
      }
      if (this.#state === 'done') throw broken('bytes follow its end')
      const end = piece.indexOf(0x0a, at)
      const stop = end === -1 ? piece.length : end + 1
      this.#gather(piece.subarray(at, stop))
      at = stop
      if (end !== -1) this.#takeLine(this.#finishLine())
    }
    return content
  }

  /** Says that there are no more pieces. */
  end(): void {
    if (this.#state !== 'done') throw broken('it ends in the middle')
  }

  #gather(part: Buffer): void {
    this.#lineBytes += part.length
    if (this.#lineBytes > longestLine) throw broken('a line is too long')
    // The piece it came in may be large, and is to be released.
    this.#line.push(Buffer.from(part))
  }

  #finishLine(): string {
    const line = Buffer.concat(this.#line).toString('latin1')
    this.#line.length = 0
    this.#lineBytes = 0
    if (!line.endsWith('\r\n')) throw broken('a line does not end with CR LF')
    return line.slice(0, -2)
  }

  #takeLine(line: string): void {
    if (this.#state === 'length') this.#takeLength(line)
    else if (this.#state === 'data-end') this.#endChunk(line)
    else this.#takeTrailer(line)
  }

  #takeLength(line: string): void {
    const [, length, extension = ''] = /^([0-9A-Fa-f]{1,12})(?:;(.*))?$/.exec(line) ?? []
    if (length === undefined) throw broken('the length of a chunk is no hexadecimal number')
    this.#left = Number.parseInt(length, 16)
    if (this.#signer !== undefined) {
      this.#chunkSignature = /^chunk-signature=([0-9a-f]{64})$/.exec(extension)?.[1] ?? ''
      this.#chunkHash = createHash('sha256')
    }
    this.#state = this.#left === 0 ? 'trailers' : 'data'
    if (this.#left === 0) this.#checkChunk()
  }

  #takeContent(part: Buffer): void {
    this.#chunkHash?.update(part)
    this.#left -= part.length
    if (this.#left === 0) this.#state = 'data-end'
  }

  #endChunk(line: string): void {
    if (line !== '') throw broken('a chunk is longer than it says')
    this.#checkChunk()
    this.#state = 'length'
  }

  #checkChunk(): void {
    if (this.#signer === undefined || this.#chunkHash === undefined) return
    const expected = this.#signer.signChunk(this.#chunkHash.digest('hex'))
    if (!isSameSignature(this.#chunkSignature, expected)) throw new S3Error('SignatureDoesNotMatch')
  }

  #takeTrailer(line: string): void {
    if (line === '') {
      if (this.#signedTrailers !== '' && this.#signer !== undefined)
        throw broken('the signature of its trailer is missing')
      this.#state = 'done'
      return
    }
    const at = line.indexOf(':')
    const name = line.slice(0, Math.max(at, 0)).trim().toLowerCase()
    const value = line.slice(at + 1).trim()
    if (name === '' || this.trailers.size === mostTrailers) throw broken('a line of its trailer is no header')
    if (name === 'x-amz-trailer-signature') return this.#checkTrailer(value)
    this.trailers.set(name, value)
    this.#signedTrailers += `${name}:${value}\n`
  }

  #checkTrailer(signature: string): void {
    if (this.#signer !== undefined && !isSameSignature(signature, this.#signer.signTrailer(this.#signedTrailers))) {
      throw new S3Error('SignatureDoesNotMatch')
    }
    this.#signedTrailers = ''
  }
}

function broken(how: string): S3Error {
  return new S3Error('IncompleteBody', { message: `The aws-chunked body is malformed: ${how}` })
}

import { createHash, type KeyObject } from 'node:crypto'
import { emptySha256, hmacHex, scopeText, type V4Scope } from './signature-v4.ts'

/** What the signatures of a chunked body go on from. */
export interface ChunkSeed {
  /** The key of the scope. */
  readonly key: KeyObject
  /** When the request was signed. */
  readonly time: string
  /** The scope. */
  readonly scope: V4Scope
  /** The signature of the request. */
  readonly signature: string
}

/** Computes the signatures of a chunked body, each of which includes the one before. */
export class ChunkSigner {
  readonly #seed: ChunkSeed
  #previous: string

  constructor(seed: ChunkSeed) {
    this.#seed = seed
    this.#previous = seed.signature
  }

  /** Signs the next chunk, given the SHA-256 of its bytes. */
  signChunk(sha256: string): string {
    return this.#sign('AWS4-HMAC-SHA256-PAYLOAD', emptySha256, sha256)
  }

  /** Signs the headers after the last chunk, each written as `name:value` and a line feed. */
  signTrailer(lines: string): string {
    return this.#sign('AWS4-HMAC-SHA256-TRAILER', createHash('sha256').update(lines, 'latin1').digest('hex'))
  }

  #sign(kind: string, ...hashes: readonly string[]): string {
    const { key, time, scope } = this.#seed
    this.#previous = hmacHex(key, [kind, time, scopeText(scope), this.#previous, ...hashes].join('\n'))
    return this.#previous
  }
}

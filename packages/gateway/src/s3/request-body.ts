import { createHash, type Hash } from 'node:crypto'
import { ChunkedDecoder } from './aws-chunked.ts'
import { ExpectedChecksums } from './expected-checksums.ts'
import { ChunkSigner } from './chunk-signature.ts'
import { BrokenBody, messageChunks } from '../server/message-chunks.ts'
import { S3Error } from './s3-error.ts'
import type { S3Request } from './s3-request.ts'
import type { SignedPayload } from './signature-check.ts'

/** How a body is taken. */
export interface BodyRules {
  /** The most bytes it may have; larger ones are refused before they are read where they say so. */
  readonly maxBytes: number
  /** Whether it must say its length. */
  readonly needsLength: boolean
  /** Whether its MD5 is wanted in any case. */
  readonly wantsMd5: boolean
  /** Ends the reading. */
  readonly signal: AbortSignal
}

/** The body of a request, without framing, checked against all that the request says of it. */
export class RequestBody {
  /** How many bytes it has; undefined where that isn't said. */
  readonly sizeBytes: number | undefined
  readonly #request: S3Request
  readonly #payload: SignedPayload
  readonly #rules: BodyRules
  readonly #isFramed: boolean
  readonly #checksums: ExpectedChecksums
  readonly #contentMd5: string | undefined
  readonly #md5: Hash | undefined
  readonly #sha256: Hash | undefined
  #failure: S3Error | undefined
  #md5Hex: string | undefined

  /** @throws S3Error for what is wrong with its headers; nothing is read yet */
  constructor(request: S3Request, payload: SignedPayload, rules: BodyRules) {
    this.#request = request
    this.#payload = payload
    this.#rules = rules
    this.#isFramed = isFramed(request)
    this.sizeBytes = declaredLength(request, this.#isFramed)
    if (this.sizeBytes === undefined && rules.needsLength) throw new S3Error('MissingContentLength')
    if (this.sizeBytes !== undefined && this.sizeBytes > rules.maxBytes) throw tooLarge(this.sizeBytes, rules.maxBytes)
    this.#checksums = new ExpectedChecksums(request)
    this.#contentMd5 = readContentMd5(request)
    const wantsMd5 = rules.wantsMd5 || this.#contentMd5 !== undefined
    this.#md5 = wantsMd5 ? createHash('md5') : undefined
    this.#sha256 = payload.sha256 === undefined ? undefined : createHash('sha256')
  }

  /** What was found wrong with it while it was read. */
  get failure(): S3Error | undefined {
    return this.#failure
  }

  /** Its MD5 as hex, after it was read. */
  get md5(): string {
    return this.#md5Hex ?? ''
  }

  /** The checksums that were sent with it and found right, as the headers that say so. */
  get checksumHeaders(): Readonly<Record<string, string>> {
    return this.#checksums.headers
  }

  /** Gives its bytes, once, and fails after the last one when they aren't what the request says. */
  async *chunks(): AsyncGenerator<Buffer, void, undefined> {
    try {
      yield* this.#checked()
    } catch (error) {
      const failure = error instanceof BrokenBody ? brokenOff(error) : error
      if (failure instanceof S3Error) this.#failure = failure
      throw failure
    }
  }

  /** Reads all of it into memory. */
  async bytes(): Promise<Buffer> {
    const chunks: Buffer[] = []
    for await (const chunk of this.chunks()) chunks.push(chunk)
    return Buffer.concat(chunks)
  }

  async *#checked(): AsyncGenerator<Buffer, void, undefined> {
    const most = this.sizeBytes ?? this.#rules.maxBytes
    let count = 0
    for await (const chunk of this.#decoded()) {
      count += chunk.length
      if (count > most) throw this.sizeBytes === undefined ? tooLarge(count, most) : new S3Error('IncompleteBody')
      this.#md5?.update(chunk)
      this.#sha256?.update(chunk)
      this.#checksums.update(chunk)
      yield chunk
    }
    if (this.sizeBytes !== undefined && count !== this.sizeBytes) throw new S3Error('IncompleteBody')
    this.#checkDigests()
  }

  async *#decoded(): AsyncGenerator<Buffer, void, undefined> {
    const pieces = messageChunks(this.#request.message, this.#rules.signal)
    if (!this.#isFramed) return yield* pieces
    const { chunks } = this.#payload
    const decoder = new ChunkedDecoder(chunks === undefined ? undefined : new ChunkSigner(chunks))
    for await (const piece of pieces) yield* decoder.push(piece)
    decoder.end()
    this.#checksums.addTrailers(decoder.trailers)
  }

  #checkDigests(): void {
    this.#md5Hex = this.#md5?.digest('hex')
    if (this.#contentMd5 !== undefined && this.#contentMd5 !== this.#md5Hex) throw new S3Error('BadDigest')
    if (this.#sha256 !== undefined && this.#sha256.digest('hex') !== this.#payload.sha256) {
      throw new S3Error('XAmzContentSHA256Mismatch')
    }
    this.#checksums.check()
  }
}

function isFramed(request: S3Request): boolean {
  const kind = request.header('x-amz-content-sha256') ?? ''
  if (kind.startsWith('STREAMING-') && !servedStreams.has(kind)) {
    throw new S3Error('NotImplemented', { message: `Bodies of kind ${kind} are not served` })
  }
  return kind.startsWith('STREAMING-') || encodings(request).includes('aws-chunked')
}

const servedStreams = new Set([
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
])

/** Gives the encodings a request names for its body, the framing included. */
export function encodings(request: S3Request): string[] {
  const names = (request.headers.get('content-encoding') ?? '').split(',').map((name) => name.trim())
  return names.filter((name) => name !== '')
}

function declaredLength(request: S3Request, framed: boolean): number | undefined {
  const text = request.header(framed ? 'x-amz-decoded-content-length' : 'content-length')
  if (text === undefined) return undefined
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new S3Error('InvalidArgument', { message: `"${text}" is no length of a body` })
}

function readContentMd5(request: S3Request): string | undefined {
  const text = request.headers.get('content-md5')
  if (text === undefined) return undefined
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length !== 16) throw new S3Error('InvalidDigest')
  return bytes.toString('hex')
}

function tooLarge(size: number, most: number): S3Error {
  return new S3Error('EntityTooLarge', { fields: { ProposedSize: String(size), MaxSizeAllowed: String(most) } })
}

function brokenOff(cause: BrokenBody): S3Error {
  return new S3Error(cause.isStopped ? 'ServiceUnavailable' : 'IncompleteBody', {}, cause)
}

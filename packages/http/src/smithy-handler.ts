import { Readable } from 'node:stream'
import { invalidArgument } from '@stowage/core/driver'
import type { ByteTransport } from './transport/byte-transport.ts'
import type { RequestBody } from './transport/request-body.ts'

/** A request as AWS's clients make it: the part of Smithy's `HttpRequest` that is used. */
export interface SmithyRequest {
  /** The method. */
  readonly method: string
  /** `https:` or `http:`. */
  readonly protocol: string
  /** Host name. */
  readonly hostname: string
  /** Port, where it is not the usual one. */
  readonly port?: number | undefined
  /** The path, encoded. */
  readonly path: string
  /** The query, not encoded; null stands for a name without value. */
  readonly query?: Readonly<Record<string, string | readonly string[] | null>> | undefined
  /** The headers, signature included. */
  readonly headers: Readonly<Record<string, string>>
  /** Text, bytes, or a stream. */
  readonly body?: unknown
}

/** An answer as AWS's clients take it. */
export interface SmithyResponse {
  /** The status. */
  readonly statusCode: number
  /** The headers by lower-case name. */
  readonly headers: Record<string, string>
  /** The body, a Node stream. */
  readonly body: Readable
}

/** What handling a request brings. */
export interface SmithyOutput {
  /** The answer. */
  readonly response: SmithyResponse
}

/** The AWS SDK's own kind of signal of old, which its types still allow. */
export interface SmithyAbortSignal {
  /** Whether it was aborted. */
  readonly aborted: boolean
}

/** How a request of AWS's clients is handled. */
export interface SmithyHandlerOptions {
  /** Ends the request, its answer's body included. Only a standard signal will do. */
  readonly abortSignal?: AbortSignal | SmithyAbortSignal | undefined
}

/** What AWS's clients want to know of a handler. */
export interface SmithyMetadata {
  /** What it speaks. */
  readonly handlerProtocol: string
}

/**
 * Lets AWS's clients use a {@link ByteTransport}: pass it to `S3Client` as `requestHandler`.
 *
 * Redirects are given to the client, `Expect` is not sent, and failures are the transport's, so switch the client's own repetitions off
 * (`maxAttempts: 1`). The transport stays its owner's: `destroy` closes nothing.
 */
export class SmithyHandler {
  readonly #transport: ByteTransport
  /** What AWS's clients want to know of a handler. */
  readonly metadata: SmithyMetadata = { handlerProtocol: 'http/1.1' }

  /** @param transport - what requests go through */
  constructor(transport: ByteTransport) {
    this.#transport = transport
  }

  /** Sends a request. */
  async handle(request: SmithyRequest, { abortSignal }: SmithyHandlerOptions = {}): Promise<SmithyOutput> {
    const { method } = request
    const signal = abortSignal
    if (signal !== undefined && !(signal instanceof AbortSignal)) {
      throw invalidArgument('abortSignal is no AbortSignal: pass the signal of an AbortController')
    }
    const { headers, isChunked } = requestHeaders(request.headers)
    const body = requestBody(request)
    const answer = await this.#transport.send({
      method,
      url: requestUrl(request),
      headers,
      body,
      mayChunk: isChunked,
      signal,
      maxRedirects: 0,
    })
    const stream = Readable.from(answer.body, { objectMode: false, highWaterMark: 1024 * 1024 })
    return { response: { statusCode: answer.status, headers: { ...answer.headers }, body: stream } }
  }

  /** Does nothing: the transport has options of its own. */
  updateHttpClientConfig(): void {}

  /** Gives nothing: the transport has options of its own. */
  httpHandlerConfigs(): Record<string, never> {
    return {}
  }

  /** Does nothing: close the transport instead. */
  destroy(): void {}
}

function requestUrl({ protocol, hostname, port, path, query = {} }: SmithyRequest): string {
  const pairs = Object.keys(query)
    .toSorted()
    .flatMap((name) => queryPairs(name, query[name] ?? null))
  const search = pairs.length === 0 ? '' : `?${pairs.join('&')}`
  return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}${search}`
}

function queryPairs(name: string, value: string | readonly string[] | null): string[] {
  const key = encode(name)
  if (value === null) return [key]
  return (typeof value === 'string' ? [value] : value).map((item) => `${key}=${encode(item)}`)
}

/** Encodes as the signature was made: all but unreserved characters. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function requestHeaders(given: SmithyRequest['headers']): { headers: Record<string, string>; isChunked: boolean } {
  const entries = Object.entries(given).map(([name, value]) => [name.toLowerCase(), value] as const)
  // The transport sets these by itself.
  const own = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'expect'])
  const isChunked = entries.some(([name, value]) => name === 'transfer-encoding' && value === 'chunked')
  return { headers: Object.fromEntries(entries.filter(([name]) => !own.has(name))), isChunked }
}

function requestBody({ body, headers }: SmithyRequest): RequestBody | undefined {
  if (body === undefined || body === null || body === '') return undefined
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return body
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength)
  if (body instanceof ArrayBuffer) return new Uint8Array(body)
  if (typeof body !== 'object' || !(Symbol.asyncIterator in body)) {
    throw invalidArgument('the body of the request is no text, bytes or stream: give one of these')
  }
  const length = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-length')?.[1]
  const stream = body as AsyncIterable<Uint8Array>
  return { sizeBytes: length === undefined ? undefined : Number(length), isReopenable: false, open: () => stream }
}

import type { IncomingHttpHeaders } from 'node:http'
import { invalidArgument, StorageError } from '@stowage/core/driver'
import { ByteResponse } from './byte-response.ts'
import { ConnectionPool } from './connection-pool.ts'
import { type Answer, Exchange, type ExchangeRequest } from './exchange.ts'
import { redirectedRequest } from './redirect.ts'
import { lengthHeaders, type RequestBody } from './request-body.ts'
import { type RequestTarget, requestTarget } from './request-target.ts'

/** How a {@link ByteTransport} behaves. */
export interface ByteTransportOptions {
  /** How long connecting, TLS included, may take, in milliseconds. Default 10000. */
  readonly connectTimeoutMs?: number | undefined
  /**
   * How long a connection may stand still while it is the server's turn, in milliseconds. A slow source or a slow reader of ours
   * doesn't count. Default 60000.
   */
  readonly idleTimeoutMs?: number | undefined
  /** The most connections to one origin at a time; further requests wait. Default 32. */
  readonly maxConnections?: number | undefined
  /** How long an unused connection is kept, in milliseconds. Default 15000. */
  readonly keepAliveMs?: number | undefined
  /** Whether plain `http:` is allowed beyond this machine. Default false. */
  readonly allowInsecure?: boolean | undefined
  /** Certificates of authorities to trust instead of the usual ones, as PEM. */
  readonly ca?: string | readonly string[] | undefined
}

/** One request of a {@link ByteTransport}. */
export interface ByteRequest {
  /** The method, in capitals. */
  readonly method: string
  /** Where to, percent-encoded. Path and query of a text go out byte for byte: `..` and `//` stay, so that a signature over them holds. */
  readonly url: string | URL
  /** Exactly these headers go out beside `host`, `connection`, the body's length and `accept-encoding: identity`; none is added. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** The body. */
  readonly body?: RequestBody | undefined
  /** Whether a body of unknown length may go out in chunks. Default false: it is refused, as S3 and its kin refuse it. */
  readonly mayChunk?: boolean | undefined
  /** Ends the request at any moment, while its answer is read as well; it is the deadline for all of it. */
  readonly signal?: AbortSignal | undefined
  /** Another idle timeout than the transport's, in milliseconds. */
  readonly idleTimeoutMs?: number | undefined
  /** How many redirects of GET and HEAD are followed; what is beyond is given as it is. Default 3. */
  readonly maxRedirects?: number | undefined
  /** Whether chunks of the answer may be lent, for readers that give each back with `returnChunk`. Default false. */
  readonly mayLend?: boolean | undefined
  /** Counts what goes out: every request, and repeated ones as retries. */
  readonly receipt?: RequestCounter | undefined
}

/** Where requests are counted; the receipt of a call is one. */
export interface RequestCounter {
  /** Requests that went out. */
  requests: number
  /** How many of them repeated a failed one. */
  retries: number
}

/**
 * Moves bytes to and from services over HTTP/1.1, with memory that doesn't grow with their number.
 *
 * Answers of any status are answers. What fails is a `StorageError`: `unavailable`, `timeout`, `corrupt-data`, or the reason of the
 * signal. After a write whose answer was lost it says `applied: 'unknown'`, and `outcome-unknown` where the body can't be sent again.
 *
 * Nothing is repeated, with one exception: a GET or HEAD that went out on a kept connection and lost it before any byte of an answer, once,
 * on a new connection. Servers close unused connections whenever they like, and a request may cross that on its way.
 */
export class ByteTransport {
  readonly #pool: ConnectionPool
  readonly #timeouts: { readonly connectTimeoutMs: number; readonly idleTimeoutMs: number }
  readonly #allowInsecure: boolean
  #isClosed = false

  /** @param options - all have defaults */
  constructor(options: ByteTransportOptions = {}) {
    const { connectTimeoutMs = 10_000, idleTimeoutMs = 60_000, maxConnections = 32, keepAliveMs = 15_000, ca } = options
    this.#timeouts = { connectTimeoutMs, idleTimeoutMs }
    this.#allowInsecure = options.allowInsecure ?? false
    this.#pool = new ConnectionPool({ maxConnections, keepAliveMs, ca })
  }

  /** How many connections are open, unused ones included. */
  get connections(): number {
    return this.#pool.size
  }

  /**
   * Sends a request and gives the answer as soon as its head is there and the body has been sent. A server that refuses (status 300 and
   * above) before it has the whole body is sent no more of it, and its answer counts.
   *
   * @throws StorageError `invalid-argument` for a URL or header that can't be sent; see the class for the rest
   */
  async send(request: ByteRequest): Promise<ByteResponse> {
    let target = requestTarget(request.url, this.#allowInsecure)
    let headers = lowerCased(request.headers ?? {})
    for (let left = request.maxRedirects ?? 3; ; left -= 1) {
      const answer = await this.#exchange(request, target, headers)
      const response = toResponse(request.method, target, answer)
      const isFollowed = left > 0 && request.body === undefined
      const next = isFollowed ? redirectedRequest(request.method, target, headers, response) : undefined
      if (next === undefined) return response
      await response.discard()
      target = requestTarget(next.url, this.#allowInsecure)
      headers = next.headers
    }
  }

  /** Closes all connections: requests under way fail, and later ones with `closed`. Calling it again does nothing. */
  close(): void {
    this.#isClosed = true
    this.#pool.close()
  }

  async #exchange(request: ByteRequest, target: RequestTarget, headers: Record<string, string>): Promise<Answer> {
    const { method, body, signal, mayChunk = false, mayLend = false, receipt } = request
    const allHeaders = { 'accept-encoding': 'identity', ...headers, ...lengthHeaders(body, method, mayChunk) }
    const timeouts = { ...this.#timeouts, idleTimeoutMs: request.idleTimeoutMs ?? this.#timeouts.idleTimeoutMs }
    const options = { method, target, headers: allHeaders, body, signal, mayLend, ...timeouts }
    signal?.throwIfAborted()
    if (this.#isClosed)
      throw new StorageError({ code: 'closed', message: 'the transport was closed: open it again', applied: 'no' })
    if (receipt !== undefined) receipt.requests += 1
    const exchange = open({ ...options, agent: this.#pool.agent(target.isTls, true) })
    try {
      return await exchange.run()
    } catch (error) {
      if (!exchange.wasStale) throw error
      if (receipt !== undefined) receipt.requests += 1
      if (receipt !== undefined) receipt.retries += 1
      return open({ ...options, agent: this.#pool.agent(target.isTls, false) }).run()
    }
  }
}

/** Node refuses bad methods and header values when a request is made. */
function open(options: ExchangeRequest): Exchange {
  try {
    return new Exchange(options)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw invalidArgument(`the request can't be sent: ${error.message}`)
  }
}

function toResponse(method: string, { url }: RequestTarget, { message, body }: Answer): ByteResponse {
  return new ByteResponse({ method, url, status: message.statusCode ?? 0, headers: flat(message.headers), body })
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  const lower: Record<string, string> = {}
  for (const name of Object.keys(headers)) lower[name.toLowerCase()] = headers[name] ?? ''
  return lower
}

function flat(headers: IncomingHttpHeaders): Record<string, string> {
  const flattened: Record<string, string> = {}
  for (const name of Object.keys(headers)) {
    const value = headers[name] ?? ''
    flattened[name] = typeof value === 'string' ? value : value.join(', ')
  }
  return flattened
}

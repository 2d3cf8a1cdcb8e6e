import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import ky from 'ky'
import type { ByteTransport, RequestCounter } from './transport/byte-transport.ts'

/** A request as it goes out. */
export interface JsonMessage {
  /** The method, in capitals. */
  readonly method: string
  /** Where to. */
  readonly url: string
  /** All headers, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  /** The body; undefined for none. */
  readonly body: string | undefined
  /** Ends it. */
  readonly signal: AbortSignal
  /** Counts it. */
  readonly receipt: RequestCounter | undefined
}

/** An answer whose body has not been read yet. */
export interface JsonReply {
  /** The status. */
  readonly status: number
  /** The headers. */
  readonly headers: Headers
  /** The body, decompressed. Leaving a loop over it early gives up the rest. */
  readonly body: AsyncIterable<Uint8Array>
}

/** Sends a request by fetch. */
export async function sendByFetch(fetch: typeof globalThis.fetch, message: JsonMessage): Promise<JsonReply> {
  const { method, url, headers, body, signal, receipt } = message
  if (receipt !== undefined) receipt.requests += 1
  const content = body === undefined ? {} : { body }
  const control = { retry: 0, timeout: false, throwHttpErrors: false, redirect: 'manual' } as const
  const response = await ky(url, { method, headers, signal, fetch, ...content, ...control })
  return { status: response.status, headers: response.headers, body: response.body ?? nothing() }
}

/** Sends a request over a byte transport. */
export async function sendByTransport(transport: ByteTransport, message: JsonMessage): Promise<JsonReply> {
  const { method, url, headers, body, signal, receipt } = message
  const response = await transport.send({
    method,
    url,
    headers: { ...headers, 'accept-encoding': 'gzip' },
    body: body === undefined ? undefined : Buffer.from(body),
    signal,
    receipt,
    maxRedirects: 0,
  })
  const isZipped = /^\s*(?:x-)?gzip\s*$/i.test(response.headers['content-encoding'] ?? '')
  const { status } = response
  return { status, headers: new Headers(response.headers), body: isZipped ? unzipped(response.body) : response.body }
}

async function* unzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const unzip = createGunzip()
  // What the source fails with ends the stream, and is what reading it fails with.
  pipeline(chunks, unzip, () => {})
  try {
    yield* unzip as AsyncIterable<Uint8Array>
  } finally {
    unzip.destroy()
  }
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {}

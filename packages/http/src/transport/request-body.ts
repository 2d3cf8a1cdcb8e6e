import { invalidArgument } from '@stowage/core/driver'

/** Bytes to be sent that are not in memory: a part of a `ByteSource`, for example. */
export interface BodySource {
  /** How many bytes `open` gives; undefined where nobody knows. */
  readonly sizeBytes: number | undefined
  /** Whether `open` may be called more than once. */
  readonly isReopenable: boolean
  /** Begins reading. A chunk must not be changed before the request is done. */
  open(): AsyncIterable<Uint8Array>
}

/** What a request may carry: bytes in memory, or a source that is read while it is sent. A core `ByteSource` is one as it is. */
export type RequestBody = Uint8Array | BodySource

/**
 * Gives the headers that say how long a body is.
 *
 * @param mayChunk - whether a body of unknown length may be sent in chunks; signed S3 URLs refuse that
 * @throws StorageError `invalid-argument` for an unknown length where that is not allowed, or a size that is none
 */
export function lengthHeaders(
  body: RequestBody | undefined,
  method: string,
  mayChunk: boolean,
): Record<string, string> {
  // Servers ask for a length where the method usually has a body; for the others it would be odd.
  if (body === undefined) return /^(?:PUT|POST|PATCH)$/.test(method) ? { 'content-length': '0' } : {}
  const sizeBytes = body instanceof Uint8Array ? body.byteLength : body.sizeBytes
  if (sizeBytes === undefined) {
    if (mayChunk) return { 'transfer-encoding': 'chunked' }
    throw invalidArgument(
      'the length of the body is unknown and this request needs it: give the size, or write to a file first',
    )
  }
  if (Number.isSafeInteger(sizeBytes) && sizeBytes >= 0) return { 'content-length': String(sizeBytes) }
  throw invalidArgument(`the body has a size of ${sizeBytes} bytes: give a whole number from 0`)
}

/** Tells whether a body can be sent a second time. */
export function isRepeatable(body: RequestBody | undefined): boolean {
  return body === undefined || body instanceof Uint8Array || body.isReopenable
}

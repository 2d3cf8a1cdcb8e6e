import { timingSafeEqual } from 'node:crypto'
import type { AccessKey } from './access-keys.ts'
import type { ChunkSeed } from './chunk-signature.ts'
import { S3Error } from './s3-error.ts'

/** Finds keys by the id requests name. */
export interface KnownKeys {
  /** Gives the keys; undefined for an id nobody knows. */
  find(accessKeyId: string): AccessKey | undefined
}

/** What signatures are checked against. */
export interface SignatureRules {
  /** The known keys. */
  readonly keys: KnownKeys
  /** Whether the keys are temporary, so that a token goes with the request. */
  readonly hasToken: boolean
  /** The region signatures must name. */
  readonly region: string
  /** The time in milliseconds since 1970. */
  readonly nowMs: number
}

/** What a valid signature says of the body that follows. */
export interface SignedPayload {
  /** The SHA-256 the body must have, as hex; undefined where it isn't signed. */
  readonly sha256: string | undefined
  /** What the signatures of a chunked body go on from; undefined where its chunks aren't signed. */
  readonly chunks: ChunkSeed | undefined
}

/** A payload nothing is said of. */
export const unsignedBody: SignedPayload = { sha256: undefined, chunks: undefined }

// How far the clocks of clients may be off.
const maxSkewMs = 15 * 60 * 1000

/** Finds the keys a request says it is signed with. */
export function requireKey(keys: KnownKeys, accessKeyId: string): AccessKey {
  const key = keys.find(accessKeyId)
  if (key === undefined) throw new S3Error('InvalidAccessKeyId', { fields: { AWSAccessKeyId: accessKeyId } })
  return key
}

/** Tells whether two signatures are equal, taking the same time whether they are or not. */
export function isSameSignature(given: string, expected: string): boolean {
  const bytes = Buffer.from(given)
  const expectedBytes = Buffer.from(expected)
  return bytes.length === expectedBytes.length && timingSafeEqual(bytes, expectedBytes)
}

/** Refuses a request whose signature is none of the expected ones, and one signed by a key that has expired. */
export function checkSignature(given: string, expected: readonly string[], key: AccessKey): void {
  if (!expected.some((one) => isSameSignature(given, one))) throw new S3Error('SignatureDoesNotMatch')
  if (key.isExpired) throw expired()
}

/** Refuses a request whose time is too far from ours. */
export function checkSkew(timeMs: number, nowMs: number): void {
  if (Math.abs(timeMs - nowMs) > maxSkewMs) throw new S3Error('RequestTimeTooSkewed')
}

/** Refuses a signed URL whose time is over, or comes only later. */
export function checkLifetime(startMs: number, endMs: number, nowMs: number): void {
  if (nowMs > endMs) throw expired()
  if (startMs - nowMs > maxSkewMs) throw new S3Error('AccessDenied', { message: 'Request is not valid yet' })
}

function expired(): S3Error {
  return new S3Error('AccessDenied', { message: 'Request has expired' })
}

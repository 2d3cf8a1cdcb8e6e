import type { SignedUrl } from '@stowage/core'
import { type CallContext, invalidArgument, type SignUrlRequest, StorageError } from '@stowage/core/driver'
import { expiryOf } from './signed-url-facts.ts'
import type { DcssWire } from './wire.ts'

/** The longest time S3 allows. */
const maxSeconds = 7 * 24 * 60 * 60

/** What boto3 signs for when it is told nothing; nobody knows what the data API does (contract section 3). */
const usualMs = 3600 * 1000

/**
 * Signs a URL. The data API decides by itself how long its URLs work: `expiresAt` says it.
 *
 * One for PUT carries the metadata every object of DCSS has, so it is good for files of one part.
 */
export async function signUrl(
  wire: DcssWire,
  { bucket: name, key: shown, method, expiresInMs }: SignUrlRequest,
  call: CallContext,
): Promise<SignedUrl> {
  const { signer, address, authorizer, token } = wire
  const space = wire.space(name)
  const key = space.keyOf(shown)
  const headers: Record<string, string> =
    method === 'PUT' ? { 'x-amz-meta-number-of-parts': '1', 'x-amz-meta-owner-id': String(token?.uid ?? 0) } : {}
  if (signer !== undefined) {
    const seconds = Math.max(1, Math.floor(expiresInMs / 1000))
    if (seconds > maxSeconds) throw invalidArgument('a signed URL works for 7 days at most: give a smaller expiresInMs')
    const expiresAt = new Date(Math.floor(Date.now() / 1000) * 1000 + seconds * 1000)
    const url = await signer.presign(method, address.urlOf(space.bucket, key), seconds, headers)
    return { url, method, headers, expiresAt }
  }
  if (authorizer === undefined) {
    const message = 'signing a URL needs a token: give `token` or set DUCKIETOWN_TOKEN'
    throw new StorageError({ code: 'unauthenticated', message })
  }
  const action = method === 'GET' ? 'get_object' : 'put_object'
  const url = await authorizer.authorize({ action, bucket: space.bucket, key, headers }, call)
  return { url, method, headers, expiresAt: new Date(expiryOf(url) ?? Date.now() + usualMs) }
}

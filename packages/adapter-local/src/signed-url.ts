import { createHmac, timingSafeEqual } from 'node:crypto'

/** What a signed URL allows. */
export interface SignedAccess {
  readonly method: 'GET' | 'PUT'
  readonly bucket: string
  readonly key: string
  /** When it ends, in milliseconds since 1970. */
  readonly expiresAt: number
}

/** Writes what is allowed, and its signature, into the query of a URL: the one place where any key keeps its characters. */
export function signedQuery(access: SignedAccess, secret: Uint8Array): string {
  const { method, bucket, key, expiresAt } = access
  const query = new URLSearchParams({ bucket, key, method, expires: String(expiresAt) })
  query.set('signature', signatureOf(access, secret).toString('base64url'))
  return query.toString()
}

/** Reads a query back; undefined unless it was signed with the secret. Whether it has expired is for the caller to see. */
export function readSignedQuery(query: URLSearchParams, secret: Uint8Array): SignedAccess | undefined {
  const [method, bucket, key] = [query.get('method'), query.get('bucket'), query.get('key')]
  const expiresAt = Number(query.get('expires'))
  if ((method !== 'GET' && method !== 'PUT') || bucket === null || key === null) return undefined
  const access: SignedAccess = { method, bucket, key, expiresAt }
  const given = Buffer.from(query.get('signature') ?? '', 'base64url')
  const wanted = signatureOf(access, secret)
  return given.length === wanted.length && timingSafeEqual(given, wanted) ? access : undefined
}

function signatureOf({ method, bucket, key, expiresAt }: SignedAccess, secret: Uint8Array): Buffer {
  // JSON keeps the parts apart: no two accesses have the same text.
  return createHmac('sha256', secret)
    .update(JSON.stringify([method, bucket, key, expiresAt]))
    .digest()
}

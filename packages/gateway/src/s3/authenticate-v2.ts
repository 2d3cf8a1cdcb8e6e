import { encodePath } from './percent-encoding.ts'
import { S3Error } from './s3-error.ts'
import type { S3Request } from './s3-request.ts'
import {
  checkLifetime,
  checkSignature,
  checkSkew,
  requireKey,
  type SignatureRules,
  type SignedPayload,
  unsignedBody,
} from './signature-check.ts'
import { signV2 } from './signature-v2.ts'

/** Checks a signature in the `Authorization` header. */
export function authenticateV2Header(request: S3Request, authorization: string, rules: SignatureRules): SignedPayload {
  const at = authorization.lastIndexOf(':')
  if (at === -1) throw new S3Error('InvalidArgument', { message: 'The Authorization header holds no signature' })
  const amazonDate = request.headers.get('x-amz-date')
  const date = request.headers.get('date') ?? ''
  const timeMs = Date.parse(amazonDate ?? date)
  if (Number.isNaN(timeMs)) {
    throw new S3Error('AccessDenied', { message: 'AWS authentication requires a valid Date or x-amz-date header' })
  }
  checkSkew(timeMs, rules.nowMs)
  const given = { accessKeyId: authorization.slice('AWS '.length, at), signature: authorization.slice(at + 1) }
  return verify(request, { ...given, date: amazonDate === undefined ? date : '' }, rules)
}

/** Checks a signature in the query: that of a signed URL. */
export function authenticateV2Query(request: S3Request, rules: SignatureRules): SignedPayload {
  const accessKeyId = request.query.get('AWSAccessKeyId')
  const signature = request.query.get('Signature')
  const expires = request.query.get('Expires') ?? ''
  if (accessKeyId === undefined || signature === undefined || !/^\d{1,12}$/.test(expires)) {
    const message = 'Query-string authentication version 2 requires AWSAccessKeyId, Signature and Expires parameters'
    throw new S3Error('AccessDenied', { message })
  }
  checkLifetime(Number.NEGATIVE_INFINITY, Number(expires) * 1000, rules.nowMs)
  return verify(request, { accessKeyId, signature, date: expires }, rules)
}

interface GivenSignature {
  readonly accessKeyId: string
  readonly signature: string
  readonly date: string
}

function verify(
  request: S3Request,
  { accessKeyId, signature, date }: GivenSignature,
  rules: SignatureRules,
): SignedPayload {
  const key = requireKey(rules.keys, accessKeyId)
  const { method } = request
  const subject = { method, query: request.query.pairs, headers: allHeaders(request), date }
  const expected = signedPaths(request).map((one) => signV2({ ...subject, rawPath: one }, key.secretAccessKey))
  checkSignature(signature, expected, key)
  return unsignedBody
}

/**
 * The paths a signer may have signed for what a request asks: one that its HTTP stack has escaped otherwise since, and that of a
 * bucket with or without a slash at its end.
 */
function signedPaths({ bucket, key, isVirtualHosted, path, rawPath }: S3Request): string[] {
  if (bucket !== '' && key === '') return [`/${encodePath(bucket)}/`, `/${encodePath(bucket)}`]
  const front = isVirtualHosted ? `/${bucket}` : ''
  return [...new Set([front + rawPath, front + encodePath(path)])]
}

/**
 * Headers together with those the query carries. One that is in both counts once when both say the same: signers put metadata
 * into the query, and the official client of DCSS sends it as headers all the same.
 */
function allHeaders({ headers, hoisted }: S3Request): ReadonlyMap<string, string> {
  const all = new Map(headers)
  for (const [name, value] of hoisted) {
    const sent = all.get(name)
    all.set(name, sent === undefined || sent === value ? value : `${sent},${value}`)
  }
  return all
}

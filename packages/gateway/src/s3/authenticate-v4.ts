import { S3Error, type S3ErrorCode } from './s3-error.ts'
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
import { parseV4Time, signV4, unsignedPayload, v4Algorithm, type V4Scope } from './signature-v4.ts'

const longestLifeSeconds = 7 * 24 * 60 * 60

/** A signature, as the header or the query gives it. */
interface GivenSignature {
  readonly accessKeyId: string
  readonly scope: V4Scope
  readonly time: string
  readonly timeMs: number
  readonly signedHeaders: readonly string[]
  readonly signature: string
  readonly payload: string
}

/** Checks a signature in the `Authorization` header. */
export function authenticateV4Header(request: S3Request, authorization: string, rules: SignatureRules): SignedPayload {
  const payload = request.headers.get('x-amz-content-sha256')
  if (payload === undefined) {
    throw new S3Error('InvalidRequest', { message: 'Missing required header for this request: x-amz-content-sha256' })
  }
  const given = { ...readAuthorization(request, authorization), payload }
  checkSkew(given.timeMs, rules.nowMs)
  return verify(request, given, rules, 'AuthorizationHeaderMalformed')
}

/** Checks a signature in the query: that of a signed URL. */
export function authenticateV4Query(request: S3Request, rules: SignatureRules): SignedPayload {
  const given = readQuery(request, rules)
  const lifeSeconds = readLifetime(request)
  checkLifetime(given.timeMs, given.timeMs + lifeSeconds * 1000, rules.nowMs)
  return verify(request, given, rules, 'AuthorizationQueryParametersError')
}

function verify(
  request: S3Request,
  given: GivenSignature,
  rules: SignatureRules,
  malformed: S3ErrorCode,
): SignedPayload {
  checkScope(given, rules, malformed)
  const key = requireKey(rules.keys, given.accessKeyId)
  const { scope, time, payload } = given
  const { method, path } = request
  const query = request.query.pairs.filter(([name]) => name !== 'X-Amz-Signature')
  const subject = { method, path, query, headers: signedHeaders(request, given), payload }
  checkSignature(given.signature, [signV4(subject, time, scope, key.v4Key(scope))], key)
  if (payload.startsWith('STREAMING-AWS4-HMAC-SHA256-')) {
    const seed = { key: key.v4Key(scope), time, scope, signature: given.signature }
    return { sha256: undefined, chunks: seed }
  }
  return /^[0-9a-f]{64}$/.test(payload) ? { sha256: payload, chunks: undefined } : unsignedBody
}

function checkScope({ scope, time }: GivenSignature, rules: SignatureRules, malformed: S3ErrorCode): void {
  if (scope.region !== rules.region) {
    const message = `The region '${scope.region}' is wrong; expecting '${rules.region}'`
    throw new S3Error(malformed, { message, fields: { Region: rules.region } })
  }
  if (!time.startsWith(scope.day)) {
    throw new S3Error(malformed, { message: `The credential is of day ${scope.day}, the request of another` })
  }
}

function signedHeaders(request: S3Request, given: GivenSignature): readonly (readonly [string, string])[] {
  const names = new Set(given.signedHeaders)
  if (!names.has('host')) throw new S3Error('AccessDenied', { message: 'The host header must be signed' })
  // What a body hashes to is part of what is signed, however it is sent.
  const unsigned = [...request.headers.keys()].filter(
    (name) => name.startsWith('x-amz-') && name !== 'x-amz-content-sha256' && !names.has(name),
  )
  if (unsigned.length > 0) {
    const message = 'There were headers present in the request which were not signed'
    throw new S3Error('AccessDenied', { message, fields: { HeadersNotSigned: unsigned.join(', ') } })
  }
  return given.signedHeaders.map((name) => {
    const value = request.headers.get(name)
    if (value === undefined) {
      throw new S3Error('SignatureDoesNotMatch', { message: `The signed header ${name} is missing from the request` })
    }
    return [name, value]
  })
}

function readAuthorization(request: S3Request, authorization: string): Omit<GivenSignature, 'payload'> {
  const malformed = (message: string): S3Error => new S3Error('AuthorizationHeaderMalformed', { message })
  const [algorithm, ...rest] = authorization.split(' ')
  if (algorithm !== v4Algorithm) throw malformed(`The only algorithm supported is ${v4Algorithm}`)
  const parts = new Map(rest.join(' ').split(',').map(readPart))
  const credential = parts.get('Credential')
  const signedNames = parts.get('SignedHeaders')
  const signature = parts.get('Signature')
  if (credential === undefined || signedNames === undefined || signature === undefined) {
    throw malformed('Credential, SignedHeaders and Signature are needed')
  }
  const time = readTime(request)
  return { ...readCredential(credential, malformed), ...time, signedHeaders: signedNames.split(';'), signature }
}

function readPart(part: string): [name: string, value: string] {
  const at = part.indexOf('=')
  return [part.slice(0, at).trim(), part.slice(at + 1).trim()]
}

function readTime(request: S3Request): { readonly time: string; readonly timeMs: number } {
  const time = request.headers.get('x-amz-date')
  if (time === undefined) {
    throw new S3Error('AccessDenied', { message: 'AWS authentication requires the x-amz-date header' })
  }
  const timeMs = parseV4Time(time)
  if (timeMs === undefined) {
    throw new S3Error('AccessDenied', { message: 'The x-amz-date header must look like 20261121T143000Z' })
  }
  return { time, timeMs }
}

function readQuery(request: S3Request, { hasToken }: SignatureRules): GivenSignature {
  const malformed = (message: string): S3Error => new S3Error('AuthorizationQueryParametersError', { message })
  const required = (name: string): string => {
    const value = request.query.get(name)
    if (value === undefined || value === '') throw malformed(`The query parameter ${name} is needed`)
    return value
  }
  if (required('X-Amz-Algorithm') !== v4Algorithm) throw malformed(`The only algorithm supported is ${v4Algorithm}`)
  if (request.query.has('X-Amz-Security-Token') && !hasToken) throw new S3Error('InvalidToken')
  const time = required('X-Amz-Date')
  const timeMs = parseV4Time(time)
  if (timeMs === undefined) throw malformed('X-Amz-Date must look like 20261121T143000Z')
  return {
    ...readCredential(required('X-Amz-Credential'), malformed),
    time,
    timeMs,
    signedHeaders: required('X-Amz-SignedHeaders').split(';'),
    signature: required('X-Amz-Signature'),
    payload: request.header('x-amz-content-sha256') ?? unsignedPayload,
  }
}

function readLifetime(request: S3Request): number {
  const text = request.query.get('X-Amz-Expires') ?? ''
  if (/^\d{1,9}$/.test(text) && Number(text) <= longestLifeSeconds) return Number(text)
  const message = `X-Amz-Expires must be a number of seconds up to ${longestLifeSeconds}`
  throw new S3Error('AuthorizationQueryParametersError', { message })
}

function readCredential(
  credential: string,
  malformed: (message: string) => S3Error,
): { readonly accessKeyId: string; readonly scope: V4Scope } {
  const parts = credential.split('/')
  const [day = '', region = '', service, end] = parts.slice(-4)
  if (parts.length < 5 || !/^\d{8}$/.test(day) || service !== 's3' || end !== 'aws4_request') {
    throw malformed('The credential must look like <access key id>/20261121/<region>/s3/aws4_request')
  }
  return { accessKeyId: parts.slice(0, -4).join('/'), scope: { day, region } }
}

import { invalidArgument } from '@stowage/core/driver'
import type { AccessKey } from './access-keys.ts'
import { encodePath, encodeStrictly } from './percent-encoding.ts'
import { signV2 } from './signature-v2.ts'
import { formatV4Time, signV4, unsignedPayload, v4Algorithm } from './signature-v4.ts'

/** What a signed URL is to be good for. */
export interface SignUrlOptions {
  /** The only method it will work with. */
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE' | 'POST'
  /** The bucket, as S3 clients name it. */
  readonly bucket: string
  /** The key; left out for requests to the bucket, such as a listing. */
  readonly key?: string | undefined
  /** Parameters that are signed with it, for example `{ 'list-type': '2', prefix: '' }`. Default: none. */
  readonly query?: Readonly<Record<string, string>> | undefined
  /**
   * Headers that must be sent with it exactly, in ASCII. Version 4 signs them; version 2 also writes those of `x-amz-` into
   * the query, as its usual signers do. Default: none but `host`.
   */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** How long it works, in whole seconds from 0; version 4 allows a week. */
  readonly expiresInSeconds: number
  /** The version of the signature. */
  readonly version: 'v4' | 'v2'
  /** Host and port, exactly as the client will send them. */
  readonly host: string
  /** Whether it is an https URL. Default false. */
  readonly secure?: boolean | undefined
}

/** What signs. */
export interface UrlSigner {
  /** The keys. */
  readonly key: AccessKey
  /** The region. */
  readonly region: string
  /** The time in milliseconds since 1970. */
  readonly nowMs: number
}

const longestV4Seconds = 7 * 24 * 60 * 60

/**
 * Signs a URL for one method, one key and a time: whoever holds it needs nothing else.
 *
 * @throws StorageError `invalid-argument` for a time or key that can't be signed
 */
export function signUrl(options: SignUrlOptions, signer: UrlSigner): string {
  const { bucket, key, version, secure, host } = options
  const path = key === undefined ? `/${bucket}` : `/${bucket}/${key}`
  if (!path.isWellFormed()) throw invalidArgument('the key holds half of a surrogate pair and has no place in a URL')
  const { expiresInSeconds } = options
  const longest = version === 'v4' ? longestV4Seconds : Number.MAX_SAFE_INTEGER
  if (!Number.isInteger(expiresInSeconds) || expiresInSeconds < 0 || expiresInSeconds > longest) {
    throw invalidArgument(`expiresInSeconds is ${expiresInSeconds}: give whole seconds from 0 to ${longest}`)
  }
  const query = version === 'v4' ? v4Query(options, path, signer) : v2Query(options, path, signer)
  const text = query.map(([name, value]) => `${encodeStrictly(name)}=${encodeStrictly(value)}`).join('&')
  return `${secure === true ? 'https' : 'http'}://${host}${encodePath(path)}?${text}`
}

type Pairs = readonly (readonly [name: string, value: string])[]

function lowerCased(headers: Readonly<Record<string, string>>): Pairs {
  const pairs = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  return pairs.toSorted(([one], [other]) => (one < other ? -1 : 1))
}

function v4Query(options: SignUrlOptions, path: string, { key, region, nowMs }: UrlSigner): Pairs {
  const { method, host, query = {}, headers = {}, expiresInSeconds } = options
  const time = formatV4Time(nowMs)
  const scope = { day: time.slice(0, 8), region }
  const signed = lowerCased({ ...headers, host })
  const pairs: Pairs = [
    ...Object.entries(query),
    ['X-Amz-Algorithm', v4Algorithm],
    ['X-Amz-Credential', `${key.accessKeyId}/${scope.day}/${region}/s3/aws4_request`],
    ['X-Amz-Date', time],
    ['X-Amz-Expires', String(expiresInSeconds)],
    ['X-Amz-SignedHeaders', signed.map(([name]) => name).join(';')],
  ]
  const subject = { method, path, query: pairs, headers: signed, payload: unsignedPayload }
  return [...pairs, ['X-Amz-Signature', signV4(subject, time, scope, key.v4Key(scope))]]
}

function v2Query(options: SignUrlOptions, path: string, { key, nowMs }: UrlSigner): Pairs {
  const { method, query = {}, headers = {}, expiresInSeconds } = options
  const date = String(Math.floor(nowMs / 1000) + expiresInSeconds)
  const signed = lowerCased(headers)
  const pairs = Object.entries(query)
  // What version 2 signs for a bucket ends in a slash, whatever the URL does.
  const rawPath = encodePath(options.key === undefined ? `${path}/` : path)
  const subject = { method, rawPath, query: pairs, headers: new Map(signed), date }
  const signature = signV2(subject, key.secretAccessKey)
  const hoisted = signed.filter(([name]) => name.startsWith('x-amz-'))
  const own: Pairs = [
    ['AWSAccessKeyId', key.accessKeyId],
    ['Signature', signature],
    ['Expires', date],
  ]
  return [...pairs, ...hoisted, ...own]
}

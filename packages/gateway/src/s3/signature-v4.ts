import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { encodePath, encodeStrictly } from './percent-encoding.ts'
import { trimSpace } from './s3-request.ts'

/** The one algorithm of signature version 4 that is served. */
export const v4Algorithm = 'AWS4-HMAC-SHA256'

/** The payload hash of a request whose body is not signed. */
export const unsignedPayload = 'UNSIGNED-PAYLOAD'

/** The SHA-256 of nothing, as hex. */
export const emptySha256: string = createHash('sha256').digest('hex')

/** What a signature is good for beside the request: a day, a region and this service. */
export interface V4Scope {
  /** `YYYYMMDD`. */
  readonly day: string
  /** The region. */
  readonly region: string
}

/** What of a request is signed. Texts are bytes: characters up to 0xff. */
export interface V4Subject {
  /** The method. */
  readonly method: string
  /** The path, decoded. */
  readonly path: string
  /** The query's names and values, decoded, without the signature. */
  readonly query: readonly (readonly [name: string, value: string])[]
  /** The signed headers by lower-case name, in order of name. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** The hash of the body, or a word that stands for it. */
  readonly payload: string
}

/**
 * Signs a request.
 *
 * @param key - that of the scope
 */
export function signV4(subject: V4Subject, time: string, scope: V4Scope, key: KeyObject): string {
  const hashed = createHash('sha256').update(canonicalRequest(subject), 'latin1').digest('hex')
  return hmacHex(key, [v4Algorithm, time, scopeText(scope), hashed].join('\n'))
}

/** Gives the key that signs all requests of a scope. */
export function signingKey(secret: string, { day, region }: V4Scope): KeyObject {
  let key: Buffer = Buffer.from(`AWS4${secret}`)
  for (const part of [day, region, 's3', 'aws4_request']) key = createHmac('sha256', key).update(part).digest()
  return createSecretKey(key)
}

/** Writes a scope as signatures name it. */
export function scopeText({ day, region }: V4Scope): string {
  return `${day}/${region}/s3/aws4_request`
}

/** Signs text with a key. */
export function hmacHex(key: KeyObject, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex')
}

/** Writes an instant the way version 4 does: `20261121T143000Z`. */
export function formatV4Time(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '')
}

/** Reads such an instant; undefined for anything else. */
export function parseV4Time(text: string): number | undefined {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? []
  if (second === undefined) return undefined
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(ms) ? undefined : ms
}

function canonicalRequest({ method, path, query, headers, payload }: V4Subject): string {
  const lines = headers.map(([name, value]) => `${name}:${trimSpace(value).replace(/[ \t]+/g, ' ')}`)
  const names = headers.map(([name]) => name).join(';')
  return [method, encodePath(path), canonicalQuery(query), ...lines, '', names, payload].join('\n')
}

function canonicalQuery(query: V4Subject['query']): string {
  const encoded = query.map(([name, value]) => [encodeStrictly(name), encodeStrictly(value)] as const)
  // Both are ASCII now: comparing UTF-16 units compares bytes.
  encoded.sort(([name, value], [otherName, otherValue]) => compare(name, otherName) || compare(value, otherValue))
  return encoded.map(([name, value]) => `${name}=${value}`).join('&')
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

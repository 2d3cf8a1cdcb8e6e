import type { IncomingMessage } from 'node:http'
import { decodePercent, decodeQueryText } from './percent-encoding.ts'
import { S3Error } from './s3-error.ts'

/** A request taken apart: nothing of it is checked but its form. */
export interface S3Request {
  /** The method. */
  readonly method: string
  /** The path as sent, percent-encoded. */
  readonly rawPath: string
  /** The same, decoded once and never normalised. */
  readonly path: string
  /** The bucket; empty for requests to the service as a whole. */
  readonly bucket: string
  /** Whether the bucket is named by the host, not by the path. */
  readonly isVirtualHosted: boolean
  /** The key; empty for requests to a bucket. */
  readonly key: string
  /** The query's names and values, decoded, in order. */
  readonly query: Query
  /**
   * Headers by lower-case name, characters being bytes, repeated ones joined by commas. Those that a signed URL carries in its
   * query are not among them: see {@link S3Request.header}.
   */
  readonly headers: ReadonlyMap<string, string>
  /** `x-amz-` headers that a signed URL carries in its query instead, by lower-case name. */
  readonly hoisted: ReadonlyMap<string, string>
  /** The request itself, for its body. */
  readonly message: IncomingMessage
  /** Gives a header's value, wherever it is carried. */
  header(name: string): string | undefined
}

/** The parameters of a query. */
export class Query {
  readonly pairs: readonly (readonly [name: string, value: string])[]
  readonly #values: ReadonlyMap<string, string>

  constructor(raw: string) {
    this.pairs = raw.split('&').filter(Boolean).map(decodePair)
    // Of a name given twice the first value counts, everywhere.
    this.#values = new Map([...this.pairs].toReversed())
  }

  /** Tells whether a parameter is there, with or without value. */
  has(name: string): boolean {
    return this.#values.has(name)
  }

  /** Gives a parameter's value; empty for one without. */
  get(name: string): string | undefined {
    return this.#values.get(name)
  }
}

function decodePair(pair: string): readonly [string, string] {
  const at = pair.indexOf('=')
  if (at === -1) return [decodeQueryText(pair), '']
  return [decodeQueryText(pair.slice(0, at)), decodeQueryText(pair.slice(at + 1))]
}

/**
 * Takes a request apart.
 *
 * @param domain - a host name `bucket.<domain>` names a bucket
 * @throws S3Error `InvalidURI` for a path or query that can't be decoded
 */
export function readRequest(message: IncomingMessage, domain: string): S3Request {
  const [rawPath, rawQuery] = splitTarget(message.url ?? '/')
  const path = decodePercent(rawPath)
  const query = new Query(rawQuery)
  const headers = readHeaders(message.rawHeaders)
  const hoisted = hoistedHeaders(query)
  const hostBucket = bucketOfHost(headers.get('host') ?? '', domain)
  const { bucket, key } = hostBucket === undefined ? splitPath(path) : { bucket: hostBucket, key: path.slice(1) }
  return {
    method: message.method ?? 'GET',
    rawPath,
    path,
    bucket,
    isVirtualHosted: hostBucket !== undefined,
    key,
    query,
    headers,
    hoisted,
    message,
    header: (name) => headers.get(name) ?? hoisted.get(name),
  }
}

// By hand: `URL` would resolve dot segments and so address another key.
function splitTarget(target: string): readonly [path: string, query: string] {
  const relative = target.replace(/^https?:\/\/[^/?]*/i, '')
  const at = relative.indexOf('?')
  const path = at === -1 ? relative : relative.slice(0, at)
  if (path !== '' && !path.startsWith('/')) throw new S3Error('InvalidURI')
  return [path === '' ? '/' : path, at === -1 ? '' : relative.slice(at + 1)]
}

function splitPath(path: string): { readonly bucket: string; readonly key: string } {
  const at = path.indexOf('/', 1)
  return at === -1 ? { bucket: path.slice(1), key: '' } : { bucket: path.slice(1, at), key: path.slice(at + 1) }
}

function bucketOfHost(host: string, domain: string): string | undefined {
  const name = host.replace(/:\d*$/, '').toLowerCase()
  return name.endsWith(`.${domain}`) ? name.slice(0, -domain.length - 1) : undefined
}

function readHeaders(raw: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  for (let at = 0; at < raw.length; at += 2) {
    const name = (raw[at] as string).toLowerCase()
    const value = trimSpace(raw[at + 1] as string)
    const before = headers.get(name)
    headers.set(name, before === undefined ? value : `${before},${value}`)
  }
  return headers
}

/** Takes spaces and tabs off both ends; `trim` would also take a byte 0xa0, which may end a character. */
export function trimSpace(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, '')
}

const signatureParameters = new Set([
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-signedheaders',
  'x-amz-signature',
  'x-amz-security-token',
])

function hoistedHeaders(query: Query): ReadonlyMap<string, string> {
  const hoisted = new Map<string, string>()
  if (!query.has('X-Amz-Signature') && !query.has('Signature')) return hoisted
  for (const [name, value] of query.pairs) {
    const header = name.toLowerCase()
    // Characters are bytes here, as in headers.
    const bytes = Buffer.from(value).toString('latin1')
    if (header.startsWith('x-amz-') && !signatureParameters.has(header)) hoisted.set(header, bytes)
  }
  return hoisted
}

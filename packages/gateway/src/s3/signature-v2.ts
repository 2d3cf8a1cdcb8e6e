import { createHmac } from 'node:crypto'
import { trimSpace } from './s3-request.ts'

/** What of a request version 2 signs. Texts of headers and paths are bytes: characters up to 0xff. */
export interface V2Subject {
  /** The method. */
  readonly method: string
  /** The path, percent-encoded, with the bucket in front also where the host names it. */
  readonly rawPath: string
  /** The query's names and values, decoded. */
  readonly query: readonly (readonly [name: string, value: string])[]
  /** Headers by lower-case name; those that aren't signed are left out here. */
  readonly headers: ReadonlyMap<string, string>
  /** When the URL expires, in seconds since 1970; or the request's date; or empty where `x-amz-date` says it. */
  readonly date: string
}

// The parameters that make another resource or another answer of a request; no others are signed.
const signedParameters = new Set([
  'accelerate',
  'acl',
  'analytics',
  'cors',
  'defaultObjectAcl',
  'delete',
  'inventory',
  'lifecycle',
  'location',
  'logging',
  'metrics',
  'notification',
  'object-lock',
  'partNumber',
  'policy',
  'replication',
  'requestPayment',
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
  'restore',
  'select',
  'select-type',
  'storageClass',
  'tagging',
  'torrent',
  'uploadId',
  'uploads',
  'versionId',
  'versioning',
  'versions',
  'website',
])

/** Signs a request. */
export function signV2(subject: V2Subject, secret: string): string {
  const { method, headers, date } = subject
  const fixed = [method, headers.get('content-md5') ?? '', headers.get('content-type') ?? '', date]
  const text = `${fixed.join('\n')}\n${amazonHeaders(headers)}${resource(subject)}`
  return createHmac('sha1', secret).update(text, 'latin1').digest('base64')
}

function amazonHeaders(headers: ReadonlyMap<string, string>): string {
  const names = [...headers.keys()].filter((name) => name.startsWith('x-amz-')).toSorted()
  return names.map((name) => `${name}:${trimSpace(headers.get(name) ?? '')}\n`).join('')
}

function resource({ rawPath, query }: V2Subject): string {
  const signed = query.filter(([name]) => signedParameters.has(name))
  if (signed.length === 0) return rawPath
  const parts = signed.map(([name, value]) => (value === '' ? name : `${name}=${bytesOf(value)}`)).toSorted()
  return `${rawPath}?${parts.join('&')}`
}

function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1')
}

import type { ByteResponse } from './byte-response.ts'
import type { RequestTarget } from './request-target.ts'

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

// What may go to whoever a service redirects to. Anything else may be a credential, whatever it is called.
const harmlessHeaders: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'range',
  'user-agent',
])

/**
 * Says what to request next after a redirect; undefined where there is none to follow: another status, no place given, a method that
 * changes something, a place that is no HTTP URL or holds credentials, or one that is less safe than where it came from.
 */
export function redirectedRequest(
  method: string,
  target: RequestTarget,
  headers: Readonly<Record<string, string>>,
  { status, headers: { location } }: Pick<ByteResponse, 'status' | 'headers'>,
): { readonly url: string; readonly headers: Record<string, string> } | undefined {
  if (!redirects.has(status) || location === undefined || (method !== 'GET' && method !== 'HEAD')) return undefined
  if (!URL.canParse(location, target.url)) return undefined
  const next = new URL(location, target.url)
  next.hash = ''
  const isAcceptable = next.protocol === 'https:' || (next.protocol === 'http:' && !target.isTls)
  if (!isAcceptable || next.username !== '' || next.password !== '') return undefined
  const kept = Object.entries(headers).filter(([name]) => next.origin === target.origin || harmlessHeaders.has(name))
  return { url: next.href, headers: Object.fromEntries(kept) }
}

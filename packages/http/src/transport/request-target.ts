import { invalidArgument } from '@stowage/core/driver'
import { isInsecure, redactUrl } from '../base-url.ts'

/** Where a request goes, taken apart without changing the path. */
export interface RequestTarget {
  /** The URL as it was given, without fragment. */
  readonly url: string
  /** Scheme, host and port, for comparing. */
  readonly origin: string
  /** Whether over TLS. */
  readonly isTls: boolean
  /** Host name or address, without brackets. */
  readonly hostname: string
  /** Port. */
  readonly port: number
  /** Path and query, byte for byte. */
  readonly path: string
}

const parts = /^(https?:\/\/[^/?#\\]*)([^#]*)/i

/**
 * Takes a URL apart and leaves path and query as they are: `URL` would resolve `..`, also as `%2e%2e`, and so ask for another object
 * than the one that was signed.
 *
 * @throws StorageError `invalid-argument` for what is no http URL, holds credentials, or would go over plain http beyond this machine
 */
export function requestTarget(url: string | URL, allowInsecure: boolean): RequestTarget {
  const text = String(url)
  const [, start = '', rest = ''] = parts.exec(text) ?? []
  if (!URL.canParse(start))
    throw invalidArgument(`${redactUrl(text)} is no http URL: write one such as https://example.com/a`)
  const parsed = new URL(start)
  if (parsed.username !== '' || parsed.password !== '') {
    throw invalidArgument(`the URL of ${parsed.host} holds a user name or password: give credentials as headers`)
  }
  if (!allowInsecure && isInsecure(parsed)) {
    throw invalidArgument(`${redactUrl(text)} is plain http: use https, or allow insecure connections`)
  }
  // Node would send what is beyond ASCII as Latin-1.
  if (/[^\x21-\x7e]/.test(rest)) {
    throw invalidArgument(
      `the path of ${redactUrl(text)} holds a space, a control or a letter beyond ASCII: percent-encode it`,
    )
  }
  const isTls = parsed.protocol === 'https:'
  return {
    url: start + rest,
    origin: parsed.origin,
    isTls,
    hostname: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: Number(parsed.port) || (isTls ? 443 : 80),
    path: rest.startsWith('/') ? rest : `/${rest}`,
  }
}

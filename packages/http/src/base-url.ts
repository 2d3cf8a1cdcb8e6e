import { invalidArgument, redact } from '@stowage/core/driver'

/** How a URL is checked. */
export interface UrlCheck {
  /** What messages call it, for example the option's name. Default `url`. */
  readonly name?: string | undefined
  /** Whether plain `http:` is accepted beyond loopback: everything sent, credentials included, can then be read on the way. Default false. */
  readonly allowInsecure?: boolean | undefined
}

/**
 * Checks the URL of a service as an app configures it.
 *
 * It has to be `https:`, or `http:` to this machine (or anywhere with `allowInsecure`), without user name, query or fragment.
 *
 * @returns the URL; its path ends in `/`, so that relative paths extend it
 * @throws StorageError `invalid-argument` that names what is wrong and never shows a password
 */
export function checkBaseUrl(url: string | URL, { name = 'url', allowInsecure = false }: UrlCheck = {}): URL {
  const parsed = checkUrl(url, name)
  if (parsed.search !== '' || parsed.hash !== '') {
    throw invalidArgument(`${name} is ${redactUrl(parsed)}: leave out what follows ? or #`)
  }
  if (!allowInsecure && isInsecure(parsed)) {
    throw invalidArgument(
      `${name} is ${redactUrl(parsed)}: use https, plain http would show all data and credentials to the network between`,
    )
  }
  if (!parsed.pathname.endsWith('/')) parsed.pathname += '/'
  return parsed
}

/**
 * Checks a URL that a service handed out, such as a signed one: `https:`, or `http:` where the service itself was asked over plain
 * `http:`.
 *
 * The host may be any other; what is requested there carries no credential.
 *
 * @param url - from an answer, so it may be anything
 * @param service - where it came from
 * @returns the URL, word for word: its path and query may be signed
 * @throws StorageError `invalid-argument` for anything else
 */
export function checkServiceUrl(url: unknown, service: URL): string {
  if (typeof url !== 'string') {
    throw invalidArgument(`the service gave ${url === null ? 'null' : `a ${typeof url}`} where a URL is expected`)
  }
  const parsed = checkUrl(url, 'the URL the service gave')
  if (parsed.protocol === 'http:' && service.protocol !== 'http:') {
    throw invalidArgument(`the service gave ${redactUrl(parsed)}, which is not https: it is not requested`)
  }
  return url
}

/** Tells whether a URL leads to this machine by its name alone: `localhost` and names below it, 127.0.0.0/8, `[::1]`. */
export function isLoopback({ hostname }: URL): boolean {
  return /^(?:.+\.)?localhost$|^127(?:\.\d+){3}$|^\[::1\]$/.test(hostname)
}

/** Tells whether what is sent to a URL can be read on the way. */
export function isInsecure(url: URL): boolean {
  return url.protocol !== 'https:' && !isLoopback(url)
}

/** Shows a URL without its query, user name and fragment: a signed URL's query is a credential. */
export function redactUrl(url: string | URL): string {
  const text = String(url)
  if (!URL.canParse(text)) return redact(text.replace(/[?#].*$/s, ''))
  const { protocol, host, pathname, search } = new URL(text)
  return redact(`${protocol}//${host}${pathname}${search === '' ? '' : '?***'}`)
}

function checkUrl(url: string | URL, name: string): URL {
  const text = String(url)
  if (!URL.canParse(text)) throw invalidArgument(`${name} is no URL: write one such as https://example.com`)
  const parsed = new URL(text)
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') {
    throw invalidArgument(`${name} begins with ${parsed.protocol}: use https`)
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw invalidArgument(`${name} holds a user name or password: give credentials by their own options`)
  }
  return parsed
}

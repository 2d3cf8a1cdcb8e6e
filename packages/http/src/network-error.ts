import {
  type ErrorFacts,
  explainAbort,
  StorageError,
  type StorageErrorCode,
  toStorageError,
} from '@stowage/core/driver'

interface KnownFailure {
  readonly code: StorageErrorCode
  readonly message: string
  readonly retryable?: boolean
  readonly applied?: 'no'
}

const certificate = (message: string): KnownFailure => ({
  code: 'unavailable',
  message: `${message}: check the URL, the clock and the certificates this machine trusts`,
  retryable: false,
  applied: 'no',
})

// What core doesn't know: codes of Node's TLS, of its HTTP parser, of undici behind fetch, and of routing.
const knownFailures: Readonly<Record<string, KnownFailure>> = {
  EHOSTUNREACH: { code: 'unavailable', message: 'the host cannot be reached: check the network', applied: 'no' },
  ENETUNREACH: { code: 'unavailable', message: 'the network cannot be reached: check the network', applied: 'no' },
  ECONNABORTED: { code: 'unavailable', message: 'the connection was aborted: try again later' },
  CERT_HAS_EXPIRED: certificate('the certificate of the server has expired'),
  CERT_NOT_YET_VALID: certificate('the certificate of the server is not valid yet'),
  DEPTH_ZERO_SELF_SIGNED_CERT: certificate('the certificate of the server is self-signed'),
  SELF_SIGNED_CERT_IN_CHAIN: certificate('the certificate of the server is signed by an unknown authority'),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: certificate('the certificate of the server cannot be verified'),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: certificate('the certificate of the server has an unknown issuer'),
  ERR_TLS_CERT_ALTNAME_INVALID: certificate('the certificate of the server is for another host'),
  ERR_SSL_WRONG_VERSION_NUMBER: {
    code: 'unavailable',
    message: 'the server does not speak TLS on this port: check the URL',
    retryable: false,
    applied: 'no',
  },
  EPROTO: { code: 'unavailable', message: 'TLS failed: check that the server speaks TLS on this port' },
  UND_ERR_CONNECT_TIMEOUT: { code: 'timeout', message: 'no connection in time: try again later', applied: 'no' },
  UND_ERR_HEADERS_TIMEOUT: { code: 'timeout', message: 'the server did not answer in time: try again later' },
  UND_ERR_BODY_TIMEOUT: { code: 'timeout', message: 'the answer stopped arriving: try again later' },
  UND_ERR_SOCKET: { code: 'unavailable', message: 'the connection broke: try again later' },
  UND_ERR_HEADERS_OVERFLOW: tooManyHeaders(),
  HPE_HEADER_OVERFLOW: tooManyHeaders(),
}

function tooManyHeaders(): KnownFailure {
  return { code: 'unavailable', message: 'the answer has more headers than are accepted (16 KiB)', retryable: false }
}

/**
 * Says what a failure of the network means: refused, reset, unresolved, timed out, a certificate, an answer that is no HTTP.
 *
 * Looks through what `fetch` and ky wrap around the cause. Node's error codes are taken as core takes them; nothing of a request (its
 * URL, its headers) gets into the message. `applied` is `no` only where no request can have left.
 *
 * @returns undefined for what is no failure of the network
 */
export function explainNetworkError(error: unknown): ErrorFacts | undefined {
  const root = rootOf(error)
  const abort = explainAbort(root)
  if (abort !== undefined) return abort
  const nativeCode = codeOf(root)
  if (nativeCode === undefined) return isFetchFailure(error) ? broken(root) : undefined
  const known = knownFailures[nativeCode]
  if (known !== undefined) return { ...known, nativeCode }
  if (nativeCode.startsWith('HPE_')) return notHttp(nativeCode)
  return explainByCore(root, nativeCode)
}

/** A wrapper tells nothing, its cause does; of several addresses tried, the first one's failure. */
function rootOf(error: unknown): unknown {
  let root = error
  for (let depth = 0; depth < 8 && root instanceof Error; depth += 1) {
    const next: unknown =
      root instanceof AggregateError ? root.errors[0] : codeOf(root) === undefined ? root.cause : undefined
    if (!(next instanceof Error)) return root
    root = next
  }
  return root
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

function isFetchFailure(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.name === 'NetworkError' || error.message === 'fetch failed' || error.message === 'terminated')
  )
}

function broken(root: unknown): ErrorFacts {
  const said = root instanceof Error ? root.message : String(root)
  return { code: 'unavailable', message: `the request failed (${said}): try again later` }
}

function notHttp(nativeCode: string): ErrorFacts {
  return { code: 'unavailable', message: `the answer is not valid HTTP (${nativeCode}): check the URL`, nativeCode }
}

/** Core has its own table of Node's error codes; what it doesn't know, it calls `internal`. */
function explainByCore(error: unknown, nativeCode: string): ErrorFacts | undefined {
  if (StorageError.is(error)) return undefined
  const { code, message, applied } = toStorageError(error, { backend: '' })
  return code === 'internal' ? undefined : { code, message, applied, nativeCode }
}

import type { StorageErrorCode } from '@stowage/core'
import type { ErrorFacts } from '@stowage/core/driver'
import { codeForStatus, explainHttpError, HttpError } from '@stowage/http'

interface KnownCode {
  readonly code: StorageErrorCode
  readonly help?: string
  readonly retryable?: boolean
}

const credentials: KnownCode = { code: 'unauthenticated', help: 'check the credentials' }
const argument: KnownCode = { code: 'invalid-argument' }
const damaged: KnownCode = { code: 'corrupt-data', help: 'try again', retryable: true }
const region: KnownCode = { code: 'invalid-argument', help: 'check region and s3Url' }

// S3's own codes, and those Ceph adds. The status alone would take a wrong signature for a missing grant.
const knownCodes: Readonly<Record<string, KnownCode>> = {
  AccessDenied: { code: 'permission-denied' },
  AllAccessDisabled: { code: 'permission-denied' },
  AuthorizationHeaderMalformed: region,
  BadDigest: damaged,
  ConditionalRequestConflict: { code: 'conflict', help: 'somebody writes it at this moment', retryable: true },
  EntityTooLarge: argument,
  EntityTooSmall: argument,
  ExpiredToken: credentials,
  IncompleteBody: damaged,
  InsufficientStorage: { code: 'quota-exceeded' },
  InternalError: { code: 'unavailable' },
  InvalidAccessKeyId: credentials,
  InvalidArgument: argument,
  InvalidBucketName: argument,
  InvalidRange: argument,
  InvalidRequest: argument,
  InvalidToken: credentials,
  KeyTooLongError: argument,
  MalformedXML: argument,
  MetadataTooLarge: argument,
  MethodNotAllowed: { code: 'unsupported' },
  MissingContentLength: argument,
  NoSuchBucket: { code: 'not-found' },
  NoSuchKey: { code: 'not-found' },
  NoSuchUpload: { code: 'not-found' },
  NotImplemented: { code: 'unsupported' },
  OperationAborted: { code: 'conflict', retryable: true },
  PermanentRedirect: region,
  PreconditionFailed: { code: 'conflict', help: 'it is another version now, or there is one already' },
  QuotaExceeded: { code: 'quota-exceeded' },
  RequestTimeTooSkewed: { code: 'unauthenticated', help: "set this computer's clock" },
  RequestTimeout: { code: 'timeout' },
  ServiceUnavailable: { code: 'unavailable' },
  SignatureDoesNotMatch: credentials,
  SlowDown: { code: 'rate-limited' },
  TemporaryRedirect: region,
  XAmzContentSHA256Mismatch: damaged,
}

/** What an error document of S3 says. */
export interface S3ErrorText {
  /** Its `Code`, for example `NoSuchKey`. */
  readonly code: string | undefined
  /** Its `Message`. */
  readonly message: string | undefined
}

/** Reads an error document of S3; a text that is none says nothing. */
export function readS3Error(text: string): S3ErrorText {
  if (!/<Error[\s>]/.test(text)) return { code: undefined, message: undefined }
  return { code: elementText(text, 'Code'), message: elementText(text, 'Message') }
}

/** Gives S3's code of a failed request; undefined for other failures, and for HEAD, whose errors have no body. */
export function s3CodeOf(error: unknown): string | undefined {
  if (HttpError.is(error)) return readS3Error(error.text).code
  return isServiceException(error) ? error.name : undefined
}

/** Gives the status of a failed request; undefined where no answer came. */
export function statusOf(error: unknown): number | undefined {
  if (HttpError.is(error)) return error.status
  return isServiceException(error) ? error.$metadata.httpStatusCode : undefined
}

/** Says what a failure of a request to S3 means: by its code, else by its status. */
export function explainDcssError(error: unknown): ErrorFacts | undefined {
  if (HttpError.is(error)) return explainAnswer(error)
  if (isServiceException(error)) return explainException(error)
  return explainHttpError(error)
}

function explainAnswer(error: HttpError): ErrorFacts {
  const { code: nativeCode, message: said } = readS3Error(error.text)
  const known = lookUp(nativeCode)
  // The URL holds the key, percent-encoded: a secret in it would not be recognised.
  const answered = error.message.replace(error.url, 'S3')
  const fallback = { code: codeForStatus(error.status), ...explainHttpError(error), message: answered }
  if (known === undefined) return { ...fallback, nativeCode }
  const message = advise(`${error.method} S3 answered ${error.status} ${nativeCode}: ${said ?? ''}`, known)
  return { ...fallback, code: known.code, message, nativeCode, retryable: known.retryable }
}

/** A failure as client-s3 throws it. */
interface ServiceException extends Error {
  readonly $metadata: { readonly httpStatusCode?: number; readonly requestId?: string }
}

function isServiceException(error: unknown): error is ServiceException {
  return error instanceof Error && '$fault' in error && '$metadata' in error
}

function explainException({ name, message, $metadata }: ServiceException): ErrorFacts {
  const { httpStatusCode: status = 0, requestId } = $metadata
  const known = lookUp(name) ?? { code: codeForStatus(status) }
  const text = advise(`S3 answered ${status} ${name}: ${message}`, known)
  return { code: known.code, message: text, status, nativeCode: name, requestId, retryable: known.retryable }
}

function lookUp(nativeCode: string | undefined): KnownCode | undefined {
  return nativeCode !== undefined && Object.hasOwn(knownCodes, nativeCode) ? knownCodes[nativeCode] : undefined
}

function advise(text: string, { help }: KnownCode): string {
  return help === undefined ? text : `${text.replace(/[.:\s]+$/, '')}; ${help}`
}

function elementText(text: string, name: string): string | undefined {
  const [, found] = new RegExp(`<${name}>([^<]{1,500})</${name}>`).exec(text) ?? []
  return found
    ?.replace(/&(lt|gt|quot|apos|amp);/g, (_, entity: string) => entities[entity] ?? '')
    .replace(/\s+/g, ' ')
    .trim()
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }

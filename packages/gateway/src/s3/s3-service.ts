import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import type { Storage } from '@stowage/core'
import { type Clock, invalidArgument, type Logger, silentLogger, systemClock } from '@stowage/core/driver'
import { AccessKeys, type S3Credential } from './access-keys.ts'
import { authenticate } from './authenticate.ts'
import { BucketAccess } from './bucket-access.ts'
import { type BucketNames, sameNames } from './bucket-names.ts'
import { KeyLocks } from '../server/key-locks.ts'
import { ListingCursors } from './listing-cursors.ts'
import { MultipartUploads } from './multipart-uploads.ts'
import { PartFiles } from './part-files.ts'
import { routeOf } from './routes.ts'
import type { Exchange, ImpliedMetadata, S3Context } from './s3-context.ts'
import { S3Error } from './s3-error.ts'
import { readRequest, type S3Request } from './s3-request.ts'
import { S3Response } from './s3-response.ts'
import { signUrl, type SignUrlOptions } from './sign-url.ts'
import { findSession, keysOfSession, requireAllowed, type S3Session, type S3Sessions } from './sessions.ts'
import { type SignatureRules, type SignedPayload, unsignedBody } from './signature-check.ts'
import { explainFailure } from './storage-failure.ts'

/** What an S3 service is made of. */
export interface S3ServiceOptions {
  /** What is served: a bucket of the storage is an S3 bucket. It stays open when the service closes. */
  readonly storage: Storage
  /** Keys clients sign with; each may do everything. The first one also signs URLs, by a key derived from it. */
  readonly credentials: readonly S3Credential[]
  /** Temporary credentials, beside those keys. Default: none, and requests with a token are refused. */
  readonly sessions?: S3Sessions | undefined
  /** The region signatures must name, for example `us-east-1`. */
  readonly region: string
  /** Tells whether anybody may read and list a bucket, given its S3 name. Policies and lists put later add to it. Default: none. */
  readonly isPublic?: ((bucket: string) => boolean) | undefined
  /** How buckets are called here and in the storage. Default: the same. */
  readonly bucketName?: BucketNames | undefined
  /** The most bytes of one PUT or part. Default 5 GiB. */
  readonly maxObjectBytes?: number | undefined
  /** The least bytes of a part that isn't the last. Default 5 MiB. */
  readonly minPartBytes?: number | undefined
  /** A host name under which `<bucket>.<domain>` names a bucket. Default `localhost`. */
  readonly domain?: string | undefined
  /** Whether documents say that they are UTF-8 in their type too; S3 doesn't. Default false. */
  readonly listCharset?: boolean | undefined
  /** Whether clients may ask for encryption by the service's own keys, `AES256`; to keep it is up to the storage. Default false. */
  readonly acceptsEncryption?: boolean | undefined
  /**
   * Metadata that need not be kept: it is taken when it is sent with this value, and given back with every object; null takes any
   * value and gives none back. For a storage that keeps no metadata. Default: none.
   */
  readonly impliedMetadata?: ImpliedMetadata | undefined
  /** Where parts of uploads wait for the others. Default: the system's directory for temporary files. */
  readonly temporaryDirectory?: string | undefined
  /** The time. Default: the system's. */
  readonly clock?: Clock | undefined
  /** Told of failures that aren't the client's. Default: nobody. */
  readonly logger?: Logger | undefined
}

/** S3 over a storage. */
export interface S3Service {
  /**
   * Answers a request. It never fails: whatever goes wrong is told the client, or ends the connection where an answer has begun.
   * A body is read only once it is wanted.
   */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** Signs a URL. */
  signUrl(options: SignUrlOptions): string
  /** Lets all URLs signed so far count as expired. */
  expireUrls(): void
  /** Ends what is under way and removes parts of unfinished uploads. Calling it again does nothing. */
  close(): Promise<void>
}

// Made once: an error is not cheap, and nobody gets to see this one.
const finished = new Error('the S3 request is over')

const fiveGiB = 5 * 1024 ** 3
const fiveMiB = 5 * 1024 ** 2

/**
 * Makes an S3 service over a storage: a handler for Node's HTTP server.
 *
 * @throws StorageError `invalid-argument` without credentials
 */
export function createS3Service(options: S3ServiceOptions): S3Service {
  const [first, ...others] = options.credentials
  if (first === undefined) throw invalidArgument('an S3 service needs at least one credential')
  return new StorageS3Service(options, [first, ...others])
}

class StorageS3Service implements S3Service {
  readonly #options: S3ServiceOptions
  readonly #context: S3Context
  readonly #keys: AccessKeys
  readonly #logger: Logger
  readonly #running = new Map<AbortController, Promise<void>>()
  readonly #requestIds = randomBytes(4).toString('hex').toUpperCase()
  #requests = 0
  #isClosed = false

  constructor(options: S3ServiceOptions, credentials: readonly [S3Credential, ...S3Credential[]]) {
    this.#options = options
    this.#keys = new AccessKeys(credentials)
    this.#logger = options.logger ?? silentLogger
    this.#context = {
      storage: options.storage,
      names: options.bucketName ?? sameNames,
      access: new BucketAccess(options.isPublic ?? (() => false)),
      locks: new KeyLocks(),
      finishing: new KeyLocks(),
      cursors: new ListingCursors(credentials[0].secretAccessKey),
      uploads: new MultipartUploads(new PartFiles(options.temporaryDirectory ?? tmpdir())),
      minPartBytes: options.minPartBytes ?? fiveMiB,
      region: options.region,
      acceptsEncryption: options.acceptsEncryption ?? false,
      impliedMetadata: options.impliedMetadata ?? {},
      maxObjectBytes: options.maxObjectBytes ?? fiveGiB,
      clock: options.clock ?? systemClock,
    }
  }

  handle(message: IncomingMessage, raw: ServerResponse): Promise<void> {
    const over = new AbortController()
    if (this.#isClosed) over.abort(finished)
    const work = this.#handle(message, raw, over).finally(() => this.#running.delete(over))
    this.#running.set(over, work)
    return work
  }

  signUrl(options: SignUrlOptions): string {
    const { clock, region } = this.#context
    return signUrl(options, { key: this.#keys.urlKey, region, nowMs: clock.now() })
  }

  expireUrls(): void {
    this.#keys.expireUrls()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const over of this.#running.keys()) over.abort(finished)
    await Promise.all([...this.#running.values(), this.#context.uploads.close()])
  }

  async #handle(message: IncomingMessage, raw: ServerResponse, over: AbortController): Promise<void> {
    this.#requests += 1
    const requestId = this.#requestIds + this.#requests.toString(16).toUpperCase().padStart(8, '0')
    const response = new S3Response(raw, requestId, this.#options.listCharset ?? false)
    let request: S3Request | undefined
    try {
      request = readRequest(message, this.#options.domain ?? 'localhost')
      const session = findSession(request, this.#options.sessions)
      const payload = this.#authenticate(request, session)
      const route = routeOf(request)
      if (payload === undefined) this.#requireAnonymous(request, route.anonymous)
      await route.operation(this.#context, this.#exchange(request, response, payload, over.signal))
    } catch (error) {
      await this.#fail(error, response, request, message)
    }
    const isRead = message.readableEnded || (message.complete && message.readableLength === 0)
    if (isRead || message.destroyed) return
    // What of a body nobody wanted must not stay in the way of the next request.
    over.abort(finished)
    message.resume()
  }

  #authenticate(request: S3Request, session: S3Session | undefined): SignedPayload | undefined {
    if (session === undefined) return authenticate(request, this.#rules(this.#keys, false))
    const { credential } = session
    const payload =
      credential === undefined ? unsignedBody : authenticate(request, this.#rules(keysOfSession(credential), true))
    if (payload !== undefined) requireAllowed(session, request)
    return payload
  }

  #rules(keys: SignatureRules['keys'], hasToken: boolean): SignatureRules {
    const { region, clock } = this.#context
    return { keys, hasToken, region, nowMs: clock.now() }
  }

  #requireAnonymous({ bucket }: S3Request, action: 'read' | 'list' | undefined): void {
    if (action === undefined || !this.#context.access.allows(bucket, action)) throw new S3Error('AccessDenied')
  }

  #exchange(
    request: S3Request,
    response: S3Response,
    payload: SignedPayload | undefined,
    signal: AbortSignal,
  ): Exchange {
    return {
      request,
      response,
      payload: payload ?? unsignedBody,
      isSigned: payload !== undefined,
      signal,
    }
  }

  async #fail(
    error: unknown,
    response: S3Response,
    request: S3Request | undefined,
    message: IncomingMessage,
  ): Promise<void> {
    const isHead = message.method === 'HEAD'
    const explained = await this.#explain(error, request)
    if (explained.status >= 500)
      this.#logger.error('an S3 request failed', { code: explained.code, cause: explained.cause })
    if (response.isBegun) return void response.raw.destroy()
    if (!response.raw.destroyed) response.error(explained, request?.path ?? '/', isHead)
  }

  async #explain(error: unknown, request: S3Request | undefined): Promise<S3Error> {
    if (error instanceof S3Error || request === undefined) {
      return error instanceof S3Error ? error : new S3Error('InternalError', {}, error)
    }
    try {
      return await explainFailure(error, this.#context, request)
    } catch (another) {
      return new S3Error('InternalError', {}, another)
    }
  }
}

import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createS3Service, type S3Service } from '../s3/s3-service.ts'
import type { Container } from './container.ts'
import type { Containers } from './containers.ts'
import { endOfLife } from './lifetime.ts'
import type { AbejaSettings } from './options.ts'
import type { FileFacts } from './stored-file.ts'

/** A URL that works without a credential until it expires. */
export interface SignedUrl {
  /** The URL. */
  readonly url: string
  /** When it stops working, in milliseconds since 1970. */
  readonly expiresMs: number
}

const bucketPrefix = 'abeja-datalake-'

/** The media type of a file that was given none. */
export const defaultContentType = 'application/octet-stream'

/**
 * The URLs files are downloaded by. As at the service they are those of an S3, with a signature of version 2, whose `Expires` is
 * the instant that answers name.
 */
export class SignedUrls {
  readonly #settings: AbejaSettings
  readonly #s3: S3Service

  constructor(settings: AbejaSettings, containers: Containers) {
    this.#settings = settings
    const { storage, clock, logger } = settings
    this.#s3 = createS3Service({
      storage,
      credentials: [{ accessKeyId: 'ABEJA', secretAccessKey: randomBytes(20).toString('hex') }],
      region: 'us-east-1',
      bucketName: {
        toStorage: (name) =>
          name.startsWith(bucketPrefix) ? containers.bucketOf(name.slice(bucketPrefix.length)) : undefined,
        // Nobody may list buckets.
        fromStorage: () => undefined,
      },
      clock,
      logger,
    })
  }

  /** Tells whether a path is that of such a URL. */
  isSigned(path: string): boolean {
    return path.startsWith(`/${bucketPrefix}`)
  }

  /** Signs a URL for a file, never for longer than it lives. */
  sign({ id }: Container, key: string, { contentType, uploadedMs, lifetime }: FileFacts, address: URL): SignedUrl {
    const { clock, urlExpiresInSeconds } = this.#settings
    const now = Math.floor(clock.now() / 1000)
    const end = Math.floor((endOfLife(uploadedMs, lifetime) ?? Number.POSITIVE_INFINITY) / 1000)
    const expiresInSeconds = Math.max(Math.min(urlExpiresInSeconds, end - now), 0)
    const url = this.#s3.signUrl({
      method: 'GET',
      bucket: bucketPrefix + id,
      key,
      query: { 'response-content-type': contentType ?? defaultContentType },
      expiresInSeconds,
      version: 'v2',
      host: address.host,
      secure: address.protocol === 'https:',
    })
    return { url, expiresMs: (now + expiresInSeconds) * 1000 }
  }

  /** Answers a request to such a URL. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    return this.#s3.handle(request, response)
  }

  /** Lets all URLs signed so far count as expired. */
  expire(): void {
    this.#s3.expireUrls()
  }

  /** Ends what is under way. */
  close(): Promise<void> {
    return this.#s3.close()
  }
}

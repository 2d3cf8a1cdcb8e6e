import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createS3Service, type S3Service } from '../../s3/s3-service.ts'
import type { S3Request } from '../../s3/s3-request.ts'
import type { S3Session } from '../../s3/sessions.ts'
import type { KeboolaSettings } from '../options.ts'
import type { RawHandler } from '../raw-handler.ts'
import type { RecordsOf } from '../state-records.ts'
import { AzureSide, blobRoot } from './azure-side.ts'
import { signAccess } from './azure-signature.ts'
import { CloudGrants, type FoundGrant, isWritableName } from './cloud-grants.ts'
import { blobNameOf, cloudBucket, type FileRecord, filesBucket, folderOf, keyOf, manifestKeyOf } from './file-record.ts'
import type { FileStore } from './file-store.ts'

/** The region of the S3 side. */
export const cloudRegion = 'us-east-1'

const weekSeconds = 7 * 24 * 60 * 60

// Made once: an error is not cheap, and nobody gets to see this one.
const finished = new Error('the request is over')

/**
 * The clouds files are uploaded to and downloaded from, on the gateway's own port: S3 and Google's storage with the path
 * `/stowage-keboola-files/…`, Azure's with `/blob/…`. All three are there whatever files are created for.
 */
export class CloudSide implements RawHandler {
  /** Gives out temporary credentials. */
  readonly grants: CloudGrants
  readonly #settings: KeboolaSettings
  readonly #store: FileStore
  readonly #s3: S3Service
  readonly #azure: AzureSide
  readonly #running = new Map<AbortController, Promise<void>>()
  #isClosed = false

  private constructor(settings: KeboolaSettings, store: FileStore, secret: string) {
    const { storage, clock, logger } = settings
    this.#settings = settings
    this.#store = store
    this.grants = new CloudGrants(secret)
    this.#azure = new AzureSide({ store, grants: this.grants, clock, logger })
    this.#s3 = createS3Service({
      storage,
      credentials: [{ accessKeyId: 'STOWAGE', secretAccessKey: this.grants.sign('urls', '') }],
      sessions: { find: (token, isBearer) => this.#session(token, isBearer) },
      acceptsEncryption: true,
      region: cloudRegion,
      bucketName: {
        toStorage: (name) => (name === cloudBucket ? filesBucket : undefined),
        // Nobody may list buckets.
        fromStorage: () => undefined,
      },
      clock,
      logger,
    })
  }

  /** Opens the clouds; their secret is made once and remembered, so that what it has signed outlasts a restart. */
  static async open(settings: KeboolaSettings, store: FileStore, secrets: RecordsOf<string>): Promise<CloudSide> {
    const secret = secrets.get('cloud') ?? randomBytes(32).toString('base64url')
    if (secrets.get('cloud') === undefined) await secrets.put('cloud', secret)
    return new CloudSide(settings, store, secret)
  }

  handles(path: string): boolean {
    return path === `/${cloudBucket}` || path.startsWith(`/${cloudBucket}/`) || path.startsWith(blobRoot)
  }

  async handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!(message.url ?? '').startsWith(blobRoot)) return this.#s3.handle(message, response)
    const over = new AbortController()
    if (this.#isClosed) over.abort(finished)
    const work = this.#azure.handle(message, response, over.signal).finally(() => this.#running.delete(over))
    this.#running.set(over, work)
    await work
    const isRead = message.readableEnded || (message.complete && message.readableLength === 0)
    if (isRead || message.destroyed) return
    // What of a body nobody wanted must not stay in the way of the next request.
    over.abort(finished)
    message.resume()
  }

  /** Signs a URL by which anybody can download a plain file, or the manifest of a sliced one. */
  signUrl(record: FileRecord, address: URL): string {
    const key = record.isSliced ? manifestKeyOf(record) : keyOf(record)
    const disposition = `attachment; filename="${blobNameOf(record)}"`
    const seconds = Math.min(this.#settings.urlExpiresInSeconds, weekSeconds)
    if (record.provider === 'azure') {
      const expiresMs = this.#settings.clock.now() + seconds * 1000
      const container = folderOf(record)
      const blob = key.slice(container.length + 1)
      const query = signAccess({ container, blob, permissions: 'rl', expiresMs, disposition }, this.grants)
      return `${address.origin}${blobRoot}${key}?${query}`
    }
    return this.#s3.signUrl({
      method: 'GET',
      bucket: cloudBucket,
      key,
      query: { 'response-content-disposition': disposition },
      expiresInSeconds: seconds,
      version: 'v4',
      host: address.host,
      secure: address.protocol === 'https:',
    })
  }

  /** Lets all URLs and credentials handed out so far count as expired. */
  expire(): void {
    this.#s3.expireUrls()
    this.grants.revoke()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const over of this.#running.keys()) over.abort(finished)
    await Promise.all([this.#s3.close(), ...this.#running.values()])
  }

  #session(token: string, isBearer: boolean): S3Session | undefined {
    const grant = this.grants.find(token)
    if (grant === undefined || (grant.kind === 'bearer') !== isBearer) return undefined
    return {
      credential: isBearer ? undefined : this.grants.keysOf(token),
      isExpired: grant.isRevoked || this.#settings.clock.now() >= grant.expiresMs,
      allows: (request) => this.#allows(grant, request),
    }
  }

  #allows({ fileId, mode, kind }: FoundGrant, request: S3Request): boolean {
    const record = this.#store.find(fileId)
    const folder = folderOf({ id: fileId })
    if (record === undefined || request.bucket !== cloudBucket || !request.key.startsWith(`${folder}/`)) return false
    if (mode === 'read') return isRead(request)
    if (!isWritableName(record, blobNameOf(record), request.key.slice(folder.length + 1))) return false
    return isWrite(request) && (kind === 'bearer' || !record.isEncrypted || isEncrypted(request))
  }
}

function isRead({ method, query }: S3Request): boolean {
  return (method === 'GET' || method === 'HEAD') && !query.has('uploadId')
}

// Writing one object, whole or in parts; copying would read another.
function isWrite(request: S3Request): boolean {
  const { method, query } = request
  if (method === 'PUT') return request.header('x-amz-copy-source') === undefined
  return query.has('uploadId') || (method === 'POST' && query.has('uploads'))
}

// The parts of an upload don't repeat what it was begun with.
function isEncrypted(request: S3Request): boolean {
  return request.query.has('uploadId') || request.header('x-amz-server-side-encryption') === 'AES256'
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import { createS3Service } from '../s3/s3-service.ts'
import type { SignUrlOptions } from '../s3/sign-url.ts'
import { addressFor, isEveryAddress } from '../server/gateway-address.ts'
import { type ServerParts, startServer } from '../server/gateway-server.ts'
import type { Authorization } from './data-api.ts'
import type { DcssAction } from './grants.ts'
import type { DcssSettings } from './options.ts'
import type { SpaceNames } from './spaces.ts'

/** The S3 side of a gateway while it runs. */
export interface S3Side {
  /** Its root. */
  readonly url: string
  /** Signs a URL for one action. */
  sign(authorization: Authorization): string
  /** Lets every URL signed so far count as expired. */
  expireUrls(): void
  /** Stops it. */
  close(): Promise<void>
}

const methods = {
  get_object: 'GET',
  head_object: 'HEAD',
  put_object: 'PUT',
  delete_object: 'DELETE',
  list_objects_v2: 'GET',
} as const satisfies Record<DcssAction, string>

// The official library writes both with every object. A storage without metadata takes those of a whole file; those of a part of
// one are refused, for without them nobody could put it together again.
const wholeFile = { 'number-of-parts': '1', 'owner-id': null } as const

/** Starts the S3 side: the buckets of the spaces, for signed URLs and for the operator's key. */
export async function startS3Side(
  settings: DcssSettings,
  names: SpaceNames,
  common: Omit<ServerParts, 'name' | 'handler'>,
): Promise<S3Side> {
  const { storage, key, region, publicSpaces, maxObjectBytes, clock, listen, s3Port } = settings
  const publicBuckets = new Set(publicSpaces.map((space) => names.bucketOf(space)))
  const service = createS3Service({
    storage,
    credentials: [key],
    region,
    isPublic: (bucket) => publicBuckets.has(bucket),
    bucketName: { toStorage: (bucket) => names.spaceOf(bucket), fromStorage: (space) => names.bucketOf(space) },
    impliedMetadata: storage.supports('files.metadata') ? {} : wholeFile,
    ...(maxObjectBytes === undefined ? {} : { maxObjectBytes }),
    clock,
    logger: common.logger,
  })
  const handler = (request: IncomingMessage, response: ServerResponse): Promise<void> =>
    service.handle(request, response)
  const server = await startServer({ ...common, name: 's3', handler }, { ...listen, port: s3Port })
  const address = { url: server.url, isEveryAddress: isEveryAddress(listen.host) }
  return {
    url: server.url,
    sign: (authorization) => {
      const { host } = addressFor(address, authorization.host)
      return service.signUrl({ ...signature(authorization, settings), host })
    },
    expireUrls: () => service.expireUrls(),
    close: async () => {
      await server.close()
      await service.close()
    },
  }
}

function signature(authorization: Authorization, settings: DcssSettings): Omit<SignUrlOptions, 'host'> {
  const { action, bucket, object, metadata } = authorization
  const { expiresInSeconds, signature: version, listen } = settings
  const common = { method: methods[action], bucket, expiresInSeconds, version, secure: listen.tls !== undefined }
  if (action !== 'list_objects_v2') return { ...common, key: object, headers: metadata }
  const encoding = settings.listEncoding === 'url' ? { 'encoding-type': 'url' } : {}
  return { ...common, query: { 'list-type': '2', prefix: object, ...encoding, ...authorization.listing } }
}

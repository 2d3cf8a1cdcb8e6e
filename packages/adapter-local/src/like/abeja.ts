import { type BucketInfo, type Capabilities, emulated, native, type Page } from '@stowage/core'
import {
  type CreateBucketRequest,
  type DriverCall,
  type FileDriver,
  type SignUrlRequest,
  StorageError,
  type UpdateBucketRequest,
  type UpdateFileRequest,
  type WriteFileRequest,
} from '@stowage/core/driver'
import { checkContainerName, checkMetadata, checkSignedFor, endOfLifetime, signedUrlMs } from './abeja-rules.ts'
import type { ServiceProfile } from './service-profile.ts'

/** What ABEJA's channels can do, which is what new containers are. */
const capabilities: Capabilities = {
  operations: {
    'buckets.list': native,
    'buckets.get': native,
    'buckets.create': native,
    'buckets.update': native,
    'buckets.archive': native,
    'files.list': native,
    'files.stat': native,
    'files.read': native,
    'files.range': native,
    'files.write': native,
    'files.writeUnknownLength': native,
    'files.createOnly': native,
    'files.copy': emulated('expensive', 'reads the file and writes it again'),
    'files.delete': native,
    'files.deleteMany': native,
    'files.update': native,
    'files.metadata': native,
    'files.contentType': native,
    'files.expiry': native,
    'files.signedUrl': native,
  },
  limits: { pageSize: 1000, keyBytes: 1024, filesPerDelete: 1000 },
  semantics: {
    keepsNulls: false,
    keepsUndeclaredFields: false,
    keepsTypes: false,
    readAfterWrite: true,
    atomicWrites: false,
    buckets: 'dynamic',
  },
}

/** ABEJA's datalake, its channels. */
export const abejaProfile: ServiceProfile = {
  capabilities,
  buckets: [],
  async intercept(call, next, { files }) {
    switch (call.operation) {
      case 'buckets.create':
      case 'buckets.update':
        checkContainer(call.request as CreateBucketRequest | UpdateBucketRequest, call.operation)
        return asChannel((await next(call)) as BucketInfo)
      case 'buckets.get':
      case 'buckets.archive':
        return asChannel((await next(call)) as BucketInfo)
      case 'buckets.list': {
        const page = (await next(call)) as Page<BucketInfo>
        return { ...page, items: page.items.map(asChannel) }
      }
      case 'files.write':
        return next({ ...call, request: writable(call.request as WriteFileRequest) })
      case 'files.update':
        return next({ ...call, request: await updatable(call, files) })
      case 'files.signUrl':
        return next({ ...call, request: await signable(call, files) })
      default:
        return next(call)
    }
  },
}

function checkContainer(request: CreateBucketRequest | UpdateBucketRequest, operation: DriverCall['operation']): void {
  const message = 'ABEJA gives containers their displayName itself: leave it out, or use description'
  if (request.displayName !== undefined) throw new StorageError({ code: 'unsupported', message })
  if (operation === 'buckets.create') checkContainerName(request.bucket)
}

function asChannel(info: BucketInfo): BucketInfo {
  return { ...info, kind: 'channel', displayName: info.displayName ?? info.name }
}

function writable(request: WriteFileRequest): WriteFileRequest {
  const { attributes } = request
  const { metadata, expiresAt } = attributes
  checkMetadata(metadata)
  if (expiresAt === undefined) return request
  return { ...request, attributes: { ...attributes, expiresAt: endOfLifetime(expiresAt, Date.now()) } }
}

async function updatable(call: DriverCall, files: FileDriver | undefined): Promise<UpdateFileRequest> {
  const request = call.request as UpdateFileRequest
  const { bucket, key, contentType, metadata, expiresAt } = request
  const before = await files?.stat({ bucket, key }, call.context)
  if (contentType !== undefined && (contentType ?? undefined) !== before?.contentType)
    throw unsupported('the media type of a file is set when it is written and can not be changed')
  if (expiresAt === null && before?.expiresAt !== undefined)
    throw unsupported('ABEJA can change how long a file is kept, but not keep it for ever again')
  if (metadata !== undefined) checkMetadata(metadata)
  const lifetimeEnd = expiresAt ? endOfLifetime(expiresAt, Date.now()) : undefined
  return { ...request, expiresAt: lifetimeEnd }
}

function unsupported(problem: string): StorageError {
  return new StorageError({ code: 'unsupported', message: `${problem}: write the file again` })
}

/** A URL for reading is signed only for a file that is there; how long it works is the service's choice. */
async function signable(call: DriverCall, files: FileDriver | undefined): Promise<SignUrlRequest> {
  const { bucket, key, method, expiresInMs } = call.request as SignUrlRequest
  if (method === 'GET') await files?.stat({ bucket, key }, call.context)
  checkSignedFor(expiresInMs)
  return { bucket, key, method, expiresInMs: signedUrlMs }
}

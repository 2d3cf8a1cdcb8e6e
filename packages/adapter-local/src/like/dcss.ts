import { type Capabilities, emulated, native } from '@stowage/core'
import {
  type DriverCall,
  type FileRequest,
  type ListFilesRequest,
  type NextCall,
  StorageError,
} from '@stowage/core/driver'
import { dcssKeyBytes, dcssSpaceBytes, spaceName, storedKey, storedPrefix } from './dcss-names.ts'
import type { ServiceProfile } from './service-profile.ts'

/** The most keys the service's listings give; what it signs can't be asked for the next page. */
const mostKeysListed = 1000

/** What a client of the Duckietown Cloud Storage Service can do with a token: read, write and list by signed URLs. */
const capabilities: Capabilities = {
  operations: {
    'files.list': native,
    'files.stat': native,
    'files.read': native,
    'files.range': native,
    'files.write': native,
    'files.delete': native,
    'files.metadata': native,
    'files.signedUrl': native,
    'files.deleteMany': emulated('cheap', 'deletes the files one by one'),
    'files.copy': emulated('expensive', 'reads the file and writes it again'),
  },
  limits: {
    pageSize: mostKeysListed,
    bucketNameBytes: dcssSpaceBytes,
    keyBytes: dcssKeyBytes,
    partBytes: 5 * 1024 ** 3,
  },
  semantics: {
    keepsNulls: false,
    keepsUndeclaredFields: false,
    keepsTypes: false,
    readAfterWrite: true,
    atomicWrites: false,
    buckets: 'fixed',
  },
}

/** The Duckietown Cloud Storage Service, used with a token. */
export const dcssProfile: ServiceProfile = {
  capabilities,
  buckets: ['public', 'private', 'user'],
  intercept: async (call, next) => {
    if (!call.operation.startsWith('files.')) return next(call)
    return call.operation === 'files.list' ? listFiles(call, next) : next(withStoredKey(call))
  },
}

function withStoredKey(call: DriverCall): DriverCall {
  const request = call.request as FileRequest
  const bucket = spaceName(request.bucket)
  return { ...call, request: { ...request, bucket, key: storedKey(bucket, request.key) } }
}

/** Outside `public` a listing ends after one page, also one that groups: a longer one is refused rather than given in part. */
async function listFiles(call: DriverCall, next: NextCall): Promise<unknown> {
  const asked = call.request as ListFilesRequest
  const bucket = spaceName(asked.bucket)
  const request: ListFilesRequest = { ...asked, bucket, prefix: storedPrefix(bucket, asked.prefix) }
  if (bucket !== 'public' && asked.pageToken === undefined) await refuseLongListing(call, request, next)
  return next({ ...call, request })
}

async function refuseLongListing(call: DriverCall, request: ListFilesRequest, next: NextCall): Promise<void> {
  const whole: ListFilesRequest = { ...request, delimiter: undefined, pageSize: mostKeysListed }
  const { nextPageToken } = (await next({ ...call, request: whole })) as { readonly nextPageToken: string | undefined }
  if (nextPageToken === undefined) return
  const message = `DCSS lists ${mostKeysListed} keys at most, and more begin with ${JSON.stringify(request.prefix)}: ask for a longer prefix`
  throw new StorageError({ code: 'unsupported', message, details: { mostKeys: mostKeysListed } })
}

import {
  type Capabilities,
  type DeleteOutcome,
  emulated,
  type FileEntry,
  type FileInfo,
  native,
  type Page,
} from '@stowage/core'
import {
  type DeleteFilesRequest,
  type DriverCall,
  type FileContent,
  type FileRequest,
  type ListFilesRequest,
  type NextCall,
  StorageError,
} from '@stowage/core/driver'
import { bucketBytes, dcssKeyBytes, spaceName, storedKey, storedPrefix } from './dcss-names.ts'
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
    'files.deleteMany': native,
    'files.signedUrl': native,
    'files.copy': emulated('expensive', 'reads the file and writes it again'),
  },
  limits: {
    pageSize: mostKeysListed,
    bucketNameBytes: bucketBytes,
    keyBytes: dcssKeyBytes,
    partBytes: 5 * 1024 ** 3,
    filesPerDelete: 100,
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
  async intercept(call, next) {
    if (call.operation === 'files.list') return listFiles(call, next)
    if (call.operation === 'files.deleteMany') return deleteFiles(call, next)
    return call.operation.startsWith('files.') ? onFile(call, next) : next(call)
  },
}

async function onFile(call: DriverCall, next: NextCall): Promise<unknown> {
  const request = call.request as FileRequest
  const bucket = spaceName(request.bucket)
  const result = await next({ ...call, request: { ...request, bucket, key: storedKey(bucket, request.key) } })
  if (call.operation === 'files.stat' || call.operation === 'files.write') return asAsked(request, result as FileInfo)
  if (call.operation !== 'files.read') return result
  const content = result as FileContent
  return { ...content, file: asAsked(request, content.file) }
}

/** Only a listing shows the folder of a user that wasn't asked for. */
function asAsked({ bucket, key }: FileRequest, file: FileInfo): FileInfo {
  return { ...file, bucket, key }
}

async function deleteFiles(call: DriverCall, next: NextCall): Promise<readonly DeleteOutcome[]> {
  const { bucket: name, keys } = call.request as DeleteFilesRequest
  const bucket = spaceName(name)
  const request: DeleteFilesRequest = { bucket, keys: keys.map((key) => storedKey(bucket, key)) }
  const outcomes = (await next({ ...call, request })) as readonly DeleteOutcome[]
  return outcomes.map((outcome, index) => ({ ...outcome, key: keys[index] ?? outcome.key }))
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
  const { items, nextPageToken } = (await next({ ...call, request: whole })) as Page<FileEntry>
  if (nextPageToken === undefined) return
  const { prefix } = request
  const message = `DCSS lists ${mostKeysListed} keys at most, and more begin with ${JSON.stringify(prefix)}: ask for a longer prefix`
  const keys = items.map((entry) => (entry.kind === 'file' ? entry.file.key : entry.prefix))
  throw new StorageError({ code: 'unsupported', message, nativeCode: 'ListingTruncated', details: { prefix, keys } })
}

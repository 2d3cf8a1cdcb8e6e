import type { FileEntry, FileInfo, Page } from '@stowage/core'
import {
  type DriverCall,
  type FileContent,
  type FileDriver,
  invalidArgument,
  type NextCall,
  type SignUrlRequest,
  StorageError,
  type UpdateFileRequest,
  type WriteFileRequest,
} from '@stowage/core/driver'

const dayMs = 24 * 60 * 60 * 1000
const lifeDays = 15
/** An app reckons its date a while before the file is written. */
const toleranceMs = 5 * 60 * 1000
const urlLifeMs = 60 * 60 * 1000

/** Holds calls for files to the service's rules. */
export async function onKeboolaFiles(
  call: DriverCall,
  next: NextCall,
  files: FileDriver | undefined,
): Promise<unknown> {
  const { operation, request } = call
  switch (operation) {
    case 'files.list': {
      const { items, nextPageToken } = (await next(call)) as Page<FileEntry>
      return { items: items.map(keboolaEntry), nextPageToken }
    }
    case 'files.write':
      checkWrite(request as WriteFileRequest)
      return keboolaFile((await next(call)) as FileInfo)
    case 'files.update':
      checkUpdate(request as UpdateFileRequest)
      return keboolaFile((await next(call)) as FileInfo)
    case 'files.stat':
      return keboolaFile((await next(call)) as FileInfo)
    case 'files.read': {
      const content = (await next(call)) as FileContent
      return { ...content, file: keboolaFile(content.file) }
    }
    case 'files.signUrl':
      return next({ ...call, request: await signable(call, request as SignUrlRequest, files) })
    default:
      return next(call)
  }
}

function checkWrite({ attributes: { tags, expiresAt } }: WriteFileRequest): void {
  checkTags(tags)
  if (expiresAt === undefined || Math.abs(expiresAt.getTime() - Date.now() - lifeDays * dayMs) <= toleranceMs) return
  const message = `Keboola keeps files for ${lifeDays} days from now or for ever, not until ${expiresAt.toISOString()}`
  throw invalidArgument(`${message}: leave expiresAt out, or give that`)
}

function checkUpdate({ tags, expiresAt, contentType, metadata }: UpdateFileRequest): void {
  if (tags !== undefined) checkTags(tags)
  if (expiresAt === undefined && contentType === undefined && metadata === undefined) return
  const message = 'of what is set on a file Keboola changes tags alone: write the file again'
  throw new StorageError({ code: 'unsupported', message, applied: 'no' })
}

/** Some tags tell the adapter which file is which. */
function checkTags(tags: readonly string[]): void {
  const odd = tags.find((tag) => tag === '' || tag === 'stowage-upload' || tag.startsWith('stowage-key-'))
  if (odd === undefined) return
  throw invalidArgument(`a file on Keboola can not have the tag ${JSON.stringify(odd)}: leave it out, or rename it`)
}

/** The service signs a URL with every file it tells of, for an hour: to read one that is there. */
async function signable(
  { context }: DriverCall,
  { bucket, key, method }: SignUrlRequest,
  files: FileDriver | undefined,
): Promise<SignUrlRequest> {
  if (method === 'PUT') {
    throw new StorageError({ code: 'unsupported', message: 'Keboola signs no URLs to upload with: upload the file' })
  }
  await files?.stat({ bucket, key }, context)
  return { bucket, key, method, expiresInMs: urlLifeMs }
}

function keboolaEntry(entry: FileEntry): FileEntry {
  return entry.kind === 'file' ? { ...entry, file: keboolaFile(entry.file) } : entry
}

/** The service tells neither checksums nor types. */
function keboolaFile(file: FileInfo): FileInfo {
  return { ...file, contentType: undefined, checksums: {}, metadata: {} }
}

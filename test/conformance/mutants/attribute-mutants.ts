import type { DeleteOutcome, FileEntry, FileInfo, Page } from '@stowage/core'
import type {
  CopyFileRequest,
  DeleteFilesRequest,
  FileContent,
  OperationName,
  SignUrlRequest,
  StorageDriver,
  UpdateFileRequest,
  WriteFileRequest,
} from '@stowage/core/driver'
import { StorageError } from '@stowage/core/driver'
import { changeRequests, changeResults, freeCall, type Mutant, replace } from './mutant.ts'

/** Lies about what is known of files, and about copying, deleting and signing them. */
export const attributeMutants: readonly Mutant[] = [
  {
    name: 'the content type is lost',
    breaks: 'It is not sent with the bytes.',
    caughtBy: ['files/content-type'],
    make: (driver) => changeAttributes(driver, (attributes) => ({ ...attributes, contentType: undefined })),
  },
  {
    name: 'names of metadata are lower-cased',
    breaks: 'They travel as HTTP headers.',
    caughtBy: ['files/metadata-names'],
    make: (driver) =>
      changeMetadata(driver, (metadata) => mapEntries(metadata, ([name, value]) => [name.toLowerCase(), value])),
  },
  {
    name: 'values of metadata are Latin-1',
    breaks: 'Characters beyond U+00FF become question marks.',
    caughtBy: ['files/metadata-unicode'],
    make: (driver) =>
      changeMetadata(driver, (metadata) =>
        mapEntries(metadata, ([name, value]) => [name, value.replaceAll(/[^\0-\u00ff]/g, '?')]),
      ),
  },
  {
    name: 'metadata of the old file stays when it is replaced',
    breaks: 'New metadata is merged into the old.',
    caughtBy: ['files/overwrite-attributes'],
    make: (driver) =>
      replace(driver, 'files.write', (write) => async (request, call) => {
        const { bucket, key, attributes } = request
        const old = await driver.files?.stat({ bucket, key }, call).catch(() => undefined)
        const metadata = { ...old?.metadata, ...attributes.metadata }
        return write({ ...request, attributes: { ...attributes, metadata } }, call)
      }),
  },
  {
    name: 'an update of metadata is merged into the old',
    breaks: 'Values that were left out stay.',
    caughtBy: ['files/update-metadata'],
    make: (driver) =>
      replace(driver, 'files.update', (update) => async (request, call) => {
        const old = await driver.files?.stat({ bucket: request.bucket, key: request.key }, call)
        const metadata = request.metadata && { ...old?.metadata, ...request.metadata }
        return update({ ...request, metadata }, call)
      }),
  },
  {
    name: 'an update of a file resets what it does not name',
    breaks: 'What is undefined is taken for removed.',
    caughtBy: ['files/update-metadata'],
    make: (driver) =>
      changeRequests(driver, ['files.update'], (request: UpdateFileRequest) => ({
        ...request,
        contentType: request.contentType ?? null,
        metadata: request.metadata ?? {},
        tags: request.tags ?? [],
      })),
  },
  {
    name: 'the order of tags is lost',
    breaks: 'They are kept as a sorted set.',
    caughtBy: ['files/tags'],
    make: (driver) =>
      changeAttributes(driver, (attributes) => ({ ...attributes, tags: [...new Set(attributes.tags)].toSorted() })),
  },
  {
    name: 'the expiry of a file is lost',
    breaks: 'It is not sent with the bytes.',
    caughtBy: ['files/expiry'],
    make: (driver) => changeAttributes(driver, (attributes) => ({ ...attributes, expiresAt: undefined })),
  },
  {
    name: 'all files have the same etag',
    breaks: 'A constant stands where the service gives none.',
    caughtBy: ['files/etag'],
    make: (driver) => changeInfos(driver, (info) => ({ ...info, etag: 'etag' })),
  },
  {
    name: 'the etag is made of the length',
    breaks: 'Another content of the same length has the same etag.',
    caughtBy: ['files/etag'],
    make: (driver) => changeInfos(driver, (info) => ({ ...info, etag: String(info.sizeBytes) })),
  },
  {
    name: 'a listing says that files are empty',
    breaks: 'The length is missing in the listing and becomes 0.',
    caughtBy: ['listings/facts'],
    make: (driver) =>
      changeResults(driver, ['files.list'], (page: Page<FileEntry>) => ({
        ...page,
        items: page.items.map((entry) =>
          entry.kind === 'file' ? { ...entry, file: { ...entry.file, sizeBytes: 0 } } : entry,
        ),
      })),
  },
  {
    name: 'a file was modified when it was looked at',
    breaks: 'The current time stands where the service gives none.',
    caughtBy: ['files/stat'],
    make: (driver) =>
      changeResults(driver, ['files.stat'], (info: FileInfo) => ({ ...info, modifiedAt: new Date(Date.now() + 1e9) })),
  },
  {
    name: 'a copy has no metadata',
    breaks: 'Only bytes are copied.',
    caughtBy: ['files/copy-metadata'],
    make: (driver) =>
      replace(driver, 'files.copy', (copy) => async (request, call) => {
        await copy(request, call)
        const nothing = { contentType: null, metadata: {}, tags: [], expiresAt: null }
        return (driver.files as NonNullable<StorageDriver['files']>).update({ ...request.to, ...nothing }, call)
      }),
  },
  {
    name: 'a copy moves',
    breaks: 'The original is deleted.',
    caughtBy: ['files/copy'],
    make: (driver) =>
      changeResults(driver, ['files.copy'], async (info: FileInfo, { from, to }: CopyFileRequest) => {
        if (from.key !== to.key) await driver.files?.delete(from, freeCall())
        return info
      }),
  },
  {
    name: 'a copy replaces what it must not',
    breaks: '`overwrite` is not sent.',
    caughtBy: ['files/copy-no-overwrite'],
    make: (driver) => changeRequests(driver, ['files.copy'], (request) => ({ ...request, overwrite: true })),
  },
  {
    name: 'deleting a file that is not there succeeds',
    breaks: 'Not-found is swallowed, as services do that answer 204 to anything.',
    caughtBy: ['files/missing-delete'],
    make: (driver) =>
      replace(driver, 'files.delete', (remove) => async (request, call) => {
        try {
          await remove(request, call)
        } catch (error) {
          if (!StorageError.is(error, 'not-found')) throw error
        }
      }),
  },
  {
    name: 'deleting many says of each that it was deleted',
    breaks: 'Outcomes are made up from the request.',
    caughtBy: ['files/delete-many'],
    make: (driver) =>
      changeResults(driver, ['files.deleteMany'], (outcomes: DeleteOutcome[]) =>
        outcomes.map((outcome) => ({ ...outcome, outcome: 'deleted' })),
      ),
  },
  {
    name: 'outcomes of deleting many come in another order',
    breaks: 'They are sorted by key.',
    caughtBy: ['files/delete-many'],
    make: (driver) =>
      changeResults(driver, ['files.deleteMany'], (outcomes: DeleteOutcome[]) =>
        outcomes.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
      ),
  },
  {
    name: 'deleting many deletes the first hundred',
    breaks: 'The rest is dropped, and reported as deleted.',
    caughtBy: ['limits/files-per-delete'],
    make: (driver) =>
      replace(driver, 'files.deleteMany', (remove) => async (request: DeleteFilesRequest, call) => {
        const outcomes = await remove({ ...request, keys: request.keys.slice(0, 100) }, call)
        const rest = request.keys.slice(100).map((key) => ({ key, outcome: 'deleted', error: undefined }) as const)
        return [...outcomes, ...rest]
      }),
  },
  {
    name: 'signed URLs work for a week',
    breaks: 'The time asked for is not sent.',
    caughtBy: ['files/signed-facts'],
    make: (driver) =>
      changeRequests(driver, ['files.signUrl'], (request) => ({ ...request, expiresInMs: 604_800_000 })),
  },
  {
    name: 'signed URLs are for reading only',
    breaks: 'The method asked for is not sent.',
    caughtBy: ['files/signed-put'],
    make: (driver) =>
      replace(driver, 'files.signUrl', (sign) => async (request: SignUrlRequest, call) => ({
        ...(await sign({ ...request, method: 'GET' }, call)),
        method: request.method,
      })),
  },
]

function changeAttributes(
  driver: StorageDriver,
  change: (attributes: WriteFileRequest['attributes']) => WriteFileRequest['attributes'],
): StorageDriver {
  return changeRequests(driver, ['files.write'], (request: WriteFileRequest) => ({
    ...request,
    attributes: change(request.attributes),
  }))
}

function changeMetadata(
  driver: StorageDriver,
  change: (metadata: Readonly<Record<string, string>>) => Record<string, string>,
): StorageDriver {
  return changeAttributes(driver, (attributes) => ({ ...attributes, metadata: change(attributes.metadata) }))
}

function mapEntries(
  record: Readonly<Record<string, string>>,
  map: (entry: [string, string]) => [string, string],
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(map))
}

/** Changes what all operations say of files. */
function changeInfos(driver: StorageDriver, change: (info: FileInfo) => FileInfo): StorageDriver {
  const simple: readonly OperationName[] = ['files.stat', 'files.write', 'files.copy', 'files.update']
  const read = changeResults(driver, ['files.read'], (content: FileContent) => ({
    ...content,
    file: change(content.file),
  }))
  const listed = changeResults(read, ['files.list'], (page: Page<FileEntry>) => ({
    ...page,
    items: page.items.map((entry) => (entry.kind === 'file' ? { ...entry, file: change(entry.file) } : entry)),
  }))
  return changeResults(listed, simple, change)
}

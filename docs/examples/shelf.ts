import { crc32 } from 'node:zlib'
import type { FileEntry, FileInfo, Page } from '@stowage/core'
import {
  abortable,
  type AdapterDefinition,
  type ByteSource,
  type CallContext,
  compareValues,
  completeGroup,
  type FileContent,
  type FileDriver,
  type FileRequest,
  type ListFilesRequest,
  type OptionsSchema,
  type ReadFileRequest,
  type StorageDriver,
  type WriteFileRequest,
} from '@stowage/core/driver'

// A backend with one bucket of files in a Map, to show every part an adapter has.

// #region client
/** The client: a shelf of files in memory. */
export class Shelf {
  readonly files = new Map<string, { readonly info: FileInfo; readonly bytes: Uint8Array }>()
  readonly maxBytes: number

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  find(key: string): { readonly info: FileInfo; readonly bytes: Uint8Array } {
    const found = this.files.get(key)
    if (found === undefined) throw new ShelfError('NO_SUCH_ITEM')
    return found
  }

  put(key: string, info: FileInfo, bytes: Uint8Array): void {
    if (bytes.length > this.maxBytes) throw new ShelfError('SHELF_FULL')
    this.files.set(key, { info, bytes })
  }
}

class ShelfError extends Error {
  readonly reason: string

  constructor(reason: string) {
    super(reason)
    this.reason = reason
  }
}
// #endregion client

// #region files
// Methods that are left out are never called: the record doesn't declare them.
class ShelfFiles implements Partial<FileDriver> {
  readonly #shelf: Shelf

  constructor(shelf: Shelf) {
    this.#shelf = shelf
  }

  async list(request: ListFilesRequest, call: CallContext): Promise<Page<FileEntry>> {
    const { bucket, prefix, delimiter, pageSize, pageToken = '' } = request
    const files = [...this.#open(bucket, call).files.values()].map(({ info }) => info)
    const rest = entriesOf(files, prefix, delimiter).filter(({ name }) => compareValues(name, pageToken) > 0)
    const page = rest.slice(0, pageSize)
    const nextPageToken = rest.length > pageSize ? page.at(-1)?.name : undefined
    return { items: page.map(({ entry }) => entry), nextPageToken }
  }

  async stat({ bucket, key }: FileRequest, call: CallContext): Promise<FileInfo> {
    return this.#open(bucket, call).find(key).info
  }

  async read({ bucket, key, ifEtag }: ReadFileRequest, call: CallContext): Promise<FileContent> {
    const { info, bytes } = this.#open(bucket, call).find(key)
    if (ifEtag !== undefined && ifEtag !== info.etag) throw new ShelfError('ITEM_CHANGED')
    return { file: info, sizeBytes: bytes.length, body: copyOf(bytes) }
  }

  async write(request: WriteFileRequest, call: CallContext): Promise<FileInfo> {
    const shelf = this.#open(request.bucket, call)
    const bytes = await collect(request.source, call.signal)
    const info = describe(request, bytes)
    shelf.put(request.key, info, bytes)
    return info
  }

  async delete({ bucket, key }: FileRequest, call: CallContext): Promise<void> {
    const shelf = this.#open(bucket, call)
    shelf.find(key)
    shelf.files.delete(key)
  }

  /** Counts a request, as a service would see it, and goes to the one bucket there is. */
  #open(bucket: string, call: CallContext): Shelf {
    call.signal.throwIfAborted()
    call.receipt.requests += 1
    if (bucket !== 'default') throw new ShelfError('NO_SUCH_ITEM')
    return this.#shelf
  }
}

/** Keys in order of code points; with a delimiter, keys that share the text up to it come as one entry. */
function entriesOf(
  files: readonly FileInfo[],
  prefix: string,
  delimiter: string | undefined,
): { name: string; entry: FileEntry }[] {
  const entries = new Map<string, FileEntry>()
  for (const file of files) {
    if (!file.key.startsWith(prefix)) continue
    const cut = delimiter === undefined ? -1 : file.key.indexOf(delimiter, prefix.length)
    const name = cut === -1 ? file.key : file.key.slice(0, cut + (delimiter ?? '').length)
    entries.set(name, cut === -1 ? { kind: 'file', file } : { kind: 'prefix', prefix: name })
  }
  return [...entries].map(([name, entry]) => ({ name, entry })).toSorted((a, b) => compareValues(a.name, b.name))
}

// Chunks belong to whoever reads them, so the shelf keeps its own bytes.
async function* copyOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes.slice()
}

async function collect(source: ByteSource, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of abortable(source.open(), signal)) chunks.push(chunk.slice())
  return Buffer.concat(chunks)
}

function describe({ bucket, key }: FileRequest, bytes: Uint8Array): FileInfo {
  const checksum = crc32(bytes).toString(16).padStart(8, '0')
  const unknown = { contentType: undefined, expiresAt: undefined }
  const place = { bucket, key, sizeBytes: bytes.length, etag: checksum, modifiedAt: new Date() }
  return { ...place, ...unknown, checksums: { crc32: checksum }, metadata: {}, tags: [] }
}
// #endregion files

// #region driver
/** A driver type without `tables`: the compiler then knows storages without them. */
export type ShelfDriver = StorageDriver & { readonly native: Shelf; readonly files: FileDriver }

/** The adapter's driver. */
export function createShelfDriver(shelf: Shelf): ShelfDriver {
  return {
    backend: 'shelf',
    native: shelf,
    capabilities: {
      operations: {
        'files.list': { kind: 'native' },
        'files.stat': { kind: 'native' },
        'files.read': { kind: 'native' },
        'files.write': { kind: 'native' },
        'files.writeUnknownLength': { kind: 'native' },
        'files.delete': { kind: 'native' },
        'files.deleteMany': { kind: 'emulated', cost: 'cheap', how: 'one delete for each file' },
      },
      limits: { pageSize: 100, keyBytes: 200, fileBytes: shelf.maxBytes },
      semantics: {
        keepsNulls: false,
        keepsUndeclaredFields: false,
        keepsTypes: false,
        readAfterWrite: true,
        atomicWrites: true,
        buckets: 'fixed',
      },
    },
    buckets: completeGroup('buckets', {}),
    files: completeGroup('files', new ShelfFiles(shelf)),
    explainError: (error) => {
      if (!(error instanceof ShelfError)) return undefined
      if (error.reason === 'NO_SUCH_ITEM') return { code: 'not-found', message: 'there is no such file on the shelf' }
      if (error.reason === 'ITEM_CHANGED')
        return { code: 'conflict', message: 'the file was written anew: read it again' }
      return { code: 'quota-exceeded', message: 'the shelf is full: delete files', nativeCode: error.reason }
    },
    ping: async () => undefined,
    close: async () => undefined,
  }
}
// #endregion driver

// #region definition
interface ShelfOptions {
  readonly maxBytes: number
}

// With zod this is one line: a strict object is an OptionsSchema as it is.
const optionsSchema: OptionsSchema<ShelfOptions> = {
  '~standard': {
    version: 1,
    vendor: 'shelf',
    validate: (value) => {
      const { maxBytes = 1_000_000, ...others } = value as Partial<ShelfOptions>
      const [unknown] = Object.keys(others)
      if (unknown !== undefined) return { issues: [{ message: `unknown option "${unknown}"`, path: [unknown] }] }
      return { value: { maxBytes } }
    },
    jsonSchema: {
      input: () => ({ type: 'object', properties: { maxBytes: { type: 'number' } }, additionalProperties: false }),
    },
  },
}

export const adapter: AdapterDefinition<ShelfOptions, ShelfDriver> = {
  name: 'shelf',
  optionsSchema,
  secretOptions: [],
  environment: { maxBytes: 'SHELF_MAX_BYTES' },
  createDriver: ({ maxBytes }) => createShelfDriver(new Shelf(maxBytes)),
}
// #endregion definition

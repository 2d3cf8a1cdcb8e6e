import { crc32 } from 'node:zlib'
import type { FileEntry, FileInfo } from '@stowage/core'
import {
  type AdapterDefinition,
  compareValues,
  completeGroup,
  type FileDriver,
  type FileRequest,
  type OptionsSchema,
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
function shelfFiles(shelf: Shelf): FileDriver {
  return completeGroup('files', {
    list: async ({ prefix, delimiter, pageSize, pageToken = '' }) => {
      const rest = entriesOf(shelf, prefix, delimiter).filter(({ name }) => compareValues(name, pageToken) > 0)
      const page = rest.slice(0, pageSize)
      const nextPageToken = rest.length > pageSize ? page.at(-1)?.name : undefined
      return { items: page.map(({ entry }) => entry), nextPageToken }
    },
    stat: async ({ key }) => shelf.find(key).info,
    read: async ({ key }) => {
      const { info, bytes } = shelf.find(key)
      return { file: info, sizeBytes: bytes.length, body: chunksOf(bytes) }
    },
    write: async (request) => {
      const bytes = await collect(request)
      const info = describe(request, bytes)
      shelf.put(request.key, info, bytes)
      return info
    },
    delete: async ({ key }) => {
      shelf.find(key)
      shelf.files.delete(key)
    },
  })
}

/** Keys in order of code points; with a delimiter, keys that share the text up to it come as one entry. */
function entriesOf(shelf: Shelf, prefix: string, delimiter: string | undefined): { name: string; entry: FileEntry }[] {
  const entries = new Map<string, FileEntry>()
  for (const { info } of shelf.files.values()) {
    if (!info.key.startsWith(prefix)) continue
    const cut = delimiter === undefined ? -1 : info.key.indexOf(delimiter, prefix.length)
    const name = cut === -1 ? info.key : info.key.slice(0, cut + (delimiter ?? '').length)
    entries.set(name, cut === -1 ? { kind: 'file', file: info } : { kind: 'prefix', prefix: name })
  }
  return [...entries].map(([name, entry]) => ({ name, entry })).toSorted((a, b) => compareValues(a.name, b.name))
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

async function collect({ source }: WriteFileRequest): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source.open()) chunks.push(chunk)
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
    files: shelfFiles(shelf),
    explainError: (error) => {
      if (!(error instanceof ShelfError)) return undefined
      if (error.reason === 'NO_SUCH_ITEM') return { code: 'not-found', message: 'there is no such file on the shelf' }
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

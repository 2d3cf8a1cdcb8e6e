import { crc32 } from 'node:zlib'
import { createStorage, type FileInfo, StorageError } from '@stowage/core'
import type {
  AdapterDefinition,
  BucketDriver,
  FileDriver,
  FileRequest,
  OptionsSchema,
  StorageDriver,
  WriteFileRequest,
} from '@stowage/core/driver'

// A backend with one bucket of files in a Map, to show every part an adapter has.

// #region client
class Shelf {
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
// The record doesn't declare these, so core never calls them.
const undeclared = (): never => {
  throw new Error('core called an operation the capability record does not declare')
}

function shelfFiles(shelf: Shelf): FileDriver {
  return {
    list: async ({ prefix, pageSize, pageToken }) => {
      const all = [...shelf.files.values()].map(({ info }) => info).filter(({ key }) => key.startsWith(prefix))
      const start = Number(pageToken ?? 0)
      const items = all.toSorted((a, b) => (a.key < b.key ? -1 : 1)).slice(start, start + pageSize)
      const next = start + items.length
      return {
        items: items.map((file) => ({ kind: 'file', file })),
        nextPageToken: next < all.length ? String(next) : undefined,
      }
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
    deleteMany: undeclared,
    copy: undeclared,
    update: undeclared,
    signUrl: undeclared,
  }
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
type ShelfDriver = StorageDriver & { readonly native: Shelf; readonly files: FileDriver }

const noBuckets: BucketDriver = {
  list: undeclared,
  get: undeclared,
  create: undeclared,
  update: undeclared,
  delete: undeclared,
  archive: undeclared,
}

function createShelfDriver(shelf: Shelf): ShelfDriver {
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
    buckets: noBuckets,
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

// #region use
const storage = createStorage(createShelfDriver(new Shelf(1000)))
const note = storage.bucket('default').file('note.txt')
await note.put('hello')
console.log(await note.text(), storage.native.files.size)
// @ts-expect-error -- a storage over a driver without tables has no `table`
console.log(typeof storage.bucket('default').table)

const missing: unknown = await storage
  .bucket('default')
  .file('missing.txt')
  .get()
  .catch((error: unknown) => error)
console.log('not found:', StorageError.is(missing, 'not-found'))
await storage.close()
// #endregion use

if (!StorageError.is(missing, 'not-found')) throw new Error('the example is wrong')

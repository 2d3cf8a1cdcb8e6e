import { describe, expect, expectTypeOf, test } from 'vitest'
import type { Capabilities } from '../contract/capabilities.ts'
import type { BucketDriver } from '../driver/bucket-driver.ts'
import type { FileDriver } from '../driver/file-driver.ts'
import type { StorageDriver } from '../driver/storage-driver.ts'
import type { TableDriver } from '../driver/table-driver.ts'
import type { Bucket } from './bucket.ts'
import type { FeaturesOf } from './features.ts'
import { createStorage } from './storage.ts'

const capabilities: Capabilities = {
  operations: {},
  limits: {},
  semantics: {
    keepsNulls: true,
    keepsUndeclaredFields: true,
    keepsTypes: true,
    readAfterWrite: true,
    atomicWrites: true,
    buckets: 'dynamic',
  },
}

interface TablesOnly extends StorageDriver {
  readonly tables: TableDriver
  readonly native: { readonly version: 7 }
}

interface FilesOnly extends StorageDriver {
  readonly files: FileDriver
}

function driver(): StorageDriver {
  return {
    backend: 'fake',
    capabilities,
    native: { version: 7 },
    buckets: {} as BucketDriver,
    ping: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
}

describe('what the compiler knows of a storage', () => {
  test('one without files has no file methods', () => {
    const storage = createStorage(driver() as TablesOnly)
    const bucket = storage.bucket('b')
    expectTypeOf(bucket).toHaveProperty('table')
    // @ts-expect-error -- this backend has no files
    expect(() => bucket.file('')).toThrow(/file key/)
    expectTypeOf<FeaturesOf<TablesOnly>>().toEqualTypeOf<'tables'>()
    expectTypeOf(storage.native.version).toEqualTypeOf<7>()
  })

  test('one without tables has no table methods', () => {
    const bucket = createStorage(driver() as FilesOnly).bucket('b')
    expectTypeOf(bucket).toHaveProperty('file')
    // @ts-expect-error -- this backend has no tables
    expect(() => bucket.table('')).toThrow(/table name/)
    expectTypeOf<FeaturesOf<FilesOnly>>().toEqualTypeOf<'files'>()
  })

  test('one known only as a driver may have all', () => {
    expectTypeOf(createStorage(driver()).bucket('b')).toEqualTypeOf<Bucket>()
  })

  test('what is not declared is refused before anything is sent', () => {
    const storage = createStorage(driver())
    expect(storage.supports('tables.find')).toBe(false)
    expect(() => storage.bucket('b').table('t').find()).toThrow(/tables\.find is not available/)
    expect(() => storage.buckets()).toThrow(expect.objectContaining({ code: 'unsupported', backend: 'fake' }) as Error)
  })
})

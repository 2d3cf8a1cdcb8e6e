import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalDriver } from '@stowage/adapter-local'
import { type Bucket, createStorage, type Storage, type StorageOptions, type Table } from '@stowage/core'
import type { StorageDriver } from '@stowage/core/driver'
import { onTestFinished } from 'vitest'

/** Opens an embedded storage in memory, over a driver the test may change; it is closed when the test ends. */
export async function openMemory(
  change: (driver: StorageDriver) => StorageDriver = (driver) => driver,
  options: StorageOptions = {},
): Promise<Storage> {
  const driver: StorageDriver = await createLocalDriver({ memory: true })
  const storage = createStorage(change(driver), options)
  onTestFinished(() => storage.close())
  return storage
}

/** Makes a directory that is removed when the test ends. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'stowage-test-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** Makes a bucket. */
export async function makeBucket(storage: Storage, name = 'bucket'): Promise<Bucket> {
  const bucket = storage.bucket(name)
  await bucket.create()
  return bucket
}

/** Makes a table of people with some rows. */
export async function makePeople(storage: Storage): Promise<Table> {
  const table = (await makeBucket(storage)).table('people')
  await table.create({ columns: { id: 'number', name: 'string', city: 'string', age: 'number' }, primaryKey: ['id'] })
  await table.insert([
    { id: 1, name: 'Ada', city: 'London', age: 36 },
    { id: 2, name: 'Bo', city: 'Oslo', age: 25 },
    { id: 3, name: 'Cy', city: 'London', age: 61 },
    { id: 4, name: 'Di', city: null, age: 19 },
    { id: 5, name: 'Ed', city: 'Oslo' },
  ])
  return table
}

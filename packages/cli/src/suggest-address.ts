import { closestName, type Storage, StorageError } from 'stowage'
import { firstNames } from './first-names.ts'
import type { Subject } from './open-address.ts'

// A hint is worth one page and a short wait.
const listing = { timeoutMs: 5000 } as const

/** Adds to a failure to find something the address that was most likely meant, where there is one. */
export async function suggesting(error: StorageError, storage: Storage, subject: Subject): Promise<StorageError> {
  const address = await closestAddress(storage, subject).catch(() => undefined)
  if (address === undefined) return error
  const message = `${error.message}; did you mean ${JSON.stringify(address)}?`
  return new StorageError({ code: error.code, message, details: error.details }, error, error)
}

async function closestAddress(storage: Storage, subject: Subject): Promise<string | undefined> {
  const { backend, bucket, name, what } = subject
  if (bucket === undefined) return undefined
  const start = backend === undefined ? '' : `${backend}:`
  const buckets = await firstNames(storage.buckets(listing), (info) => info.name)
  const item = name === undefined ? '' : `/${name}`
  if (!buckets.includes(bucket)) return addressOf(start, closestName(bucket, buckets), item)
  if (name === undefined || what === undefined) return undefined
  const names = what === 'table' ? await tableNames(storage, bucket) : await keysBeside(storage, bucket, name)
  // Where the address is right, something else was not found.
  return names.includes(name) ? undefined : addressOf(`${start}${bucket}/`, closestName(name, names), '')
}

function addressOf(start: string, name: string | undefined, end: string): string | undefined {
  return name === undefined ? undefined : start + name + end
}

function tableNames(storage: Storage, bucket: string): Promise<string[]> {
  return firstNames(storage.bucket(bucket).tables(listing), (info) => info.name)
}

function keysBeside(storage: Storage, bucket: string, key: string): Promise<string[]> {
  const prefix = key.slice(0, key.lastIndexOf('/') + 1)
  const entries = storage.bucket(bucket).files({ ...listing, prefix, delimiter: '/' })
  return firstNames(entries, (entry) => (entry.kind === 'file' ? entry.file.key : entry.prefix))
}

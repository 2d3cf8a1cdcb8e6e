import { createLocalDriver } from '@stowage/adapter-local'
import { createStorage, type Storage } from '@stowage/core'

/** Opens the embedded backend in a directory. */
export async function openLocal(path: string): Promise<Storage> {
  return createStorage(await createLocalDriver({ path }))
}

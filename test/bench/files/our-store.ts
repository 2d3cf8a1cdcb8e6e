import { openLocal } from '../harness/open-local.ts'
import type { FileStore } from './file-store.ts'

/** The embedded backend as a file store. */
export async function openOurStore(folder: string): Promise<FileStore> {
  const storage = await openLocal(folder)
  const bucket = storage.bucket('bench')
  await bucket.create()
  return {
    async put(key, bytes) {
      await bucket.file(key).put(bytes)
    },
    get: (key) => bucket.file(key).get(),
    close: () => storage.close(),
  }
}

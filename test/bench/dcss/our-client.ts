import { createDcssDriver } from '@stowage/adapter-dcss'
import { createStorage } from '@stowage/core'
import type { ObjectClient } from './object-client.ts'
import { credentials } from './start-s3-stub.ts'

/** Opens our adapter on a server, with credentials of its own. */
export async function openOurClient(url: string): Promise<ObjectClient> {
  const storage = createStorage(createDcssDriver({ s3Url: url, ...credentials }))
  const space = storage.bucket('private')
  return {
    download: async (key, target) => space.file(key).download(target),
    upload: async (key, source) => space.file(key).upload(source),
    put: (key, bytes) => space.file(key).put(bytes),
    get: (key) => space.file(key).get(),
    close: () => storage.close(),
  }
}

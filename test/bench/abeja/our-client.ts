import { type AbejaDriver, createAbejaDriver } from '@stowage/adapter-abeja'
import { createStorage } from '@stowage/core'
import type { FileClient } from './file-client.ts'
import { authToken, bucketId, channelId, organizationId } from './stub-place.ts'

/** Opens our adapter on a server. */
export function openAdapter(baseUrl: string): AbejaDriver {
  return createAbejaDriver({ baseUrl, organizationId, authToken }, { environment: {} })
}

/** Opens a storage over it. */
export function openOurClient(baseUrl: string): FileClient {
  const storage = createStorage(openAdapter(baseUrl))
  const channel = storage.bucket(`channel:${channelId}`)
  const bucket = storage.bucket(`bucket:${bucketId}`)
  return {
    download: async ({ name }, target) => channel.file(name).download(target),
    upload: async (name, source) => channel.file(name).upload(source),
    uploadForm: async (path, source) => bucket.file(path).upload(source),
    close: () => storage.close(),
  }
}

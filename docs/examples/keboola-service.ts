import { createLocalDriver } from '@stowage/adapter-local'
import { type KeboolaGateway, startKeboolaGateway } from '@stowage/gateway'
import { createStorage } from 'stowage'

/** Starts the service on this machine: its test double over a storage in memory. */
export async function startService(): Promise<KeboolaGateway> {
  const storage = createStorage(await createLocalDriver({ memory: true }))
  const gateway = await startKeboolaGateway({ storage, closeDeadlineMs: 100 })
  return { ...gateway, close: async () => gateway.close().then(() => storage.close()) }
}

import { createLocalDriver } from '@stowage/adapter-local'
import { type AbejaGateway, startAbejaGateway } from '@stowage/gateway'
import { createStorage } from 'stowage'

/** Starts the service on this machine: its test double over a storage in memory, with one organization and its user. */
export async function startService(): Promise<AbejaGateway> {
  const storage = createStorage(await createLocalDriver({ memory: true }))
  const gateway = await startAbejaGateway({ storage, closeDeadlineMs: 100 })
  return { ...gateway, close: async () => gateway.close().then(() => storage.close()) }
}

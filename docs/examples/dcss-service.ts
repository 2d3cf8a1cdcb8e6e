import { createLocalDriver } from '@stowage/adapter-local'
import { type DcssGateway, startDcssGateway } from '@stowage/gateway'
import { createStorage } from 'stowage'

/** Starts the service on this machine: its test double over a storage in memory, with a map that anybody may read. */
export async function startService(mapBytes: number): Promise<DcssGateway> {
  const storage = createStorage(await createLocalDriver({ memory: true }))
  const gateway = await startDcssGateway({ storage, closeDeadlineMs: 100 })
  await storage.bucket('public').file('maps/loop.bin').put(new Uint8Array(mapBytes).fill(7))
  return { ...gateway, close: async () => gateway.close().then(() => storage.close()) }
}

import { createKeboolaDriver } from '@stowage/adapter-keboola'
import { createLocalDriver } from '@stowage/adapter-local'
import { createZerodbDriver } from '@stowage/adapter-zerodb'
import { type Bucket, createStorage, type Storage } from '@stowage/core'
import { startKeboolaGateway, startZerodbGateway } from '@stowage/gateway'
import { onTestFinished } from 'vitest'

async function served(): Promise<Storage> {
  const storage = createStorage(await createLocalDriver({ memory: true }))
  onTestFinished(() => storage.close())
  return storage
}

/** Starts Keboola's gateway and opens a bucket there; everything ends with the test. */
export async function openKeboola(): Promise<Bucket> {
  const gateway = await startKeboolaGateway({ storage: await served(), closeDeadlineMs: 100 })
  onTestFinished(() => gateway.close())
  const options = { url: gateway.url, token: gateway.token, pollFirstMs: 5, pollMaxMs: 20 }
  const storage = createStorage(createKeboolaDriver(options, { environment: {} }), { emulation: 'always' })
  onTestFinished(() => storage.close())
  const bucket = storage.bucket('in.c-main')
  await bucket.create()
  return bucket as Bucket
}

/** Starts ZeroDB's gateway and opens its bucket; everything ends with the test. */
export async function openZerodb(): Promise<Bucket> {
  const gateway = await startZerodbGateway({ storage: await served(), tier: 'pro', closeDeadlineMs: 100 })
  onTestFinished(() => gateway.close())
  const options = { baseUrl: gateway.url, apiKey: gateway.apiKey, tier: 'pro' } as const
  const storage = createStorage(createZerodbDriver(options, { environment: {} }), { emulation: 'always' })
  onTestFinished(() => storage.close())
  return storage.bucket('default') as Bucket
}

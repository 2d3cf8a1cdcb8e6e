import { createLocalDriver } from '@stowage/adapter-local'
import { createStorage, type Storage } from '@stowage/core'
import { type AbejaGateway, startAbejaGateway } from '@stowage/gateway'
import { onTestFinished } from 'vitest'
import { type AbejaDriver, type AbejaOptions, createAbejaDriver } from '../src/index.ts'

/** The service's test double, and how to open it. */
export interface AbejaFixture {
  /** The double. */
  readonly gateway: AbejaGateway
  /** Makes a driver that logs in as the double's user. */
  readonly drive: (options?: AbejaOptions) => AbejaDriver
  /** Opens a storage over such a driver. */
  readonly open: (options?: AbejaOptions) => Storage
}

/** Starts the service's test double for one test. */
export async function startAbeja(): Promise<AbejaFixture> {
  const stored = createStorage(await createLocalDriver({ memory: true }))
  const gateway = await startAbejaGateway({ storage: stored })
  onTestFinished(async () => {
    await gateway.close()
    await stored.close()
  })
  const { url: baseUrl, organizationId, userId, personalAccessToken } = gateway
  const drive = (options: AbejaOptions = {}): AbejaDriver => {
    const driver = createAbejaDriver(
      { baseUrl, organizationId, userId, personalAccessToken, ...options },
      { environment: {} },
    )
    onTestFinished(() => driver.close())
    return driver
  }
  const open = (options: AbejaOptions = {}): Storage => createStorage(drive(options)) as unknown as Storage
  return { gateway, drive, open }
}

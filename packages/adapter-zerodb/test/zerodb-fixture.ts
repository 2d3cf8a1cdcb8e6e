import { createLocalDriver } from '@stowage/adapter-local'
import { createStorage, type Storage } from '@stowage/core'
import type { AdapterServices } from '@stowage/core/driver'
import { startZerodbGateway, type ZerodbGateway, type ZerodbGatewayOptions } from '@stowage/gateway'
import { onTestFinished } from 'vitest'
import { createZerodbDriver, type ZerodbDriver, type ZerodbOptions } from '../src/index.ts'
import { fastClock } from './wire-fixture.ts'

/** No limit of the tier gets in the way. */
export const unlimited: ZerodbOptions = { tier: 'enterprise', requestsPerMinute: 1e9, maxRowsPerInsert: 1000 }

/** Starts the service's test double over an embedded backend of its own. */
export async function startService(options: Partial<ZerodbGatewayOptions> = {}): Promise<ZerodbGateway> {
  const storage = createStorage(await createLocalDriver({ memory: true }))
  const gateway = await startZerodbGateway({ storage: storage as unknown as Storage, ...options })
  const close = async (): Promise<void> => {
    await gateway.close()
    await storage.close()
  }
  return { ...gateway, close }
}

/** Makes a driver for a running double. */
export function driverOf(
  { url: baseUrl, apiKey }: ZerodbGateway,
  options: ZerodbOptions = {},
  services: Partial<AdapterServices> = {},
): ZerodbDriver {
  const all = { clock: fastClock(), environment: {}, ...services }
  return createZerodbDriver({ baseUrl, apiKey, ...unlimited, ...options }, all)
}

/** The service's test double, and how to open it. */
export interface ZerodbFixture {
  /** The double. */
  readonly gateway: ZerodbGateway
  /** Makes a driver. */
  readonly drive: (options?: ZerodbOptions, services?: Partial<AdapterServices>) => ZerodbDriver
  /** Opens a storage with all emulations allowed. */
  readonly open: (options?: ZerodbOptions, services?: Partial<AdapterServices>) => Storage
}

/** Starts the service's test double for one test. */
export async function startZerodb(options: Partial<ZerodbGatewayOptions> = {}): Promise<ZerodbFixture> {
  const gateway = await startService(options)
  onTestFinished(() => gateway.close())
  const drive: ZerodbFixture['drive'] = (own, services) => {
    const driver = driverOf(gateway, own, services)
    onTestFinished(() => driver.close())
    return driver
  }
  const open: ZerodbFixture['open'] = (own, services) =>
    createStorage(drive(own, services), { emulation: 'always' }) as unknown as Storage
  return { gateway, drive, open }
}

import {
  type AdapterDefinition,
  type AdapterServices,
  type BucketDriver,
  completeGroup,
  silentLogger,
  type StorageDriver,
  systemClock,
  type TableDriver,
} from '@stowage/core/driver'
import { ZerodbBuckets } from './buckets.ts'
import { zerodbCapabilities } from './capabilities.ts'
import { ZerodbClient } from './client.ts'
import { ZerodbEndpoints } from './endpoints.ts'
import { explainZerodbError } from './errors.ts'
import { RowInserter } from './insert-rows.ts'
import {
  checkZerodbOptions,
  type CheckedZerodbOptions,
  requireApiKey,
  withEnvironment,
  zerodbEnvironment,
  type ZerodbOptions,
  zerodbOptionsSchema,
  zerodbSecretOptions,
} from './options.ts'
import { sharedLimiter } from './rate-limiter.ts'
import { RowScan } from './row-scan.ts'
import { ZerodbTables } from './tables.ts'
import { RowUpserter } from './upsert-rows.ts'
import { ZerodbWire } from './wire.ts'

/** The driver of ZeroDB: tables, all in one bucket. */
export interface ZerodbDriver extends StorageDriver {
  /** The client in the service's own words. */
  readonly native: ZerodbClient
  /** The one bucket, `default`. */
  readonly buckets: BucketDriver
  /** Tables. */
  readonly tables: TableDriver
  /** Not there. */
  readonly files?: never
  /** Not there. */
  readonly jobs?: never
}

/**
 * Opens the ZeroDB Tables API. Sends nothing.
 *
 * What is left out is read from the environment (`ZERODB_API_KEY`, `ZERODB_API_URL`).
 *
 * @param options - the key and its tier
 * @param services - clock, logger, environment, fetch. Default: the computer's, a silent logger
 * @throws StorageError `invalid-argument` for bad options and without a key
 */
export function createZerodbDriver(options: ZerodbOptions = {}, services: Partial<AdapterServices> = {}): ZerodbDriver {
  const environment = services.environment ?? process.env
  return assemble(checkZerodbOptions(withEnvironment(options, environment)), {
    clock: services.clock ?? systemClock,
    logger: services.logger ?? silentLogger,
    random: services.random ?? Math.random,
    environment,
    fetch: services.fetch ?? globalThis.fetch,
  })
}

function assemble(options: CheckedZerodbOptions, services: AdapterServices): ZerodbDriver {
  const { clock, logger, random, environment, fetch } = services
  const apiKey = requireApiKey(options.apiKey, environment)
  const limiter = sharedLimiter(clock, options.baseUrl, apiKey, options.requestsPerMinute, random)
  const wire = new ZerodbWire(options, apiKey, limiter, fetch)
  const endpoints = new ZerodbEndpoints(wire, options)
  const inserter = new RowInserter(endpoints, options)
  const tables = new ZerodbTables({
    endpoints,
    scan: new RowScan(endpoints, options, logger),
    inserter,
    upserter: new RowUpserter(endpoints, inserter),
    options,
  })
  return {
    backend: 'zerodb',
    capabilities: zerodbCapabilities(options),
    native: new ZerodbClient(endpoints, options),
    buckets: completeGroup<'buckets'>('buckets', new ZerodbBuckets(endpoints)),
    tables: completeGroup<'tables'>('tables', tables),
    explainError: explainZerodbError,
    ping: async (call) => {
      await endpoints.listTables(1, 0, call)
    },
    close: () => {
      wire.close()
      return Promise.resolve()
    },
  }
}

/** The adapter: what `stowage` needs to check a config for ZeroDB and to open it. */
export const adapter: AdapterDefinition<CheckedZerodbOptions, ZerodbDriver> = {
  name: 'zerodb',
  optionsSchema: zerodbOptionsSchema as unknown as AdapterDefinition<CheckedZerodbOptions>['optionsSchema'],
  secretOptions: zerodbSecretOptions,
  environment: zerodbEnvironment,
  createDriver: (options, services) => assemble(options, services),
}

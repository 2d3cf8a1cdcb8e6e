import {
  type AdapterDefinition,
  type AdapterServices,
  type BucketDriver,
  completeGroup,
  type FileDriver,
  type JobDriver,
  silentLogger,
  type StorageDriver,
  systemClock,
  type TableDriver,
} from '@stowage/core/driver'
import { isLoopback } from '@stowage/http'
import { KeboolaBuckets } from './buckets.ts'
import { keboolaCapabilities } from './capabilities.ts'
import { KeboolaClient } from './client.ts'
import { RowDeleter } from './delete-rows.ts'
import { explainKeboolaError } from './errors.ts'
import { KeboolaFiles } from './files.ts'
import { RowFinder } from './find.ts'
import { KeboolaJobs } from './job-info.ts'
import { RowLoader } from './load.ts'
import {
  type CheckedKeboolaOptions,
  checkKeboolaOptions,
  keboolaEnvironment,
  type KeboolaOptions,
  keboolaOptionsSchema,
  keboolaSecretOptions,
  readKeboolaAccess,
} from './options.ts'
import { KeboolaParts } from './parts.ts'
import { RowReader } from './row-reader.ts'
import { TableAdmin } from './table-admin.ts'
import { TableSchemas } from './table-schemas.ts'
import { KeboolaTables } from './tables.ts'
import { KeboolaWire } from './wire.ts'

/** The driver of Keboola Storage: buckets of tables, one more that stands for the file storage, and jobs. */
export interface KeboolaDriver extends StorageDriver {
  /** The client in the service's own words. */
  readonly native: KeboolaClient
  /** Buckets. */
  readonly buckets: BucketDriver
  /** Tables. */
  readonly tables: TableDriver
  /** Files. */
  readonly files: FileDriver
  /** Jobs. */
  readonly jobs: JobDriver
}

/**
 * Opens Keboola Storage. Sends nothing.
 *
 * What is left out is read from the environment: `KEBOOLA_STACK_URL` and `KEBOOLA_TOKEN`, or the names of Keboola's own tools.
 *
 * @param options - the stack and the token
 * @param services - clock, logger, random numbers, environment, fetch. Default: the computer's, a silent logger
 * @throws StorageError `invalid-argument` for bad options and without a token
 */
export function createKeboolaDriver(
  options: KeboolaOptions = {},
  services: Partial<AdapterServices> = {},
): KeboolaDriver {
  return assemble(checkKeboolaOptions(options), {
    clock: services.clock ?? systemClock,
    logger: services.logger ?? silentLogger,
    random: services.random ?? Math.random,
    environment: services.environment ?? process.env,
    fetch: services.fetch ?? globalThis.fetch,
  })
}

function assemble(options: CheckedKeboolaOptions, services: AdapterServices): KeboolaDriver {
  const { clock, logger, random, environment, fetch } = services
  const access = readKeboolaAccess(options, environment)
  const wire = new KeboolaWire(options, access, fetch)
  const client = new KeboolaClient(new KeboolaParts(wire, options.branchId, clock, random))
  const schemas = new TableSchemas(client, clock)
  // On the same machine compressing costs more than it saves.
  const reader = new RowReader(client, { gzip: !isLoopback(wire.stackUrl) })
  const finder = new RowFinder(schemas, reader)
  const tables = new KeboolaTables({
    admin: new TableAdmin({ client, schemas, clock, dialect: options.dialect }),
    loader: new RowLoader({ client, clock, logger, schemas, reader }),
    finder,
    deleter: new RowDeleter({ client, schemas, reader }),
  })
  return {
    backend: 'keboola',
    capabilities: keboolaCapabilities,
    native: client,
    buckets: completeGroup<'buckets'>('buckets', new KeboolaBuckets(client, clock)),
    tables: completeGroup<'tables'>('tables', tables),
    files: completeGroup<'files'>('files', new KeboolaFiles(client, clock)),
    jobs: completeGroup<'jobs'>('jobs', new KeboolaJobs(client)),
    explainError: explainKeboolaError,
    ping: async (call) => {
      await client.project.verifyToken(call)
    },
    async close() {
      await finder.close()
      client.close()
    },
  }
}

/** The adapter: what `stowage` needs to check a config for Keboola and to open it. */
export const adapter: AdapterDefinition<CheckedKeboolaOptions, KeboolaDriver> = {
  name: 'keboola',
  optionsSchema: keboolaOptionsSchema as unknown as AdapterDefinition<CheckedKeboolaOptions>['optionsSchema'],
  secretOptions: keboolaSecretOptions,
  environment: keboolaEnvironment,
  createDriver: (options, services) => assemble(options, services),
}

import { createStorage } from '@stowage/core'
import {
  type AdapterDefinition,
  type AdapterServices,
  type CallContext,
  completeGroup,
  type FileDriver,
  invalidArgument,
  silentLogger,
  type StorageDriver,
  systemClock,
} from '@stowage/core/driver'
import { dcssCapabilities } from './capabilities.ts'
import { DcssClient } from './client.ts'
import { explainDcssError } from './errors.ts'
import { DcssFiles } from './files.ts'
import {
  type CheckedDcssOptions,
  dcssEnvironment,
  type DcssOptions,
  dcssOptionsSchema,
  dcssSecretOptions,
} from './options.ts'
import { createWire, type DcssWire } from './wire.ts'

/** The driver of DCSS, and of S3-compatible servers: spaces are buckets, and hold files. */
export interface DcssDriver extends StorageDriver {
  /** The client in the service's own words. */
  readonly native: DcssClient
  /** Files. */
  readonly files: FileDriver
  /** Not there. */
  readonly tables?: never
  /** Not there. */
  readonly jobs?: never
}

/**
 * Opens the Duckietown Cloud Storage Service, or an S3-compatible server. Sends nothing.
 *
 * Without a token and without credentials only the space `public` can be read. What is left out is read from the environment
 * (`DUCKIETOWN_TOKEN` and others, see the options).
 *
 * @param options - token or credentials, and where the service is
 * @param services - clock, logger, environment, fetch. Default: the computer's, a silent logger
 * @throws StorageError `invalid-argument` for bad options, `unauthenticated` for a token that is none, or whose signature is wrong
 */
export function createDcssDriver(options: DcssOptions = {}, services: Partial<AdapterServices> = {}): DcssDriver {
  const environment = services.environment ?? process.env
  const complete: AdapterServices = {
    clock: services.clock ?? systemClock,
    logger: services.logger ?? silentLogger,
    random: services.random ?? Math.random,
    environment,
    fetch: services.fetch ?? globalThis.fetch,
  }
  return assemble(createWire(checkOptions({ ...fromEnvironment(environment), ...options }), complete))
}

function fromEnvironment(environment: AdapterServices['environment']): DcssOptions {
  const entries = Object.entries(dcssEnvironment).map(([option, name]) => [option, environment[name]] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined && value !== ''))
}

function checkOptions(options: DcssOptions): CheckedDcssOptions {
  const { success, data, error } = dcssOptionsSchema.safeParse(options)
  if (success) return data
  const lines = error.issues.map(({ message, path }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
  throw invalidArgument(`options of the DCSS backend: ${lines.join('; ')}`)
}

function assemble(wire: DcssWire): DcssDriver {
  const parts = {
    backend: 'dcss',
    capabilities: dcssCapabilities(wire.options),
    // Spaces are opened by name: there is no call that lists or makes them.
    buckets: completeGroup<'buckets'>('buckets', {}),
    files: completeGroup<'files'>('files', new DcssFiles(wire)),
    explainError: explainDcssError,
    ping: (call: CallContext) => ping(wire, call),
  }
  // The client's calls and transfers are those of the portable classes, under the names the service's users know.
  const inner: StorageDriver = { ...parts, native: undefined, close: () => Promise.resolve() }
  const storage = createStorage(inner)
  return {
    ...parts,
    native: new DcssClient(wire, storage),
    async close() {
      await storage.close()
      wire.close()
    },
  }
}

/**
 * Asks for a URL of the user's own folder, or for an object of the public space that need not be there: a refusal is what a health check
 * wants to know.
 */
async function ping(wire: DcssWire, call: CallContext): Promise<void> {
  const isAuthorized = wire.authorizer !== undefined && !wire.isDirect
  const space = wire.space(isAuthorized ? 'user' : 'public')
  const key = space.keyOf('.stowage-ping')
  if (isAuthorized) await wire.authorizer?.authorize({ action: 'head_object', bucket: space.bucket, key }, call)
  else await wire.lookup.head(space, key, call)
}

/** The adapter: what `stowage` needs to check a config for DCSS and to open it. */
export const adapter: AdapterDefinition<CheckedDcssOptions, DcssDriver> = {
  name: 'dcss',
  optionsSchema: dcssOptionsSchema as unknown as AdapterDefinition<CheckedDcssOptions>['optionsSchema'],
  secretOptions: dcssSecretOptions,
  environment: dcssEnvironment,
  createDriver: (options, services) => assemble(createWire(options, services)),
}

import {
  type AdapterDefinition,
  type AdapterServices,
  type BucketDriver,
  type CallContext,
  completeGroup,
  type FileDriver,
  silentLogger,
  type StorageDriver,
  systemClock,
} from '@stowage/core/driver'
import { BucketListing } from './bucket-listing.ts'
import { BucketStore } from './bucket-store.ts'
import { AbejaBuckets } from './buckets.ts'
import { abejaCapabilities } from './capabilities.ts'
import { ChannelListing } from './channel-listing.ts'
import { ChannelStore } from './channel-store.ts'
import { ChannelVersions } from './channel-versions.ts'
import { AbejaClient } from './client.ts'
import type { ContainerKind } from './container.ts'
import { Containers } from './containers.ts'
import { readCredential } from './credential.ts'
import { explainAbejaError, hasStatus } from './errors.ts'
import { AbejaFiles } from './files.ts'
import {
  abejaEnvironment,
  type AbejaOptions,
  abejaOptionsSchema,
  abejaSecretOptions,
  checkAbejaOptions,
  type CheckedAbejaOptions,
  withEnvironment,
} from './options.ts'
import { AbejaWire } from './wire.ts'

/** The driver of ABEJA: channels and buckets are buckets, told apart by kind, and hold files. */
export interface AbejaDriver extends StorageDriver {
  /** The client in the service's own words. */
  readonly native: AbejaClient
  /** Buckets. */
  readonly buckets: BucketDriver
  /** Files. */
  readonly files: FileDriver
  /** Not there. */
  readonly tables?: never
  /** Not there. */
  readonly jobs?: never
}

/**
 * Opens ABEJA's datalake. Sends nothing.
 *
 * What is left out is read from the environment (`ABEJA_API_URL`, `ABEJA_ORGANIZATION_ID`, and a credential where the options hold none).
 *
 * @param options - the credential and the organization
 * @param services - clock, logger, environment, fetch. Default: the computer's, a silent logger
 * @throws StorageError `invalid-argument` for bad options and without a credential
 */
export function createAbejaDriver(options: AbejaOptions = {}, services: Partial<AdapterServices> = {}): AbejaDriver {
  const environment = services.environment ?? process.env
  return assemble(checkAbejaOptions(withEnvironment(options, environment)), {
    clock: services.clock ?? systemClock,
    logger: services.logger ?? silentLogger,
    random: services.random ?? Math.random,
    environment,
    fetch: services.fetch ?? globalThis.fetch,
  })
}

function assemble(options: CheckedAbejaOptions, services: AdapterServices): AbejaDriver {
  const { clock, logger } = services
  const wire = new AbejaWire(options, readCredential(options, services.environment), services.fetch)
  const client = new AbejaClient(wire)
  const containers = new Containers(client, options.kind, clock)
  const parts = { client, wire, clock, logger }
  const channels = new ChannelStore(parts, new ChannelVersions(client, options.searchFallback))
  const files = new AbejaFiles({
    containers,
    channels,
    channelListing: new ChannelListing(client, channels),
    buckets: new BucketStore(parts, options.verifyEtags),
    bucketListing: new BucketListing(client, options.verifyEtags),
  })
  return {
    backend: 'abeja',
    capabilities: abejaCapabilities(options.kind),
    native: client,
    buckets: completeGroup<'buckets'>('buckets', new AbejaBuckets(client, containers, options.kind ?? 'channel')),
    files: completeGroup<'files'>('files', files),
    explainError: explainAbejaError,
    ping: (call) => ping(wire, client, options.kind, call),
    close: () => {
      wire.close()
      return Promise.resolve()
    },
  }
}

/** A datasource may not list channels, but is told so only when its credential is right. */
async function ping(
  wire: AbejaWire,
  client: AbejaClient,
  kind: ContainerKind | undefined,
  call: CallContext,
): Promise<void> {
  try {
    await (kind === 'bucket' ? client.listBuckets({ limit: 1 }, call) : client.listChannels({ limit: 1 }, call))
  } catch (error) {
    if (wire.credentialKind !== 'datasource' || !hasStatus(error, 403)) throw error
  }
}

/** The adapter: what `stowage` needs to check a config for ABEJA and to open it. */
export const adapter: AdapterDefinition<CheckedAbejaOptions, AbejaDriver> = {
  name: 'abeja',
  optionsSchema: abejaOptionsSchema as unknown as AdapterDefinition<CheckedAbejaOptions>['optionsSchema'],
  secretOptions: abejaSecretOptions,
  environment: abejaEnvironment,
  createDriver: (options, services) => assemble(options, services),
}

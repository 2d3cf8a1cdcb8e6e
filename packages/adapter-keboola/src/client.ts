import { type AdapterServices, systemClock } from '@stowage/core/driver'
import { KeboolaAliasesClient } from './aliases-client.ts'
import { KeboolaBucketsClient } from './buckets-client.ts'
import { KeboolaFilesClient } from './files-client.ts'
import { KeboolaJobsClient } from './jobs-client.ts'
import { KeboolaMetadataClient } from './metadata-client.ts'
import { checkKeboolaOptions, type KeboolaOptions, readKeboolaAccess } from './options.ts'
import { KeboolaParts } from './parts.ts'
import { KeboolaProjectClient } from './project-client.ts'
import { KeboolaSnapshotsClient } from './snapshots-client.ts'
import { KeboolaTablesClient } from './tables-client.ts'
import { KeboolaWire } from './wire.ts'
import { KeboolaWorkspacesClient } from './workspaces-client.ts'

/**
 * The client of Keboola Storage in its own words: one method for each documented call, grouped by subject.
 *
 * It repeats nothing but looks at jobs. Answers are checked before they are given. What fails is an `HttpError` of `@stowage/http`, a
 * {@link KeboolaJobError} or a `StorageError`.
 */
export class KeboolaClient {
  readonly #parts: KeboolaParts
  /** Buckets. */
  readonly buckets: KeboolaBucketsClient
  /** Tables and their rows. */
  readonly tables: KeboolaTablesClient
  /** The file storage. */
  readonly files: KeboolaFilesClient
  /** Jobs. */
  readonly jobs: KeboolaJobsClient
  /** Metadata of buckets, tables and columns. */
  readonly metadata: KeboolaMetadataClient
  /** Snapshots of tables. */
  readonly snapshots: KeboolaSnapshotsClient
  /** Tables that only show others. */
  readonly aliases: KeboolaAliasesClient
  /** Workspaces. */
  readonly workspaces: KeboolaWorkspacesClient
  /** The token, its project and the stack. */
  readonly project: KeboolaProjectClient

  /** @param parts - what the groups are made of; {@link createKeboolaClient} makes a client from options */
  constructor(parts: KeboolaParts) {
    this.#parts = parts
    this.buckets = new KeboolaBucketsClient(parts)
    this.tables = new KeboolaTablesClient(parts)
    this.files = new KeboolaFilesClient(parts)
    this.jobs = new KeboolaJobsClient(parts)
    this.metadata = new KeboolaMetadataClient(parts)
    this.snapshots = new KeboolaSnapshotsClient(parts)
    this.aliases = new KeboolaAliasesClient(parts)
    this.workspaces = new KeboolaWorkspacesClient(parts)
    this.project = new KeboolaProjectClient(parts)
  }

  /** The branch calls are made in; undefined for production. */
  get branchId(): string | undefined {
    return this.#parts.branchId
  }

  /** Gives a client of another branch, on the same connections; undefined for production. */
  inBranch(branchId: string | undefined): KeboolaClient {
    const { wire, clock, watch } = this.#parts
    return new KeboolaClient(new KeboolaParts(wire, branchId, clock, watch.random))
  }

  /** Closes all connections, also those of clients of other branches. */
  close(): void {
    this.#parts.wire.close()
  }
}

/**
 * Makes a client. Sends nothing.
 *
 * @param options - which stack and token; what is left out is read from the environment
 * @param services - clock, random numbers, environment, fetch. Default: the computer's
 * @throws StorageError `invalid-argument` for bad options and without a token
 */
export function createKeboolaClient(
  options: KeboolaOptions = {},
  services: Partial<AdapterServices> = {},
): KeboolaClient {
  const checked = checkKeboolaOptions(options)
  const { clock = systemClock, random = Math.random, environment = process.env, fetch = globalThis.fetch } = services
  const wire = new KeboolaWire(checked, readKeboolaAccess(checked, environment), fetch)
  return new KeboolaClient(new KeboolaParts(wire, checked.branchId, clock, random))
}

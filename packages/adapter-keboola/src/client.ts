import { type AdapterServices, systemClock } from '@stowage/core/driver'
import { KeboolaAliasesClient } from './aliases-client.ts'
import { KeboolaBucketsClient } from './buckets-client.ts'
import { detectKeboolaContext, type KeboolaReferenceOptions, toSqlName } from './contexts.ts'
import { KeboolaFilesClient } from './files-client.ts'
import { KeboolaJobsClient } from './jobs-client.ts'
import { KeboolaMetadataClient } from './metadata-client.ts'
import { checkKeboolaOptions, type Environment, type KeboolaOptions, readKeboolaAccess } from './options.ts'
import { KeboolaParts } from './parts.ts'
import { KeboolaProjectClient } from './project-client.ts'
import { KeboolaSnapshotsClient } from './snapshots-client.ts'
import { splitTableId } from './table-id.ts'
import { KeboolaTablesClient } from './tables-client.ts'
import { type KeboolaCallOptions, KeboolaWire } from './wire.ts'
import { KeboolaWorkspaceHandle } from './workspace-handle.ts'
import { type KeboolaNewWorkspace, KeboolaWorkspacesClient } from './workspaces-client.ts'

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

  /** @internal */
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

  /**
   * Gives what a table is referred to by: its id in the storage context, its name in SQL in a workspace, for which its bucket is asked.
   *
   * @param environment - what says which context it is. Default: the computer's
   */
  async tableReference(
    tableId: string,
    options: KeboolaReferenceOptions = {},
    call: KeboolaCallOptions = {},
    environment: Environment = process.env,
  ): Promise<string> {
    const { context = detectKeboolaContext(environment), form, projectId = environment['KBC_PROJECT_ID'] } = options
    const { bucketId } = splitTableId(tableId)
    if (context === 'storage') return tableId
    const bucket = form === 'guide' ? undefined : await this.buckets.get(bucketId, {}, call)
    return toSqlName(tableId, bucket, { form, projectId })
  }

  /** Makes a workspace to work in, with its credentials. Each call makes another; delete it when it is no longer needed. */
  async openWorkspace(
    workspace: KeboolaNewWorkspace = {},
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaWorkspaceHandle> {
    return new KeboolaWorkspaceHandle(this, await this.workspaces.create(workspace, call))
  }

  /** Gives a workspace that is there to work in, by its id. */
  async attachWorkspace(workspaceId: string, call: KeboolaCallOptions = {}): Promise<KeboolaWorkspaceHandle> {
    return new KeboolaWorkspaceHandle(this, await this.workspaces.get(workspaceId, call))
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

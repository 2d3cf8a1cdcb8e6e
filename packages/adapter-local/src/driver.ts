import { resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import {
  invalidArgument,
  toStorageError,
  type AdapterDefinition,
  type CallContext,
  type FileDriver,
  type JobDriver,
  type StorageDriver,
  type TableDriver,
} from '@stowage/core/driver'
import { LocalBuckets } from './buckets.ts'
import { localCapabilities } from './capabilities.ts'
import type { Engine } from './engine/engine.ts'
import { InlineEngine } from './engine/inline-engine.ts'
import { closeDatabase, type DatabaseLocation, openDatabase } from './engine/open-database.ts'
import { WorkerEngine } from './engine/worker-engine.ts'
import { explainLocalError } from './errors.ts'
import { createLocalFiles } from './files.ts'
import { LocalJobs } from './jobs.ts'
import { profiles } from './like/profiles.ts'
import { keepProfile } from './like/service-profile.ts'
import { defaultPath, type LocalOptions, localOptionsSchema } from './options.ts'
import { RunningLoads } from './running-loads.ts'
import { LocalTables } from './tables.ts'

/** What is under the embedded backend, for what the contract doesn't cover. */
export interface LocalNative {
  /** The directory, absolute; undefined in memory. */
  readonly directory: string | undefined
  /** The connection to the database; undefined where it lives in a worker thread. Look, don't change: the schema is private. */
  readonly sqlite: DatabaseSync | undefined
}

/** The embedded backend's driver: every group is there. */
export interface LocalDriver extends StorageDriver {
  /** What is under it. */
  readonly native: LocalNative
  /** Tables. */
  readonly tables: TableDriver
  /** Files. */
  readonly files: FileDriver
  /** Jobs: one for each load. */
  readonly jobs: JobDriver
}

/**
 * Opens the embedded backend: a directory, or memory.
 *
 * The directory is created when it isn't there and initialised when it is empty. Several processes may open it at once.
 *
 * @param options - where the data is and how safe. Default: `./.stowage`
 * @throws StorageError `invalid-argument` for bad options or a directory that holds something else, `unsupported` for one
 * that a newer version wrote, `permission-denied` for one that can't be written, `corrupt-data` for a damaged database
 */
export async function createLocalDriver(options: LocalOptions = {}): Promise<LocalDriver> {
  const { path, memory, durability, worker, like } = await checkOptions(options)
  const directory = memory === true ? undefined : resolve(path ?? defaultPath)
  try {
    const driver = assemble({ directory, durability: durability ?? 'normal' }, worker === true)
    return like === undefined ? driver : await keepProfile(driver, profiles[like])
  } catch (error) {
    const place = directory === undefined ? {} : { resource: directory }
    throw toStorageError(error, { backend: 'local', explainError: explainLocalError }, { operation: 'open', ...place })
  }
}

async function checkOptions(options: LocalOptions): Promise<LocalOptions> {
  const { value, issues } = (await localOptionsSchema['~standard'].validate(options)) as {
    value: LocalOptions
    issues?: readonly { message: string; path?: readonly PropertyKey[] }[]
  }
  if (issues === undefined) return value
  const lines = issues.map(({ message, path = [] }) =>
    path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`,
  )
  throw invalidArgument(`options of the local backend: ${lines.join('; ')}`)
}

function openEngine(
  location: DatabaseLocation,
  usesWorker: boolean,
): { engine: Engine; sqlite: DatabaseSync | undefined } {
  if (!usesWorker) {
    const engine = new InlineEngine(location)
    return { engine, sqlite: engine.database.raw }
  }
  // The worker starts with the first call; what is wrong with the directory is to be known now.
  if (location.directory !== undefined) closeDatabase(openDatabase(location))
  return { engine: new WorkerEngine(location), sqlite: undefined }
}

function assemble(location: DatabaseLocation, usesWorker: boolean): LocalDriver {
  const { directory, durability } = location
  const { engine, sqlite } = openEngine(location, usesWorker)
  const local = createLocalFiles({ engine, directory, durability })
  const loads = new RunningLoads()
  return {
    backend: 'local',
    capabilities: localCapabilities,
    native: { directory, sqlite },
    buckets: new LocalBuckets(engine, (bucket) => local.removeBucket(bucket)),
    tables: new LocalTables(engine, loads),
    files: local.files,
    jobs: new LocalJobs(engine, loads),
    explainError: explainLocalError,
    ping: (call) => ping(engine, call),
    async close() {
      await loads.cancelAll()
      await local.close()
      await engine.close()
    },
  }
}

async function ping(engine: Engine, { signal, receipt }: CallContext): Promise<void> {
  signal.throwIfAborted()
  receipt.requests += 1
  await engine.call('listBuckets', { prefix: '', pageSize: 1, pageToken: undefined })
}

/** The adapter: what `stowage` needs to check a config for the embedded backend and to open it. */
export const adapter: AdapterDefinition<LocalOptions, LocalDriver> = {
  name: 'local',
  optionsSchema: localOptionsSchema as unknown as AdapterDefinition<LocalOptions>['optionsSchema'],
  secretOptions: [],
  environment: {},
  createDriver: (options) => createLocalDriver(options),
}

import type { BucketInfo } from '../contract/bucket.ts'
import type { Capabilities, CapabilityName, EmulationPolicy } from '../contract/capabilities.ts'
import type { StorageDriver } from '../driver/storage-driver.ts'
import { Bucket } from './bucket.ts'
import type { CallOptions, ListOptions } from './call-options.ts'
import type { StorageOf } from './features.ts'
import { Job } from './job.ts'
import { Listing } from './listing.ts'
import { checkOptions } from './names.ts'
import { checkAdvance } from './page-token.ts'
import { Session } from './session.ts'

/** Options of a storage. */
export interface StorageOptions {
  /** Which emulations may run. Default `cheap`. */
  readonly emulation?: EmulationPolicy | undefined
  /** What people call it, to tell storages of one adapter apart in plans and journals of copies. Default: the adapter's name. */
  readonly name?: string | undefined
}

/** Options of listing buckets. */
export interface ListBucketsOptions extends ListOptions {
  /** Only names that begin with this. Default: all. */
  readonly prefix?: string | undefined
}

/**
 * One storage, whatever is behind it: buckets with tables and files.
 *
 * Make one with {@link createStorage} from a driver, or by config with `openStorage` of the package `stowage`. Close it when
 * done: that aborts what still runs, waits until it has cleaned up and releases connections.
 *
 * @typeParam Native - the type of the adapter's wire client
 */
export class Storage<Native = unknown> {
  readonly #session: Session

  /** @internal */
  constructor(session: Session) {
    this.#session = session
  }

  /** The adapter's name, for example `local`. */
  get backend(): string {
    return this.#session.driver.backend
  }

  /** What the backend can do, with limits: data to decide by. */
  get capabilities(): Capabilities {
    return this.#session.driver.capabilities
  }

  /** The adapter's typed wire client, for what the contract doesn't cover. */
  get native(): Native {
    return this.#session.driver.native as Native
  }

  /** Tells whether the backend has all these capabilities, native or within the emulation policy. */
  supports(...capabilities: readonly CapabilityName[]): boolean {
    try {
      for (const name of capabilities) this.#session.require(name, { operation: name, resource: undefined })
      return true
    } catch {
      return false
    }
  }

  /** Checks credentials and reachability with one cheap request: for health checks. */
  async ping(options: CallOptions = {}): Promise<void> {
    const place = { operation: 'ping', resource: undefined }
    return this.#session.run(place, options, (call) => this.#session.driver.ping(call))
  }

  /** Lists buckets in order of name. */
  buckets(options: ListBucketsOptions = {}): Listing<BucketInfo> {
    checkOptions('storage.buckets', options, ['prefix', 'pageSize', 'signal', 'timeoutMs'])
    const session = this.#session
    const place = { operation: 'buckets.list', resource: undefined }
    session.require('buckets.list', place)
    const prefix = options.prefix ?? ''
    const fetch = (pageSize: number, pageToken: string | undefined): ReturnType<typeof session.driver.buckets.list> =>
      session.run(place, options, async (call) =>
        checkAdvance(pageToken, await session.driver.buckets.list({ prefix, pageSize, pageToken }, call)),
      )
    return new Listing(fetch, options, session.driver.capabilities.limits.pageSize)
  }

  /** Gives a handle on a bucket; sends nothing and does not create it. */
  bucket(name: string): Bucket {
    return new Bucket(this.#session, name)
  }

  /** Gives a handle on a job by its id, also one that another process began; sends nothing. */
  job(id: string): Job {
    return new Job(this.#session, id)
  }

  /** Aborts what runs, waits for it to clean up, and releases everything. Calling it again does nothing more. */
  close(): Promise<void> {
    return this.#session.close()
  }

  /** The same as {@link Storage.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/**
 * Makes a storage over a driver.
 *
 * A driver whose type has no `tables` or no `files` makes a storage without them, for the compiler too.
 */
export function createStorage<Driver extends StorageDriver>(
  driver: Driver,
  options: StorageOptions = {},
): StorageOf<Driver> {
  checkOptions('createStorage', options, ['emulation', 'name'])
  const { emulation = 'cheap', name } = options
  return new Storage<Driver['native']>(new Session(driver, emulation, name)) as StorageOf<Driver>
}

import type { BucketInfo } from '../contract/bucket.ts'
import type { CapabilityName } from '../contract/capabilities.ts'
import type { DeleteOutcome, FileEntry } from '../contract/file.ts'
import type { TableInfo } from '../contract/table.ts'
import type { CallContext } from '../driver/call.ts'
import type { CallOptions, ListOptions } from './call-options.ts'
import { deleteFiles } from './delete-files.ts'
import { File } from './file.ts'
import { Listing } from './listing.ts'
import { isThere } from './existence.ts'
import { checkName, checkOptions } from './names.ts'
import { checkAdvance } from './page-token.ts'
import type { Session } from './session.ts'
import { Table } from './table.ts'

/** What a bucket may be created or updated with. */
export interface BucketOptions extends CallOptions {
  /** A name for people. Default: none. */
  readonly displayName?: string | undefined
  /** Free text. Default: none. */
  readonly description?: string | undefined
}

/** Options of deleting a bucket. */
export interface DeleteBucketOptions extends CallOptions {
  /** Whether its tables and files go as well. Default false: a bucket that isn't empty fails with `conflict`. */
  readonly force?: boolean | undefined
}

/** Options of listing files. */
export interface ListFilesOptions extends ListOptions {
  /** Only keys that begin with this. Default: all. */
  readonly prefix?: string | undefined
  /** Groups keys that share the text up to this after the prefix, usually `/`. Default: no grouping. */
  readonly delimiter?: string | undefined
}

const callOptions = ['signal', 'timeoutMs'] as const

/**
 * A bucket: a named place for tables and files.
 *
 * Getting one with {@link Storage.bucket} sends nothing and does not create it.
 */
export class Bucket {
  readonly #session: Session
  /** The bucket's name. */
  readonly name: string

  /** @internal */
  constructor(session: Session, name: string) {
    this.#session = session
    this.name = checkName('bucket name', name, session.driver.capabilities.limits.bucketNameBytes)
  }

  /**
   * What reaches the bucket, for what works on two of them.
   *
   * @internal
   */
  get session(): Session {
    return this.#session
  }

  /** Gives what is known of the bucket; fails with `not-found` without it. */
  info(options: CallOptions = {}): Promise<BucketInfo> {
    return this.#run('buckets.get', options, callOptions, (call) =>
      this.#session.driver.buckets.get({ bucket: this.name }, call),
    )
  }

  /** Tells whether the bucket is there. */
  exists(options: CallOptions = {}): Promise<boolean> {
    return isThere(this.info(options))
  }

  /** Creates the bucket; fails with `already-exists` when it is there. */
  create(options: BucketOptions = {}): Promise<BucketInfo> {
    const { displayName, description } = options
    return this.#run('buckets.create', options, [...callOptions, 'displayName', 'description'], (call) =>
      this.#session.driver.buckets.create({ bucket: this.name, displayName, description }, call),
    )
  }

  /** Changes the name for people or the description; what is left out stays. */
  update(options: BucketOptions): Promise<BucketInfo> {
    const { displayName, description } = options
    return this.#run('buckets.update', options, [...callOptions, 'displayName', 'description'], (call) =>
      this.#session.driver.buckets.update({ bucket: this.name, displayName, description }, call),
    )
  }

  /** Deletes the bucket; one with tables or files in it only with `force`. */
  delete(options: DeleteBucketOptions = {}): Promise<void> {
    return this.#run('buckets.delete', options, [...callOptions, 'force'], (call) =>
      this.#session.driver.buckets.delete({ bucket: this.name, force: options.force ?? false }, call),
    )
  }

  /** Archives the bucket: it keeps what it holds and refuses writes. Succeeds when it is archived already. */
  archive(options: CallOptions = {}): Promise<BucketInfo> {
    return this.#archive(true, options)
  }

  /** Takes the bucket back from the archive. Succeeds when it isn't archived. */
  unarchive(options: CallOptions = {}): Promise<BucketInfo> {
    return this.#archive(false, options)
  }

  #archive(isArchived: boolean, options: CallOptions): Promise<BucketInfo> {
    return this.#run('buckets.archive', options, callOptions, (call) =>
      this.#session.driver.buckets.archive({ bucket: this.name, isArchived }, call),
    )
  }

  /** Gives a handle on a table of this bucket; sends nothing. */
  table(name: string): Table {
    return new Table(this.#session, this.name, name)
  }

  /** Lists the bucket's tables in order of name. */
  tables(options: ListOptions = {}): Listing<TableInfo> {
    checkOptions('bucket.tables', options, [...callOptions, 'pageSize'])
    const session = this.#session
    const place = { operation: 'tables.list', resource: this.name }
    session.require('tables.list', place)
    const fetch = (pageSize: number, pageToken: string | undefined): ReturnType<typeof session.tables.list> =>
      session.run(place, options, async (call) =>
        checkAdvance(pageToken, await session.tables.list({ bucket: this.name, pageSize, pageToken }, call)),
      )
    return new Listing(fetch, options, session.driver.capabilities.limits.pageSize)
  }

  /** Gives a handle on a file of this bucket; sends nothing. */
  file(key: string): File {
    return new File(this.#session, this.name, key)
  }

  /** Lists the bucket's files in order of key; with a delimiter, keys below it come as one entry. */
  files(options: ListFilesOptions = {}): Listing<FileEntry> {
    checkOptions('bucket.files', options, [...callOptions, 'pageSize', 'prefix', 'delimiter'])
    const session = this.#session
    const place = { operation: 'files.list', resource: this.name }
    session.require('files.list', place)
    const query = { bucket: this.name, prefix: options.prefix ?? '', delimiter: options.delimiter || undefined }
    const fetch = (pageSize: number, pageToken: string | undefined): ReturnType<typeof session.files.list> =>
      session.run(place, options, async (call) =>
        checkAdvance(pageToken, await session.files.list({ ...query, pageSize, pageToken }, call)),
      )
    return new Listing(fetch, options, session.driver.capabilities.limits.pageSize)
  }

  /**
   * Deletes several files and says what each came to; one that isn't there is no failure.
   *
   * @param keys - the files' keys; a repeated one counts once
   * @returns the outcomes in the order of the keys
   */
  async deleteFiles(keys: Iterable<string>, options: CallOptions = {}): Promise<DeleteOutcome[]> {
    checkOptions('bucket.deleteFiles', options, callOptions)
    return deleteFiles(this.#session, this.name, keys, options)
  }

  async #run<Result>(
    capability: CapabilityName,
    options: CallOptions,
    known: readonly string[],
    work: (call: CallContext) => Promise<Result>,
  ): Promise<Result> {
    checkOptions(`bucket.${capability.slice('buckets.'.length)}`, options, known)
    const place = { operation: capability, resource: this.name }
    this.#session.require(capability, place)
    return this.#session.run(place, options, work)
  }
}

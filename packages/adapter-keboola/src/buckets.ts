import type { BucketInfo, Page } from '@stowage/core'
import {
  type BucketDriver,
  type BucketRequest,
  type CallContext,
  type Clock,
  compareText,
  type CreateBucketRequest,
  type DeleteBucketRequest,
  invalidArgument,
  type ListBucketsRequest,
  StorageError,
  type UpdateBucketRequest,
} from '@stowage/core/driver'
import { fileBucket, parseBucketName } from './bucket-name.ts'
import type { KeboolaClient } from './client.ts'
import { hasStatus } from './errors.ts'
import { isLost } from './lost-answer.ts'
import { descriptionOf, metadataKeys, metadataProvider } from './table-info.ts'
import type { KeboolaBucket } from './table-answers.ts'

/** Buckets, as the driver has them: those of tables under their ids, and one more that stands for the file storage. */
export class KeboolaBuckets implements Partial<BucketDriver> {
  readonly #client: KeboolaClient
  readonly #clock: Clock

  constructor(client: KeboolaClient, clock: Clock) {
    this.#client = client
    this.#clock = clock
  }

  /** The service gives all buckets at once, in an order of its own. */
  async list({ prefix, pageSize, pageToken }: ListBucketsRequest, call: CallContext): Promise<Page<BucketInfo>> {
    const buckets = await this.#client.buckets.list({ include: ['metadata'] }, call)
    const all = [...buckets.map(toBucketInfo), fileStorage]
      .filter(({ name }) => name.startsWith(prefix) && (pageToken === undefined || compareText(name, pageToken) > 0))
      .sort((left, right) => compareText(left.name, right.name))
    const items = all.slice(0, pageSize)
    return { items, nextPageToken: all.length > items.length ? items.at(-1)?.name : undefined }
  }

  async get({ bucket }: BucketRequest, call: CallContext): Promise<BucketInfo> {
    if (bucket === fileBucket) return fileStorage
    const found = await this.#client.buckets.get(bucket, {}, call)
    return toBucketInfo(found)
  }

  async create(request: CreateBucketRequest, call: CallContext): Promise<BucketInfo> {
    const { bucket, displayName, description } = request
    if (bucket === fileBucket) {
      const message = `${fileBucket} is the file storage and always there: use it, or create a bucket for tables`
      throw new StorageError({ code: 'already-exists', message })
    }
    const made = await this.#make(bucket, displayName, call)
    if (description === undefined) return toBucketInfo(made)
    try {
      await this.#describe(bucket, description, call)
    } catch (error) {
      await this.#undo(bucket, call)
      throw error
    }
    return { ...toBucketInfo(made), description }
  }

  async update(request: UpdateBucketRequest, call: CallContext): Promise<BucketInfo> {
    const { bucket, displayName, description } = request
    if (bucket === fileBucket) throw invalidArgument(`${fileBucket} is the file storage: nothing of it can be changed`)
    const found = await this.#client.buckets.get(bucket, {}, call)
    if (displayName !== undefined && displayName !== found.displayName) {
      const job = await this.#client.buckets.update(bucket, { displayName }, call)
      await job.wait(call)
    }
    if (description !== undefined) await this.#describe(bucket, description, call)
    const info = toBucketInfo(found)
    return {
      ...info,
      displayName: displayName ?? info.displayName,
      description: description === undefined ? info.description : description || undefined,
    }
  }

  async delete({ bucket, force }: DeleteBucketRequest, call: CallContext): Promise<void> {
    if (bucket === fileBucket)
      throw invalidArgument(`${fileBucket} is the file storage and always there: delete the files in it`)
    const job = await this.#client.buckets.delete(bucket, { force }, call)
    await job.wait(call)
  }

  /** Projects differ in whether ids have a `c-`, so what comes back decides (contract section 5). */
  async #make(bucket: string, displayName: string | undefined, call: CallContext): Promise<KeboolaBucket> {
    const { stage, name } = parseBucketName(bucket)
    const made = await this.#submit({ stage, name, displayName: displayName ?? undefined }, bucket, call)
    if (made.id === bucket) return made
    await this.#undo(made.id, call)
    const message = `this project would call the bucket ${made.id}: use that name instead of ${bucket}`
    throw invalidArgument(message, { bucket: made.id })
  }

  async #submit(
    fields: { readonly stage: 'in' | 'out'; readonly name: string; readonly displayName: string | undefined },
    bucket: string,
    call: CallContext,
  ): Promise<KeboolaBucket> {
    const startedAt = this.#clock.now()
    try {
      return await this.#client.buckets.create(fields, call)
    } catch (error) {
      if (!isLost(error) || call.signal.aborted) throw error
      return await this.#findMade(bucket, startedAt, error, call)
    }
  }

  /** A creation whose answer was lost is looked up; a bucket that is older was there before. */
  async #findMade(bucket: string, startedAt: number, lost: unknown, call: CallContext): Promise<KeboolaBucket> {
    try {
      const found = await this.#client.buckets.get(bucket, {}, call)
      if ((found.createdAt?.getTime() ?? 0) >= startedAt - clockToleranceMs) return found
    } catch (error) {
      if (!hasStatus(error, 404)) throw lost
    }
    throw lost
  }

  async #describe(bucket: string, description: string, call: CallContext): Promise<void> {
    const metadata = [{ key: metadataKeys.description, value: description }]
    await this.#client.metadata.setOfBucket(bucket, { provider: metadataProvider, metadata }, call)
  }

  async #undo(bucket: string, call: CallContext): Promise<void> {
    const job = await this.#client.buckets.delete(bucket, {}, { receipt: call.receipt })
    await job.wait({ receipt: call.receipt })
  }
}

/** Instants of the service are whole seconds. Where its clock is behind, a bucket isn't taken for ours, which is only less helpful. */
const clockToleranceMs = 1000

const fileStorage: BucketInfo = {
  name: fileBucket,
  displayName: 'File storage',
  description: undefined,
  kind: 'files',
  isArchived: false,
  createdAt: undefined,
  updatedAt: undefined,
}

function toBucketInfo(bucket: KeboolaBucket): BucketInfo {
  const { id, displayName, description, createdAt, lastChangedAt, metadata } = bucket
  return {
    name: id,
    displayName,
    description: descriptionOf(metadata) ?? (description === '' ? undefined : description),
    kind: 'tables',
    isArchived: false,
    createdAt,
    updatedAt: lastChangedAt,
  }
}

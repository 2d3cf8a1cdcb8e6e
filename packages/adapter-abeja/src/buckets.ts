import type { BucketInfo, Page } from '@stowage/core'
import {
  type ArchiveBucketRequest,
  type BucketDriver,
  type BucketRequest,
  type CallContext,
  compareText,
  type CreateBucketRequest,
  invalidArgument,
  type ListBucketsRequest,
  StorageError,
  type UpdateBucketRequest,
} from '@stowage/core/driver'
import type { AbejaClient } from './client.ts'
import {
  bucketContainer,
  channelContainer,
  type Container,
  type ContainerKind,
  readAddress,
  toBucketInfo,
} from './container.ts'
import { type Containers, missing } from './containers.ts'
import { isLost } from './lost-answer.ts'

/** Channels and buckets, as the driver has them. */
export class AbejaBuckets implements Partial<BucketDriver> {
  readonly #client: AbejaClient
  readonly #containers: Containers
  readonly #newKind: ContainerKind
  #creations: Promise<unknown> = Promise.resolve()

  /** @param newKind - what is made */
  constructor(client: AbejaClient, containers: Containers, newKind: ContainerKind) {
    this.#client = client
    this.#containers = containers
    this.#newKind = newKind
  }

  async list({ prefix, pageSize, pageToken }: ListBucketsRequest, call: CallContext): Promise<Page<BucketInfo>> {
    const all = (await this.#containers.all(call)).filter(
      ({ name }) => name.startsWith(prefix) && (pageToken === undefined || compareText(name, pageToken) > 0),
    )
    const page = all.slice(0, pageSize)
    const items = page.map(({ name, container }) => toBucketInfo(name, container))
    return { items, nextPageToken: all.length > page.length ? page.at(-1)?.name : undefined }
  }

  async get({ bucket }: BucketRequest, call: CallContext): Promise<BucketInfo> {
    return toBucketInfo(bucket, (await this.#containers.find(bucket, call)) ?? missing(bucket))
  }

  /** Looks first, for the service would make a second one of the same name; two who create at the same moment may still both succeed. */
  async create(request: CreateBucketRequest, call: CallContext): Promise<BucketInfo> {
    // One after the other, so that at least those of this driver see each other.
    const creation = this.#creations.then(() => this.#create(request, call))
    this.#creations = creation.catch(() => {})
    return creation
  }

  async #create(request: CreateBucketRequest, call: CallContext): Promise<BucketInfo> {
    call.signal.throwIfAborted()
    const { bucket: name, displayName, description } = request
    if (displayName !== undefined) throw withoutDisplayName()
    if (readAddress(name) !== undefined)
      throw invalidArgument(`${name} is an address: the service chooses ids by itself`)
    if ((await this.#containers.find(name, call)) !== undefined) {
      const message = `there is a channel or bucket called ${name}: open it, or choose another name`
      throw new StorageError({ code: 'already-exists', message })
    }
    return toBucketInfo(name, this.#containers.remember(name, await this.#make(name, description, call)))
  }

  async update(request: UpdateBucketRequest, call: CallContext): Promise<BucketInfo> {
    const { bucket, displayName, description } = request
    if (displayName !== undefined) throw withoutDisplayName()
    const found = (await this.#containers.find(bucket, call)) ?? missing(bucket)
    if (description === undefined) return toBucketInfo(bucket, found)
    const changed =
      found.kind === 'channel'
        ? channelContainer(await this.#client.patchChannel(found.id, { description }, call))
        : bucketContainer(await this.#client.patchBucket(found.id, { description }, call))
    return toBucketInfo(bucket, this.#containers.remember(bucket, changed))
  }

  async archive({ bucket, isArchived }: ArchiveBucketRequest, call: CallContext): Promise<BucketInfo> {
    const found = (await this.#containers.find(bucket, call)) ?? missing(bucket)
    if (found.isArchived === isArchived) return toBucketInfo(bucket, found)
    return toBucketInfo(bucket, this.#containers.remember(bucket, await this.#archive(found, isArchived, call)))
  }

  async #archive({ kind, id }: Container, isArchived: boolean, call: CallContext): Promise<Container> {
    const client = this.#client
    if (kind === 'channel')
      return channelContainer(await (isArchived ? client.archiveChannel(id, call) : client.unarchiveChannel(id, call)))
    return bucketContainer(await (isArchived ? client.archiveBucket(id, call) : client.unarchiveBucket(id, call)))
  }

  async #make(name: string, description: string | undefined, call: CallContext): Promise<Container> {
    try {
      if (this.#newKind === 'channel')
        return channelContainer(await this.#client.createChannel({ name, description }, call))
      return bucketContainer(await this.#client.createBucket({ name, description }, call))
    } catch (error) {
      // A second request would make a twin: what is there now is what the first one made.
      if (!isLost(error) || call.signal.aborted) throw error
      const made = await this.#containers.find(name, call)
      if (made === undefined) throw error
      return made
    }
  }
}

function withoutDisplayName(): StorageError {
  const message = 'ABEJA gives containers their displayName itself: leave it out, or use description'
  return new StorageError({ code: 'unsupported', message })
}

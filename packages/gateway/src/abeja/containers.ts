import type { BucketInfo, Storage } from '@stowage/core'
import { StorageError } from '@stowage/core/driver'
import { KeyLocks } from '../server/key-locks.ts'
import { AbejaError } from './abeja-error.ts'
import {
  bucketNameOf,
  type Container,
  type ContainerKind,
  containerOf,
  readBucketName,
  stateBucket,
} from './container.ts'
import { ContainerRecords } from './container-records.ts'

/** What a container is created with. */
export type NewContainer = Pick<Container, 'kind' | 'organizationId' | 'name' | 'description' | 'storageType'>

/** What can be changed of one. */
export type ContainerChange = Partial<
  Pick<Container, 'name' | 'description' | 'isArchived' | 'updatedMs' | 'datasourceIds'>
>

/**
 * The channels and buckets of all organizations: each is a bucket of the storage.
 *
 * Those that are created here have their kind and id in their bucket's name. Any other bucket of the storage is a bucket of the
 * first organization. Name and description are the storage's display name and description too; whether one is archived, the
 * storage knows where it can. The rest is remembered beside them.
 */
export class Containers {
  readonly #storage: Storage
  readonly #records: ContainerRecords
  readonly #locks = new KeyLocks()
  readonly #remembered: Map<string, Container>
  readonly #firstOrganization: string
  readonly #byId = new Map<string, Container>()
  readonly #changedAt = new Map<string, number>()
  #steps = 0
  #lastId = 1_500_000_000_000

  /** @internal */
  constructor(storage: Storage, records: ContainerRecords, remembered: Map<string, Container>, first: string) {
    this.#storage = storage
    this.#records = records
    this.#remembered = remembered
    this.#firstOrganization = first
  }

  /** Reads what is there. */
  static async open(storage: Storage, firstOrganization: string): Promise<Containers> {
    const records = new ContainerRecords(storage)
    const containers = new Containers(storage, records, await records.load(), firstOrganization)
    await containers.#refresh()
    return containers
  }

  /** Lists the containers of an organization in the order they were created. */
  async list(organizationId: string, kind: ContainerKind): Promise<Container[]> {
    await this.#refresh()
    return [...this.#byId.values()]
      .filter((one) => one.organizationId === organizationId && one.kind === kind)
      .toSorted((one, other) => one.createdMs - other.createdMs || (one.id < other.id ? -1 : 1))
  }

  /** Gives a container; fails with 404 without it, and for one of another organization. */
  async find(kind: ContainerKind, id: string, organizationId?: string): Promise<Container> {
    // Buckets may have come into the storage by another way since.
    if (!this.#byId.has(id) && /^\d{13}$/.test(id)) await this.#refresh()
    const found = this.#byId.get(id)
    const isMeant = found?.kind === kind && (organizationId ?? found.organizationId) === found.organizationId
    if (found === undefined || !isMeant) throw new AbejaError(404, `there is no ${kind} ${id}`)
    return found
  }

  /** Gives the bucket of the storage that holds a container's files; undefined for an id that nobody was told. */
  bucketOf(id: string): string | undefined {
    return this.#byId.get(id)?.bucket
  }

  /** Creates a container. */
  async create(wanted: NewContainer, nowMs: number): Promise<Container> {
    const { id, bucket } = await this.#createBucket(wanted)
    const facts = { isArchived: false, createdMs: nowMs, updatedMs: nowMs, datasourceIds: [] }
    return this.#remember({ ...wanted, ...facts, id, bucket })
  }

  async #createBucket({ kind, name, description }: NewContainer): Promise<Pick<Container, 'id' | 'bucket'>> {
    for (;;) {
      const id = String((this.#lastId += 1))
      const bucket = bucketNameOf(kind, id)
      try {
        await namedWherePossible(name || undefined, (named) => {
          return this.#storage.bucket(bucket).create({ ...named, description })
        })
        return { id, bucket }
      } catch (error) {
        // Another gateway over the same storage counts as well.
        if (!StorageError.is(error, 'already-exists')) throw error
      }
    }
  }

  /** Changes a container, by what is decided when it is its turn. */
  async change(id: string, decide: (container: Container) => ContainerChange): Promise<Container> {
    return this.#locks.run(id, async () => {
      const before = this.#byId.get(id)
      if (before === undefined) throw new AbejaError(404, `there is no container ${id}`)
      const after = { ...before, ...decide(before) }
      await this.#changeBucket(before, after)
      return this.#remember(after)
    })
  }

  async #changeBucket(before: Container, after: Container): Promise<void> {
    const bucket = this.#storage.bucket(after.bucket)
    const { name, description } = after
    const isRenamed = name !== before.name || description !== before.description
    if (isRenamed && this.#storage.supports('buckets.update')) {
      await namedWherePossible(name, (named) => bucket.update({ ...named, description }))
    }
    if (after.isArchived === before.isArchived || !this.#storage.supports('buckets.archive')) return
    await (after.isArchived ? bucket.archive() : bucket.unarchive())
  }

  async #remember(container: Container): Promise<Container> {
    await this.#records.write(container)
    this.#remembered.set(container.bucket, container)
    this.#byId.set(container.id, container)
    this.#changedAt.set(container.id, (this.#steps += 1))
    return container
  }

  async #refresh(): Promise<void> {
    const startedAt = (this.#steps += 1)
    const infos: BucketInfo[] = []
    for await (const info of this.#storage.buckets()) if (info.name !== stateBucket) infos.push(info)
    // What was created or changed while the list was read may be on it as it was before.
    const isNewer = (id: string): boolean => (this.#changedAt.get(id) ?? 0) > startedAt
    const found = infos.map((info) => this.#read(info)).filter(({ id }) => !isNewer(id))
    const ids = new Set(found.map(({ id }) => id))
    for (const id of this.#byId.keys()) if (!ids.has(id) && !isNewer(id)) this.#byId.delete(id)
    for (const one of found) this.#byId.set(one.id, one)
  }

  #read(info: BucketInfo): Container {
    const own = readBucketName(info.name)
    if (own !== undefined) this.#lastId = Math.max(this.#lastId, Number(own.id))
    const record = this.#remembered.get(info.name)
    if (record === undefined) return containerOf(info, this.#firstOrganization)
    return { ...record, isArchived: this.#storage.supports('buckets.archive') ? info.isArchived : record.isArchived }
  }
}

/** Gives a bucket its name, or leaves it away where the storage has no names for people: it is remembered anyway. */
async function namedWherePossible(
  displayName: string | undefined,
  write: (named: { readonly displayName?: string }) => Promise<unknown>,
): Promise<void> {
  try {
    await write(displayName === undefined ? {} : { displayName })
  } catch (error) {
    if (displayName === undefined || !StorageError.is(error, 'unsupported')) throw error
    await write({})
  }
}

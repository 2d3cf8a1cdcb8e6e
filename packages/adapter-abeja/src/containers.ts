import { type CallContext, type Clock, compareText, StorageError } from '@stowage/core/driver'
import type { AbejaClient } from './client.ts'
import {
  addressOf,
  bucketContainer,
  channelContainer,
  type Container,
  type ContainerKind,
  readAddress,
} from './container.ts'
import { hasStatus } from './errors.ts'

/** A container and what it is called: its name where no other has it, otherwise its address. */
export interface NamedContainer {
  /** What it is called. */
  readonly name: string
  /** The container. */
  readonly container: Container
}

/** How long the place of a name is remembered. Containers are never deleted, but may be renamed or archived by others. */
const rememberedMs = 60_000
const maxRemembered = 1000

/** Finds channels and buckets by what they are called. */
export class Containers {
  readonly #client: AbejaClient
  readonly #kind: ContainerKind | undefined
  readonly #clock: Clock
  readonly #remembered = new Map<string, { readonly container: Container; readonly untilMs: number }>()

  /** @param kind - the only kind that is shown; undefined for both */
  constructor(client: AbejaClient, kind: ContainerKind | undefined, clock: Clock) {
    this.#client = client
    this.#kind = kind
    this.#clock = clock
  }

  /**
   * Gives all containers in order of what they are called, archived ones as well. It holds all of them: nothing but the whole shows which
   * names are there twice, and the service sorts in no order it would tell.
   */
  async all(call: CallContext): Promise<NamedContainer[]> {
    const containers: Container[] = []
    for await (const container of this.#each(call)) containers.push(container)
    const counts = new Map<string, number>()
    for (const { name } of containers) counts.set(name, (counts.get(name) ?? 0) + 1)
    const isName = (name: string): boolean => name !== '' && counts.get(name) === 1 && readAddress(name) === undefined
    return containers
      .map((container) => ({ name: isName(container.name) ? container.name : addressOf(container), container }))
      .toSorted((left, right) => compareText(left.name, right.name))
  }

  /** Looks for a container now; undefined without it. */
  async find(name: string, call: CallContext): Promise<Container | undefined> {
    const address = readAddress(name)
    if (address !== undefined)
      return this.#isShown(address.kind) ? this.#get(address.kind, address.id, call) : undefined
    const named: Container[] = []
    for await (const container of this.#each(call)) if (container.name === name) named.push(container)
    const [found] = named
    if (named.length > 1) throw ambiguous(name, named)
    if (found !== undefined) return this.remember(name, found)
    this.#remembered.delete(name)
    return this.#kind !== undefined && /^\d{13}$/.test(name) ? this.#get(this.#kind, name, call) : undefined
  }

  /** Gives a container, as it was seen within the last minute; of an address only kind and id are known. */
  async place(name: string, call: CallContext): Promise<Container> {
    const address = readAddress(name)
    if (address !== undefined && this.#isShown(address.kind))
      return { ...address, name, isArchived: false, facts: noFacts }
    const remembered = this.#remembered.get(name)
    if (remembered !== undefined && remembered.untilMs > this.#clock.now()) return remembered.container
    return (await this.find(name, call)) ?? missing(name)
  }

  /** Remembers a container under its name. */
  remember(name: string, container: Container): Container {
    this.#remembered.delete(name)
    this.#remembered.set(name, { container, untilMs: this.#clock.now() + rememberedMs })
    const [oldest] = this.#remembered.keys()
    if (this.#remembered.size > maxRemembered && oldest !== undefined) this.#remembered.delete(oldest)
    return container
  }

  #isShown(kind: ContainerKind): boolean {
    return this.#kind === undefined || this.#kind === kind
  }

  async *#each(call: CallContext): AsyncGenerator<Container, void, undefined> {
    if (this.#isShown('channel'))
      for await (const channel of this.#client.channels({ includeArchived: true }, call))
        yield channelContainer(channel)
    if (this.#isShown('bucket')) yield* this.#eachBucket(call)
  }

  // Buckets are for invited accounts. Whoever sees both kinds and isn't invited has none; who asked for buckets only is told.
  async *#eachBucket(call: CallContext): AsyncGenerator<Container, void, undefined> {
    try {
      for await (const bucket of this.#client.buckets({ includeArchived: true }, call)) yield bucketContainer(bucket)
    } catch (error) {
      if (this.#kind === 'bucket' || !hasStatus(error, 403, 404)) throw error
    }
  }

  async #get(kind: ContainerKind, id: string, call: CallContext): Promise<Container | undefined> {
    try {
      if (kind === 'channel') return channelContainer(await this.#client.getChannel(id, call))
      return bucketContainer(await this.#client.getBucket(id, call))
    } catch (error) {
      if (hasStatus(error, 404)) return undefined
      throw error
    }
  }
}

const noFacts = { displayName: undefined, description: undefined, createdAt: undefined, updatedAt: undefined }

/** Says that a container isn't there. */
export function missing(name: string): never {
  const message = `there is no channel and no bucket called ${name}: create it, or give its address such as channel:1234567890123`
  throw new StorageError({ code: 'not-found', message })
}

function ambiguous(name: string, named: readonly Container[]): StorageError {
  const addresses = named.map(addressOf)
  const message = `${named.length} containers are called ${name}: say which by its address, ${addresses.join(' or ')}`
  return new StorageError({ code: 'conflict', message, details: { addresses } })
}

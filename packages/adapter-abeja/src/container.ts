import type { BucketInfo } from '@stowage/core'
import type { AbejaBucket, AbejaChannel } from './answers.ts'

/** The two kinds of containers there are. */
export type ContainerKind = 'channel' | 'bucket'

/** A channel or a bucket. */
export interface Container {
  /** Which it is. */
  readonly kind: ContainerKind
  /** Its id. */
  readonly id: string
  /** Its name; not unique. */
  readonly name: string
  /** Whether it is archived. */
  readonly isArchived: boolean
  /** What else is known. */
  readonly facts: Pick<BucketInfo, 'displayName' | 'description' | 'createdAt' | 'updatedAt'>
}

/** Makes a container of a channel. */
export function channelContainer(channel: AbejaChannel): Container {
  return { kind: 'channel', id: channel.channelId, ...common(channel) }
}

/** Makes a container of a bucket. */
export function bucketContainer(bucket: AbejaBucket): Container {
  return { kind: 'bucket', id: bucket.bucketId, ...common(bucket) }
}

function common(source: Omit<AbejaBucket, 'bucketId'>): Pick<Container, 'name' | 'isArchived' | 'facts'> {
  const { name, isArchived, displayName, description, createdAt, updatedAt } = source
  return { name, isArchived, facts: { displayName, description: description || undefined, createdAt, updatedAt } }
}

/** Gives the address of a container: kind and id, which no other has. */
export function addressOf({ kind, id }: Pick<Container, 'kind' | 'id'>): string {
  return `${kind}:${id}`
}

/** Reads an address; undefined for what is a name. */
export function readAddress(name: string): Pick<Container, 'kind' | 'id'> | undefined {
  const [, kind, id] = /^(channel|bucket):(\d{1,32})$/.exec(name) ?? []
  return kind === undefined || id === undefined ? undefined : { kind: kind as ContainerKind, id }
}

/** Makes what core knows of a bucket. */
export function toBucketInfo(name: string, { kind, isArchived, facts }: Container): BucketInfo {
  return { name, kind, isArchived, ...facts }
}

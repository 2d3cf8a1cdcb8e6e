import { createHash } from 'node:crypto'
import type { BucketInfo } from '@stowage/core'

/** The kinds of containers: files by id, and files by path. */
export type ContainerKind = 'channel' | 'bucket'

/** What a channel is for. */
export type StorageType = 'datalake' | 'file'

/** A channel or a bucket. */
export interface Container {
  /** Its id: 13 digits. */
  readonly id: string
  /** Which of the two it is. */
  readonly kind: ContainerKind
  /** The bucket of the storage that holds its files. */
  readonly bucket: string
  /** The organization it belongs to. */
  readonly organizationId: string
  /** Its name; others may have the same. */
  readonly name: string
  /** Free text. */
  readonly description: string
  /** What a channel is for. */
  readonly storageType: StorageType
  /** Whether it is archived. */
  readonly isArchived: boolean
  /** When it was created, in milliseconds since 1970. */
  readonly createdMs: number
  /** When it was last changed. */
  readonly updatedMs: number
  /** The datasources that are connected to it, in the order they were. */
  readonly datasourceIds: readonly string[]
}

/** The bucket of the storage that holds what the gateway itself has to remember. */
export const stateBucket = 'abeja-gateway'

/** Gives the storage's name of a container that is created here. */
export function bucketNameOf(kind: ContainerKind, id: string): string {
  return `abeja-${kind}-${id}`
}

/** Reads such a name; undefined for a bucket that came into the storage by another way. */
export function readBucketName(name: string): Pick<Container, 'kind' | 'id'> | undefined {
  const [, kind, id] = /^abeja-(channel|bucket)-(\d{13})$/.exec(name) ?? []
  return kind === undefined || id === undefined ? undefined : { kind: kind as ContainerKind, id }
}

/** What a bucket of the storage is here when nothing was remembered of it: a bucket, whose id follows from its name. */
export function containerOf(info: BucketInfo, organizationId: string): Container {
  const { kind, id } = readBucketName(info.name) ?? { kind: 'bucket', id: derivedId(info.name) }
  const createdMs = info.createdAt?.getTime() ?? 0
  return {
    id,
    kind,
    bucket: info.name,
    organizationId,
    name: info.displayName ?? info.name,
    description: info.description ?? '',
    storageType: 'datalake',
    isArchived: info.isArchived,
    createdMs,
    updatedMs: info.updatedAt?.getTime() ?? createdMs,
    datasourceIds: [],
  }
}

// Ids that are counted never get this far.
function derivedId(name: string): string {
  const number = createHash('sha256').update(name).digest().readUIntBE(0, 6) % 1e11
  return `19${String(number).padStart(11, '0')}`
}

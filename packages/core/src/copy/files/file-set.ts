import { Bucket } from '../../portable/bucket.ts'
import type { BucketFor } from '../../portable/features.ts'
import type { CallPlace, Session } from '../../portable/session.ts'
import { checkOptions } from '../../portable/names.ts'
import type { FileRequest } from '../../driver/file-driver.ts'
import { invalidArgument, type StorageError } from '../../errors/storage-error.ts'
import { atSession } from '../at-session.ts'

/** The files of a bucket, those whose keys begin alike, or a single one: what is copied, and where to. */
export interface FileSet {
  /** The bucket. */
  readonly bucket: BucketFor<'files'>
  /** What their keys begin with; it is taken off at the source and put in front at the target. Default: nothing. */
  readonly prefix?: string | undefined
  /** The key of a single file, which may be another one at the source and at the target: both sides have to name one. Default: all files. */
  readonly key?: string | undefined
}

/** One side of a copy. */
export interface Side {
  /** What reaches it. */
  readonly session: Session
  /** The bucket's name. */
  readonly bucket: string
  /** What the keys begin with; the whole key of a single file. */
  readonly prefix: string
  /** Whether it is a single file. */
  readonly isFile: boolean
}

/** Takes the sets of a copy apart. */
export function toSides(source: FileSet, target: FileSet): readonly [source: Side, target: Side] {
  const sides = [toSide(source, 'source'), toSide(target, 'target')] as const
  if (sides[0].isFile === sides[1].isFile) return sides
  throw invalidArgument('a single file is copied to a single file: give a key at both sides, or at neither')
}

function toSide(set: FileSet, which: 'source' | 'target'): Side {
  checkOptions(`the ${which} of copyFiles`, set, ['bucket', 'prefix', 'key'])
  const { bucket, key } = set
  if (!(bucket instanceof Bucket))
    throw invalidArgument(`the ${which} is { bucket, prefix } with a bucket of a storage`)
  if (key !== undefined && set.prefix !== undefined)
    throw invalidArgument(`the ${which} has a key and a prefix: give one`)
  const prefix = key ?? set.prefix ?? ''
  if (typeof prefix !== 'string' || !prefix.isWellFormed() || key === '') {
    throw invalidArgument(`prefix and key of the ${which} must be well-formed text, and a key not empty`)
  }
  return { session: bucket.session, bucket: bucket.name, prefix, isFile: key !== undefined }
}

/** Names a side for people: storage and address. */
export function nameOfSide({ session, bucket, prefix }: Side): string {
  return `${session.name}:${bucket}${prefix === '' ? '' : `/${prefix}`}`
}

/** Gives the file of a side by what its key has behind the prefix. */
export function fileAt({ bucket, prefix }: Side, rest: string): FileRequest {
  return { bucket, key: prefix + rest }
}

/** How errors name a file of a side. */
export function placeOf(side: Side, operation: string, rest: string): CallPlace {
  return { operation, resource: `${side.bucket}/${side.prefix}${rest}` }
}

/** Does something at a side: its failures are named by it, not by the other side. */
export function atSide<Result>(
  side: Side,
  place: CallPlace,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  return atSession(side.session, place, signal, work)
}

/** Refuses a copy that would read what it writes. */
export function refuseOverlap(source: Side, target: Side): StorageError | undefined {
  if (source.session !== target.session || source.bucket !== target.bucket) return undefined
  const [from, to] = [source.prefix, target.prefix]
  const isApart = source.isFile ? from !== to : !to.startsWith(from) && !from.startsWith(to)
  if (isApart) return undefined
  return invalidArgument(
    source.isFile
      ? `${from} would be copied onto itself: give another key or bucket`
      : `source and target overlap in ${source.bucket}: copy to another bucket, or to a prefix beside "${from}"`,
  )
}

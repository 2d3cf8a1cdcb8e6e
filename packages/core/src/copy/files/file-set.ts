import { Bucket } from '../../portable/bucket.ts'
import type { BucketFor } from '../../portable/features.ts'
import type { CallPlace, Session } from '../../portable/session.ts'
import { checkOptions } from '../../portable/names.ts'
import type { FileRequest } from '../../driver/file-driver.ts'
import { invalidArgument, type StorageError } from '../../errors/storage-error.ts'

/** The files of a bucket, or those whose keys begin alike: what is copied, and where to. */
export interface FileSet {
  /** The bucket. */
  readonly bucket: BucketFor<'files'>
  /** What their keys begin with; it is taken off at the source and put in front at the target. Default: nothing. */
  readonly prefix?: string | undefined
}

/** One side of a copy. */
export interface Side {
  /** What reaches it. */
  readonly session: Session
  /** The bucket's name. */
  readonly bucket: string
  /** What the keys begin with. */
  readonly prefix: string
}

/** Takes a set of files apart. */
export function toSide(set: FileSet, which: 'source' | 'target'): Side {
  checkOptions(`the ${which} of copyFiles`, set, ['bucket', 'prefix'])
  const { bucket, prefix = '' } = set
  if (!(bucket instanceof Bucket))
    throw invalidArgument(`the ${which} is { bucket, prefix } with a bucket of a storage`)
  if (typeof prefix !== 'string' || !prefix.isWellFormed()) {
    throw invalidArgument(`the prefix of the ${which} must be well-formed text`)
  }
  return { session: bucket.session, bucket: bucket.name, prefix }
}

/** Names a side for people: backend and address. */
export function nameOfSide({ session, bucket, prefix }: Side): string {
  return `${session.driver.backend}:${bucket}${prefix === '' ? '' : `/${prefix}`}`
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
export async function atSide<Result>(
  side: Side,
  place: CallPlace,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw side.session.explain(error, place, signal)
  }
}

/** Refuses a copy that would read what it writes. */
export function refuseOverlap(source: Side, target: Side): StorageError | undefined {
  if (source.session !== target.session || source.bucket !== target.bucket) return undefined
  if (!target.prefix.startsWith(source.prefix) && !source.prefix.startsWith(target.prefix)) return undefined
  const message = `source and target overlap in ${source.bucket}: copy to another bucket, or to a prefix beside "${source.prefix}"`
  return invalidArgument(message)
}

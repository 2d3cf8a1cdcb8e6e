import type { BucketInfo, Page } from '@stowage/core'
import {
  type CreateBucketRequest,
  type DriverCall,
  invalidArgument,
  type NextCall,
  StorageError,
  type UpdateBucketRequest,
} from '@stowage/core/driver'
import { checkDisplayName, isTableBucket, newDisplayName } from './keboola-names.ts'

/** The bucket that stands for the file storage. */
export const fileBucket = 'files'

/** Holds calls for buckets to the service's rules. */
export async function onKeboolaBuckets(call: DriverCall, next: NextCall): Promise<unknown> {
  const { operation, request } = call
  switch (operation) {
    case 'buckets.list': {
      const { items, nextPageToken } = (await next(call)) as Page<BucketInfo>
      return { items: items.filter(({ name }) => isBucket(name)).map(keboolaBucket), nextPageToken }
    }
    case 'buckets.create':
      return keboolaBucket((await next({ ...call, request: newBucket(request as CreateBucketRequest) })) as BucketInfo)
    case 'buckets.update':
      checkDisplayName((request as UpdateBucketRequest).displayName)
      break
    default:
  }
  requireBucket(call, isBucket)
  if (operation !== 'buckets.get' && 'bucket' in request && request.bucket === fileBucket) {
    throw invalidArgument(`${fileBucket} is the file storage of Keboola and stays as it is: change the files in it`)
  }
  const result = await next(call)
  return operation === 'buckets.delete' ? result : keboolaBucket(result as BucketInfo)
}

function newBucket(request: CreateBucketRequest): CreateBucketRequest {
  // It is there, so its creation fails with the right words.
  if (request.bucket === fileBucket) return request
  return { ...request, displayName: newDisplayName(request.bucket, request.displayName) }
}

function isBucket(bucket: string): boolean {
  return bucket === fileBucket || isTableBucket(bucket)
}

function keboolaBucket(info: BucketInfo): BucketInfo {
  if (info.name !== fileBucket) return { ...info, kind: 'tables' }
  return { ...info, displayName: 'File storage', kind: 'files', createdAt: undefined, updatedAt: undefined }
}

/** A directory that was filled without these rules may hold further buckets. */
export function requireBucket({ request }: DriverCall, isThere: (bucket: string) => boolean): void {
  const bucket = 'bucket' in request && typeof request.bucket === 'string' ? request.bucket : fileBucket
  if (isThere(bucket)) return
  const message = `Keboola has no bucket ${JSON.stringify(bucket)} for this: tables are in in.c-… and out.c-…, files in ${fileBucket}`
  throw new StorageError({ code: 'not-found', message, applied: 'no' })
}

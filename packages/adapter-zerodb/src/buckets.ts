import type { BucketInfo, Page } from '@stowage/core'
import type { BucketDriver, BucketRequest, ListBucketsRequest } from '@stowage/core/driver'
import { checkBucket, onlyBucket } from './bucket.ts'

/** The one bucket, known without asking. */
export class ZerodbBuckets implements Partial<BucketDriver> {
  async list({ prefix }: ListBucketsRequest): Promise<Page<BucketInfo>> {
    return { items: onlyBucket.startsWith(prefix) ? [theBucket] : [], nextPageToken: undefined }
  }

  async get({ bucket }: BucketRequest): Promise<BucketInfo> {
    checkBucket(bucket)
    return theBucket
  }
}

const theBucket: BucketInfo = {
  name: onlyBucket,
  displayName: undefined,
  description: undefined,
  isArchived: false,
  createdAt: undefined,
  updatedAt: undefined,
  kind: undefined,
}

import type { BucketInfo, Page } from '@stowage/core'
import type { BucketDriver, BucketRequest, CallContext, ListBucketsRequest } from '@stowage/core/driver'
import { checkBucket, onlyBucket } from './bucket.ts'
import type { ZerodbEndpoints } from './endpoints.ts'

/** The one bucket. Nothing is known of it but that the key opens it, which is what is asked. */
export class ZerodbBuckets implements Partial<BucketDriver> {
  readonly #endpoints: ZerodbEndpoints

  constructor(endpoints: ZerodbEndpoints) {
    this.#endpoints = endpoints
  }

  async list({ prefix }: ListBucketsRequest, call: CallContext): Promise<Page<BucketInfo>> {
    await this.#endpoints.listTables(1, 0, call)
    return { items: onlyBucket.startsWith(prefix) ? [theBucket] : [], nextPageToken: undefined }
  }

  async get({ bucket }: BucketRequest, call: CallContext): Promise<BucketInfo> {
    checkBucket(bucket)
    await this.#endpoints.listTables(1, 0, call)
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

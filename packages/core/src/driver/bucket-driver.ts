import type { BucketInfo } from '../contract/bucket.ts'
import type { Page } from '../contract/page.ts'
import type { CallContext } from './call.ts'

/** Asks for one page of buckets. */
export interface ListBucketsRequest {
  /** Only names that begin with this; empty for all. */
  readonly prefix: string
  /** The most items the page may hold; never over the backend's limit. */
  readonly pageSize: number
  /** The previous page's token; undefined for the first page. */
  readonly pageToken: string | undefined
}

/** Names a bucket. */
export interface BucketRequest {
  /** The bucket's name. */
  readonly bucket: string
}

/** Asks for a new bucket. */
export interface CreateBucketRequest extends BucketRequest {
  /** A name for people. */
  readonly displayName: string | undefined
  /** Free text. */
  readonly description: string | undefined
}

/** Asks for changes of a bucket; what is undefined stays. */
export interface UpdateBucketRequest extends BucketRequest {
  /** A name for people. */
  readonly displayName: string | undefined
  /** Free text. */
  readonly description: string | undefined
}

/** Asks to delete a bucket. */
export interface DeleteBucketRequest extends BucketRequest {
  /** Whether tables and files in it go as well; false fails with `conflict` when it isn't empty. */
  readonly force: boolean
}

/** Asks to archive a bucket, or to take it back. */
export interface ArchiveBucketRequest extends BucketRequest {
  /** True archives, false takes back; both succeed when it is so already. */
  readonly isArchived: boolean
}

/** Buckets, as an adapter implements them. Names are checked against the record's limits before they get here. */
export interface BucketDriver {
  /** Gives one page of buckets in order of name (code points). */
  list(request: ListBucketsRequest, call: CallContext): Promise<Page<BucketInfo>>
  /** Gives one bucket; fails with `not-found` without it. */
  get(request: BucketRequest, call: CallContext): Promise<BucketInfo>
  /** Creates a bucket; fails with `already-exists` when the name is taken. */
  create(request: CreateBucketRequest, call: CallContext): Promise<BucketInfo>
  /** Changes a bucket's name for people or its description. */
  update(request: UpdateBucketRequest, call: CallContext): Promise<BucketInfo>
  /** Deletes a bucket; fails with `not-found` without it and with `conflict` when it isn't empty and `force` is false. */
  delete(request: DeleteBucketRequest, call: CallContext): Promise<void>
  /** Archives a bucket or takes it back. */
  archive(request: ArchiveBucketRequest, call: CallContext): Promise<BucketInfo>
}

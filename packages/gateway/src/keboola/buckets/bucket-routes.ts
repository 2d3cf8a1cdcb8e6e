import { route, type Route } from '../route.ts'
import {
  createBucket,
  deleteBucket,
  getBucket,
  listBuckets,
  listBucketTables,
  updateBucket,
} from './bucket-operations.ts'

/** The operations on buckets. */
export const bucketRoutes: readonly Route[] = [
  route('GET buckets', listBuckets),
  route('POST buckets', createBucket),
  route('GET buckets/:bucket', getBucket),
  route('PUT buckets/:bucket', updateBucket),
  route('DELETE buckets/:bucket', deleteBucket),
  route('GET buckets/:bucket/tables', listBucketTables),
]

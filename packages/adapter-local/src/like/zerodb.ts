import { type BucketInfo, type Capabilities, emulated, native, type Page, type TableInfo } from '@stowage/core'
import {
  type CreateTableRequest,
  type DriverCall,
  type InsertRowsRequest,
  type ListBucketsRequest,
  type NextCall,
  type QueryPlan,
  StorageError,
  type TableQuery,
  type UpdateRowsRequest,
} from '@stowage/core/driver'
import type { ServiceProfile } from './service-profile.ts'
import { zerodbPlan } from './zerodb-filter.ts'
import { zerodbListed, zerodbTable } from './zerodb-tables.ts'
import { checkZerodbRows, checkZerodbUpdate } from './zerodb-values.ts'

const onlyBucket = 'default'

/** What the Tables API can do for a key of the smallest plan. */
const capabilities: Capabilities = {
  operations: {
    'buckets.list': native,
    'buckets.get': native,
    'tables.list': native,
    'tables.get': native,
    'tables.create': native,
    'tables.drop': native,
    'tables.insert': native,
    'tables.upsert': emulated(
      'expensive',
      'looks the rows up, inserts the new ones and updates each other one by itself',
    ),
    'tables.load': emulated('cheap', 'inserts the rows in batches: those before a failure stay'),
    'tables.find': native,
    'tables.count': native,
    'tables.update': native,
    'tables.updateUpsert': native,
    'tables.delete': native,
    'tables.deleteLimit': native,
    'tables.export': emulated('cheap', 'finds the rows and writes them here'),
    'tables.preview': emulated('cheap', 'finds the first rows'),
    'tables.indexes': native,
  },
  limits: {
    rowsPerInsert: 100,
    pageSize: 1000,
    requestsPerMinute: 60,
  },
  semantics: {
    keepsNulls: true,
    keepsUndeclaredFields: true,
    keepsTypes: true,
    readAfterWrite: true,
    atomicWrites: false,
    buckets: 'fixed',
  },
}

/** ZeroDB, used with a key of the smallest plan. */
export const zerodbProfile: ServiceProfile = {
  capabilities,
  buckets: [onlyBucket],
  async intercept(call, next) {
    refuseOtherBuckets(call)
    const { operation, request } = call
    switch (operation) {
      case 'buckets.list':
        return { items: await bucketsOf(request as ListBucketsRequest, call, next), nextPageToken: undefined }
      case 'tables.list': {
        const page = (await next(call)) as Page<TableInfo>
        return { ...page, items: page.items.map(zerodbListed) }
      }
      case 'tables.create':
        return next({ ...call, request: zerodbTable(request as CreateTableRequest) })
      case 'tables.plan':
        return zerodbPlan(request as TableQuery, (await next(call)) as QueryPlan)
      case 'tables.insert':
        return insertRows(call, request as InsertRowsRequest, next)
      case 'tables.update':
        checkZerodbUpdate(request as UpdateRowsRequest)
        return next(call)
      default:
        return next(call)
    }
  },
}

function refuseOtherBuckets({ request }: DriverCall): void {
  const bucket = 'bucket' in request ? request.bucket : onlyBucket
  if (bucket === onlyBucket) return
  const message = `ZeroDB has no bucket ${JSON.stringify(bucket)}: all its tables are in "${onlyBucket}"`
  throw new StorageError({ code: 'not-found', message, applied: 'no' })
}

async function insertRows(call: DriverCall, { mode, batch }: InsertRowsRequest, next: NextCall): Promise<unknown> {
  checkZerodbRows(batch)
  if (mode === 'upsert') call.context.receipt.emulated.push('tables.upsert')
  return next(call)
}

/** A directory that was filled without these rules may hold further ones. */
async function bucketsOf({ prefix }: ListBucketsRequest, call: DriverCall, next: NextCall): Promise<BucketInfo[]> {
  if (!onlyBucket.startsWith(prefix)) return []
  const request: ListBucketsRequest = { prefix: onlyBucket, pageSize: 1, pageToken: undefined }
  const { items } = (await next({ ...call, request })) as Page<BucketInfo>
  return items.filter(({ name }) => name === onlyBucket)
}

import {
  type BucketInfo,
  type Capabilities,
  emulated,
  native,
  type Page,
  type TableInfo,
  type WriteCounts,
} from '@stowage/core'
import {
  type CreateBucketRequest,
  type CreateTableRequest,
  type DeleteRowsRequest,
  type DriverCall,
  type InsertRowsRequest,
  invalidArgument,
  type LoadRowsRequest,
  type NextCall,
  type QueryPlan,
  type StorageDriver,
  StorageError,
  type TableQuery,
  type TableRequest,
  type UpdateBucketRequest,
} from '@stowage/core/driver'
import { onKeboolaFiles } from './keboola-files.ts'
import {
  checkDisplayName,
  checkKeboolaColumns,
  checkKeboolaTable,
  isTableBucket,
  keboolaColumnLength,
  keboolaNameLength,
  newDisplayName,
} from './keboola-names.ts'
import { checkKeboolaDelete, keboolaPlan } from './keboola-queries.ts'
import { keboolaBatch, keboolaBatches, keboolaCounts } from './keboola-rows.ts'
import type { ServiceProfile } from './service-profile.ts'

/** The bucket that stands for the file storage. */
const fileBucket = 'files'

const byExport = 'exports the rows that match, changes them, and loads them back by primary key'

/** What Keboola Storage can do with a token that may do everything. */
const capabilities: Capabilities = {
  operations: {
    'buckets.list': native,
    'buckets.get': native,
    'buckets.create': native,
    'buckets.update': native,
    'buckets.delete': native,
    'tables.list': native,
    'tables.get': native,
    'tables.create': native,
    'tables.drop': native,
    'tables.insert': native,
    'tables.upsert': native,
    'tables.load': native,
    'tables.replace': native,
    'tables.find': native,
    'tables.count': native,
    'tables.update': emulated('expensive', byExport),
    'tables.updateUpsert': emulated('expensive', byExport),
    'tables.delete': native,
    'tables.deleteLimit': emulated('expensive', 'exports the rows that match, and deletes some by primary key'),
    'tables.export': native,
    'tables.changedSince': native,
    'tables.preview': native,
    'tables.setPrimaryKey': native,
    'files.list': native,
    'files.stat': native,
    'files.read': native,
    'files.range': native,
    'files.write': native,
    'files.writeUnknownLength': native,
    'files.delete': native,
    'files.deleteMany': native,
    'files.copy': emulated('expensive', 'reads the file and writes it again'),
    'files.update': native,
    'files.tags': native,
    'files.expiry': native,
    'files.signedUrl': native,
    'jobs.get': native,
  },
  limits: {
    pageSize: 10_000,
    bucketNameBytes: 'in.c-'.length + keboolaNameLength,
    tableNameBytes: keboolaNameLength,
    columnNameBytes: keboolaColumnLength,
    keyBytes: 900,
    filesPerDelete: 100,
  },
  semantics: {
    keepsNulls: false,
    keepsUndeclaredFields: false,
    keepsTypes: true,
    readAfterWrite: true,
    atomicWrites: true,
    buckets: 'dynamic',
  },
}

/** Keboola Storage: buckets of tables by stage, and one that stands for the file storage. */
export const keboolaProfile: ServiceProfile = {
  capabilities,
  buckets: [fileBucket],
  async intercept(call, next, driver) {
    const [group] = call.operation.split('.')
    if (group === 'buckets') return onBuckets(call, next)
    if (group === 'tables') return onTables(call, next, driver)
    if (group !== 'files') return next(call)
    requireBucket(call, (bucket) => bucket === fileBucket)
    return onKeboolaFiles(call, next, driver.files)
  },
}

async function onBuckets(call: DriverCall, next: NextCall): Promise<unknown> {
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
function requireBucket({ request }: DriverCall, isThere: (bucket: string) => boolean): void {
  const bucket = 'bucket' in request && typeof request.bucket === 'string' ? request.bucket : fileBucket
  if (isThere(bucket)) return
  const message = `Keboola has no bucket ${JSON.stringify(bucket)} for this: tables are in in.c-… and out.c-…, files in ${fileBucket}`
  throw new StorageError({ code: 'not-found', message, applied: 'no' })
}

async function onTables(call: DriverCall, next: NextCall, driver: StorageDriver): Promise<unknown> {
  requireBucket(call, isTableBucket)
  const { operation, request } = call
  switch (operation) {
    case 'tables.create':
      checkDefinition(request as CreateTableRequest)
      await refuseTwin(request as CreateTableRequest, call, driver)
      return next(call)
    case 'tables.plan': {
      const table = await lookUp(call, driver)
      return keboolaPlan(table, request as TableQuery, (await next(call)) as QueryPlan)
    }
    case 'tables.insert':
      return insertRows(call, request as InsertRowsRequest, next, driver)
    case 'tables.load':
      return loadRows(call, request as LoadRowsRequest, next, driver)
    case 'tables.delete':
      checkKeboolaDelete(await lookUp(call, driver), (request as DeleteRowsRequest).filter)
      return next(call)
    default:
      return next(call)
  }
}

function checkDefinition({ table, columns }: CreateTableRequest): void {
  checkKeboolaTable(table)
  checkKeboolaColumns(columns.map(({ name }) => name))
  const column = columns.find(({ type, native: own }) => type === 'timestamp' && own !== undefined)
  if (column === undefined) return
  const message = `Keboola gives times of its own types back in another form: leave out the native type of "${column.name}", or declare it as string`
  throw invalidArgument(message, { column: column.name })
}

/** The service has one table for names that differ in case alone. */
async function refuseTwin(
  { bucket, table }: CreateTableRequest,
  call: DriverCall,
  driver: StorageDriver,
): Promise<void> {
  const { context } = call
  let pageToken: string | undefined
  do {
    const page: Page<TableInfo> | undefined = await driver.tables?.list({ bucket, pageSize: 1000, pageToken }, context)
    const twin = page?.items.find(({ name }) => name !== table && name.toLowerCase() === table.toLowerCase())
    if (twin !== undefined) {
      const message = `Keboola does not tell the table ${table} from ${twin.name}, which is there: choose another name`
      throw new StorageError({ code: 'already-exists', message })
    }
    pageToken = page?.nextPageToken
  } while (pageToken !== undefined)
}

async function insertRows(
  call: DriverCall,
  request: InsertRowsRequest,
  next: NextCall,
  driver: StorageDriver,
): Promise<WriteCounts> {
  const { columns } = await lookUp(call, driver)
  const filled: InsertRowsRequest = { ...request, batch: keboolaBatch(request.batch, columns) }
  return keboolaCounts(request.mode, (await next({ ...call, request: filled })) as WriteCounts)
}

async function loadRows(
  call: DriverCall,
  request: LoadRowsRequest,
  next: NextCall,
  driver: StorageDriver,
): Promise<WriteCounts> {
  const { columns } = await lookUp(call, driver)
  const filled: LoadRowsRequest = { ...request, csv: undefined, batches: keboolaBatches(request.batches, columns) }
  return keboolaCounts(request.mode, (await next({ ...call, request: filled })) as WriteCounts)
}

async function lookUp({ request, context }: DriverCall, { tables }: StorageDriver): Promise<TableInfo> {
  if (tables === undefined) throw new StorageError({ code: 'internal', message: 'the embedded backend has no tables' })
  const { bucket, table } = request as TableRequest
  return tables.get({ bucket, table }, context)
}

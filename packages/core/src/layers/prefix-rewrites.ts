import type { BucketInfo } from '../contract/bucket.ts'
import type { DeleteOutcome, FileEntry, FileInfo } from '../contract/file.ts'
import type { JobInfo } from '../contract/job.ts'
import type { Page } from '../contract/page.ts'
import type { TableInfo } from '../contract/table.ts'
import type { ListBucketsRequest } from '../driver/bucket-driver.ts'
import type {
  CopyFileRequest,
  DeleteFilesRequest,
  FileContent,
  FileRequest,
  ListFilesRequest,
} from '../driver/file-driver.ts'
import type { OperationName } from '../driver/operation.ts'
import type { PrefixedNames } from './prefixed-names.ts'

/** What a prefix does to one operation: full names into the request, plain names out of the result. */
export interface PrefixRewrite {
  /** Gives the request with full names. */
  request(request: never, names: PrefixedNames): object
  /** Gives the result with plain names. */
  result(result: never, names: PrefixedNames): unknown
}

interface OfBucket {
  readonly bucket: string
}

const asItIs = <Value>(value: Value): Value => value

const bucketIn = <Request extends OfBucket>(request: Request, names: PrefixedNames): Request => ({
  ...request,
  bucket: names.bucketIn(request.bucket),
})

const fileIn = <Request extends FileRequest>(request: Request, names: PrefixedNames): Request => ({
  ...bucketIn(request, names),
  key: names.keyIn(request.key),
})

const bucketOut = (bucket: BucketInfo, names: PrefixedNames): BucketInfo => ({
  ...bucket,
  name: names.bucketOut(bucket.name),
})

const tableOut = (table: TableInfo, names: PrefixedNames): TableInfo => ({
  ...table,
  bucket: names.bucketOut(table.bucket),
})

const fileOut = (file: FileInfo, names: PrefixedNames): FileInfo => ({
  ...file,
  bucket: names.bucketOut(file.bucket),
  key: names.keyOut(file.key),
})

const jobOut = (job: JobInfo, names: PrefixedNames): JobInfo => names.jobOut(job)

const contentOut = ({ file, sizeBytes, body }: FileContent, names: PrefixedNames): FileContent => ({
  file: fileOut(file, names),
  sizeBytes,
  body,
})

// A listing may be continued with anybody's page token, so what lies outside is left out of every page.
const bucketsOut = (page: Page<BucketInfo>, names: PrefixedNames): Page<BucketInfo> => ({
  ...page,
  items: page.items.filter(({ name }) => names.ownsBucket(name)).map((bucket) => bucketOut(bucket, names)),
})

const tablesOut = (page: Page<TableInfo>, names: PrefixedNames): Page<TableInfo> => ({
  ...page,
  items: page.items.filter(({ bucket }) => names.ownsBucket(bucket)).map((table) => tableOut(table, names)),
})

const entriesOut = (page: Page<FileEntry>, names: PrefixedNames): Page<FileEntry> => ({
  ...page,
  items: page.items.filter((entry) => isOwnEntry(entry, names)).map((entry) => entryOut(entry, names)),
})

function isOwnEntry(entry: FileEntry, names: PrefixedNames): boolean {
  if (entry.kind === 'prefix') return names.ownsKey(entry.prefix)
  return names.ownsBucket(entry.file.bucket) && names.ownsKey(entry.file.key)
}

function entryOut(entry: FileEntry, names: PrefixedNames): FileEntry {
  return entry.kind === 'prefix'
    ? { kind: 'prefix', prefix: names.keyOut(entry.prefix) }
    : { kind: 'file', file: fileOut(entry.file, names) }
}

const ofBucket: PrefixRewrite = { request: bucketIn, result: bucketOut }
const ofTable: PrefixRewrite = { request: bucketIn, result: tableOut }
const ofRows: PrefixRewrite = { request: bucketIn, result: asItIs }
const ofFile: PrefixRewrite = { request: fileIn, result: fileOut }
const ofJob: PrefixRewrite = { request: asItIs, result: jobOut }

/** What a prefix does to each operation; one that isn't here doesn't compile. */
export const prefixRewrites: Readonly<Record<OperationName, PrefixRewrite>> = {
  ping: { request: asItIs, result: asItIs },
  'buckets.list': {
    request: (request: ListBucketsRequest, names) => ({ ...request, prefix: names.bucketIn(request.prefix) }),
    result: bucketsOut,
  },
  'buckets.get': ofBucket,
  'buckets.create': ofBucket,
  'buckets.update': ofBucket,
  'buckets.delete': { request: bucketIn, result: asItIs },
  'buckets.archive': ofBucket,
  'tables.list': { request: bucketIn, result: tablesOut },
  'tables.get': ofTable,
  'tables.create': ofTable,
  'tables.drop': ofRows,
  'tables.insert': ofRows,
  'tables.load': ofRows,
  'tables.plan': ofRows,
  'tables.find': ofRows,
  'tables.count': ofRows,
  'tables.update': ofRows,
  'tables.delete': ofRows,
  'tables.changed': ofRows,
  'tables.setPrimaryKey': ofTable,
  'tables.exportCsv': ofRows,
  'files.list': {
    request: (request: ListFilesRequest, names) => ({
      ...bucketIn(request, names),
      prefix: names.keyIn(request.prefix),
    }),
    result: entriesOut,
  },
  'files.stat': ofFile,
  'files.read': { request: fileIn, result: contentOut },
  'files.write': ofFile,
  'files.delete': { request: fileIn, result: asItIs },
  'files.deleteMany': {
    request: (request: DeleteFilesRequest, names) => ({
      ...bucketIn(request, names),
      keys: request.keys.map((key) => names.keyIn(key)),
    }),
    result: (outcomes: readonly DeleteOutcome[], names) =>
      outcomes.map((outcome) => ({ ...outcome, key: names.keyOut(outcome.key) })),
  },
  'files.copy': {
    request: ({ from, to, ...rest }: CopyFileRequest, names) => ({
      ...rest,
      from: fileIn(from, names),
      to: fileIn(to, names),
    }),
    result: fileOut,
  },
  'files.update': ofFile,
  'files.signUrl': { request: fileIn, result: asItIs },
  'jobs.get': ofJob,
  'jobs.cancel': ofJob,
}

import type { BucketInfo } from '../contract/bucket.ts'
import type { Capabilities } from '../contract/capabilities.ts'
import type { FileInfo } from '../contract/file.ts'
import type { JobInfo } from '../contract/job.ts'
import { ReceiptRecorder } from '../contract/receipt.ts'
import type { TableInfo } from '../contract/table.ts'
import type { CallContext } from '../driver/call.ts'
import type { ByteSource } from '../driver/file-driver.ts'
import type { OperationName } from '../driver/operation.ts'
import type { StorageDriver } from '../driver/storage-driver.ts'
import { StorageError, type StorageErrorCode } from '../errors/storage-error.ts'
import { matchAll } from '../filter/tree.ts'
import { operationNames } from './operation-kind.ts'

/** What the fake driver does for an operation in place of giving its sample result. */
export type Answer = (request: Record<string, unknown>, call: CallContext) => unknown

/** A driver for tests of layers: keeps a log and answers as the test says. */
export interface TestDriver extends Required<Omit<StorageDriver, 'explainError'>> {
  /** The operations called, with request and signal. */
  readonly log: { operation: OperationName; request: Record<string, unknown>; signal: AbortSignal }[]
  /** Answers by operation; may be changed while a test runs. */
  readonly answers: Partial<Record<OperationName, Answer>>
}

const operations = Object.fromEntries(operationNames.map((name) => [name, { kind: 'native' }]))
const capabilities: Capabilities = {
  operations,
  limits: { bucketNameBytes: 64, keyBytes: 1024 },
  semantics: {
    keepsNulls: true,
    keepsUndeclaredFields: true,
    keepsTypes: true,
    readAfterWrite: true,
    atomicWrites: true,
    buckets: 'dynamic',
  },
}

/** Makes a driver whose operations give {@link sampleResults} unless `answers` says otherwise. */
export function testDriver(answers: Partial<Record<OperationName, Answer>> = {}): TestDriver {
  const log: TestDriver['log'] = []
  const run = async (
    operation: OperationName,
    request: Record<string, unknown>,
    call: CallContext,
  ): Promise<unknown> => {
    log.push({ operation, request, signal: call.signal })
    call.receipt.requests += 1
    const answer = answers[operation]
    return answer === undefined ? sampleResults[operation](request) : answer(request, call)
  }
  const groups: Record<string, Record<string, unknown>> = { buckets: {}, tables: {}, files: {}, jobs: {} }
  for (const operation of operationNames) {
    const [group = '', method] = operation.split('.')
    if (method === undefined) continue
    ;(groups[group] as Record<string, unknown>)[method] = (request: Record<string, unknown>, call: CallContext) =>
      run(operation, request, call)
  }
  return {
    backend: 'test',
    capabilities,
    native: { wire: true },
    close: async () => {},
    ping: (call: CallContext) => run('ping', {}, call),
    ...groups,
    log,
    answers,
  } as unknown as TestDriver
}

/** Calls an operation of a driver by name, with its sample request where none is given. */
export async function invoke(
  driver: StorageDriver,
  operation: OperationName,
  request: object = {},
  context: Partial<CallContext> = {},
): Promise<unknown> {
  const call: CallContext = { signal: new AbortController().signal, receipt: new ReceiptRecorder(), ...context }
  if (operation === 'ping') return driver.ping(call)
  const [group = '', method = ''] = operation.split('.')
  const methods = (
    driver as unknown as Record<string, Record<string, (request: object, call: CallContext) => unknown>>
  )[group]
  return methods?.[method]?.({ ...sampleRequest(operation), ...request }, call)
}

/** A failure with a code, as a driver may throw it. */
export function failure(
  code: StorageErrorCode,
  facts: Partial<ConstructorParameters<typeof StorageError>[0]> = {},
): StorageError {
  return new StorageError({ code, message: `the test says ${code}`, ...facts })
}

/** A byte source over chunks of text. */
export function textSource(chunks: readonly string[], isReopenable = true): ByteSource {
  const open = async function* (): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield Buffer.from(chunk)
  }
  return { sizeBytes: undefined, isReopenable, bytes: undefined, open }
}

/** A body that gives chunks of text. */
export async function* textBody(...chunks: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk)
}

/** Reads a body to its end, as text. */
export async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

const query = { filter: matchAll, projection: undefined, sort: [], limit: undefined, offset: 0 }
const page = { pageSize: 10, pageToken: undefined }
const ignore = (): void => {}

const ownFields: Partial<Record<OperationName, () => object>> = {
  'buckets.list': () => ({ prefix: '', ...page }),
  'tables.insert': () => ({ mode: 'append', batch: { columns: ['id'], rows: [[1]] } }),
  'tables.load': () => ({ mode: 'append', batches: emptyBatches(), onJob: ignore, onProgress: ignore }),
  'tables.plan': () => query,
  'tables.find': () => ({ ...query, ...page }),
  'tables.count': () => ({ filter: matchAll }),
  'tables.update': () => ({
    filter: matchAll,
    update: [{ operator: '$inc', path: 'n', value: 1 }],
    upsertRow: undefined,
  }),
  'tables.delete': () => ({ filter: matchAll, limit: undefined }),
  'tables.changed': () => ({ ...query, ...page, changedSince: new Date(0) }),
  'tables.exportCsv': () => ({ filter: matchAll, columns: ['id'], changedSince: undefined, onJob: ignore }),
  'files.list': () => ({ prefix: '', delimiter: undefined, ...page }),
  'files.write': () => ({
    source: textSource(['a', 'b']),
    attributes: { contentType: undefined, metadata: {}, tags: [], expiresAt: undefined },
    condition: { kind: 'replace' },
    crc32: () => '00000000',
    onPart: ignore,
  }),
  'files.deleteMany': () => ({ keys: ['a.txt', 'b.txt'] }),
  'files.signUrl': () => ({ method: 'GET', expiresInMs: 1000 }),
}

/** A request an operation accepts. */
export function sampleRequest(operation: OperationName): object {
  if (operation === 'files.copy') {
    return { from: { bucket: 'photos', key: 'a.txt' }, to: { bucket: 'photos', key: 'b.txt' }, overwrite: false }
  }
  const [group] = operation.split('.')
  const own = ownFields[operation]?.() ?? {}
  if (group === 'jobs') return { id: '1' }
  if (operation === 'buckets.list') return own
  const isOfBucket = group === 'buckets' || operation === 'tables.list' || operation === 'files.list'
  if (isOfBucket) return { bucket: 'photos', ...page, ...own }
  if (group === 'tables') return { bucket: 'photos', table: 'cats', ...own }
  return operation === 'files.deleteMany' ? { bucket: 'photos', ...own } : { bucket: 'photos', key: 'a.txt', ...own }
}

async function* emptyBatches(): AsyncGenerator<never> {}

type Request = Record<string, unknown>

/** A bucket's description. */
export const bucketInfo = (name: unknown): BucketInfo => ({
  name: name as string,
  displayName: undefined,
  description: undefined,
  kind: undefined,
  isArchived: false,
  createdAt: undefined,
  updatedAt: undefined,
})

/** A table's description. */
export const tableInfo = (bucket: unknown, name: unknown): TableInfo => ({
  bucket: bucket as string,
  name: name as string,
  columns: [],
  primaryKey: [],
  indexes: [],
  undeclaredFields: 'keep',
  description: undefined,
  rowCount: 0,
  createdAt: undefined,
  updatedAt: undefined,
})

/** A file's description. */
export const fileInfo = (bucket: unknown, key: unknown): FileInfo => ({
  bucket: bucket as string,
  key: key as string,
  sizeBytes: 6,
  contentType: undefined,
  etag: 'e1',
  checksums: {},
  metadata: {},
  tags: [],
  expiresAt: undefined,
  modifiedAt: undefined,
})

const jobInfo = (id: unknown): JobInfo => ({
  id: id as string,
  operation: 'tables.load',
  resource: 'photos/cats',
  status: 'succeeded',
  result: undefined,
  reason: undefined,
  createdAt: new Date(0),
  endedAt: undefined,
})

const onePage = (...items: unknown[]): object => ({ items, nextPageToken: 'more' })
const ofBucket = ({ bucket }: Request): unknown => bucketInfo(bucket)
const ofTable = ({ bucket, table }: Request): unknown => tableInfo(bucket, table)
const ofFile = ({ bucket, key }: Request): unknown => fileInfo(bucket, key)
const ofJob = ({ id }: Request): unknown => jobInfo(id)
const rowPage = (): object => ({ batch: { columns: ['id'], rows: [[1]] }, nextPageToken: 'more' })
const writeCounts = (): object => ({ inserted: 1, updated: 0, ids: undefined })
const nothing = (): undefined => undefined

/** What the fake driver gives for each operation. */
export const sampleResults: Readonly<Record<OperationName, (request: Request) => unknown>> = {
  ping: nothing,
  'buckets.list': ({ prefix }) => onePage(bucketInfo(`${prefix as string}photos`)),
  'buckets.get': ofBucket,
  'buckets.create': ofBucket,
  'buckets.update': ofBucket,
  'buckets.delete': nothing,
  'buckets.archive': ofBucket,
  'tables.list': ({ bucket }) => onePage(tableInfo(bucket, 'cats')),
  'tables.get': ofTable,
  'tables.create': ofTable,
  'tables.drop': nothing,
  'tables.insert': writeCounts,
  'tables.load': writeCounts,
  'tables.plan': ({ filter }) => ({
    pushed: filter,
    residual: matchAll,
    sort: 'backend',
    limit: 'backend',
    projection: 'backend',
    notes: [],
  }),
  'tables.find': rowPage,
  'tables.count': () => 1,
  'tables.update': () => ({ matched: 1, modified: 1, inserted: 0 }),
  'tables.delete': () => 1,
  'tables.changed': rowPage,
  'tables.setPrimaryKey': ofTable,
  'tables.exportCsv': () => textBody('id\n', '1\n'),
  'files.list': ({ bucket, prefix }) =>
    onePage(
      { kind: 'file', file: fileInfo(bucket, `${prefix as string}a.txt`) },
      { kind: 'prefix', prefix: `${prefix as string}b/` },
    ),
  'files.stat': ofFile,
  'files.read': ({ bucket, key }) => ({ file: fileInfo(bucket, key), sizeBytes: 6, body: textBody('abc', 'def') }),
  'files.write': ofFile,
  'files.delete': nothing,
  'files.deleteMany': ({ keys }) =>
    (keys as string[]).map((key) => ({ key, outcome: 'deleted' as const, error: undefined })),
  'files.copy': ({ to }) => ofFile(to as Request),
  'files.update': ofFile,
  'files.signUrl': ({ bucket, key, method }) => ({
    url: `https://files.example/${bucket as string}/${key as string}?sig=abc`,
    method,
    headers: {},
    expiresAt: new Date(0),
  }),
  'jobs.get': ofJob,
  'jobs.cancel': ofJob,
}

import type { CapabilityName, UpdateFileOptions } from '@stowage/core'
import type { ProbeGround, ProbePlace } from './probe-place.ts'

/** The plainest call that uses a capability. */
export interface Probe {
  /** What it works on. */
  readonly on: ProbeGround
  /** Makes the call; its failure may be thrown at once. */
  readonly call: (place: ProbePlace) => PromiseLike<unknown>
}

const tomorrow = (): Date => new Date(Date.now() + 24 * 60 * 60 * 1000)

/** A probe for each capability there is: a new capability doesn't compile without one. */
export const probes: Readonly<Record<CapabilityName, Probe>> = {
  'buckets.list': { on: 'bucket', call: ({ storage }) => storage.buckets().page() },
  'buckets.get': { on: 'bucket', call: ({ bucket }) => bucket.info() },
  'buckets.create': { on: 'nothing', call: (place) => place.newBucket().create() },
  'buckets.update': { on: 'bucket', call: ({ bucket }) => bucket.update({ description: 'probed' }) },
  'buckets.delete': { on: 'bucket', call: ({ bucket }) => bucket.delete() },
  'buckets.archive': { on: 'bucket', call: async ({ bucket }) => (await bucket.archive(), bucket.unarchive()) },
  'tables.list': { on: 'bucket', call: ({ bucket }) => bucket.tables().page() },
  'tables.get': { on: 'table', call: ({ table }) => table.info() },
  'tables.create': { on: 'bucket', call: (place) => place.newTable().create({ columns: { id: 'string' } }) },
  'tables.drop': { on: 'table', call: ({ table }) => table.drop() },
  'tables.insert': { on: 'table', call: ({ table }) => table.insert({ id: 'x', n: 9 }) },
  'tables.upsert': { on: 'table', call: ({ table }) => table.insert({ id: 'a', n: 9 }, { mode: 'upsert' }) },
  'tables.load': { on: 'table', call: ({ table }) => table.load([{ id: 'x', n: 9 }]) },
  'tables.replace': { on: 'table', call: ({ table }) => table.load([{ id: 'x', n: 9 }], { mode: 'replace' }) },
  'tables.find': { on: 'table', call: ({ table }) => table.find().toArray() },
  'tables.count': { on: 'table', call: ({ table }) => table.count() },
  'tables.update': { on: 'table', call: ({ table }) => table.update({ id: 'a' }, { $set: { n: 9 } }) },
  'tables.updateUpsert': {
    on: 'table',
    call: ({ table }) => table.update({ id: 'x' }, { $set: { n: 9 } }, { upsert: true }),
  },
  'tables.delete': { on: 'table', call: ({ table }) => table.delete({ id: 'a' }) },
  'tables.deleteLimit': { on: 'table', call: ({ table }) => table.delete({ id: 'a' }, { limit: 1 }) },
  'tables.export': { on: 'table', call: ({ table }) => table.export(() => undefined) },
  'tables.changedSince': {
    on: 'table',
    call: ({ table }) => table.export(() => undefined, { changedSince: new Date(0) }),
  },
  'tables.preview': { on: 'table', call: ({ table }) => table.preview() },
  'tables.setPrimaryKey': { on: 'table', call: ({ table }) => table.setPrimaryKey(['id', 'n']) },
  'tables.indexes': {
    on: 'bucket',
    call: (place) =>
      place.newTable().create({ columns: { id: 'string' }, indexes: [{ name: 'by_id', columns: ['id'] }] }),
  },
  'files.list': { on: 'file', call: ({ bucket }) => bucket.files().page() },
  'files.stat': { on: 'file', call: (place) => place.file('a.txt').stat() },
  'files.read': { on: 'file', call: (place) => place.file('a.txt').get() },
  'files.range': { on: 'file', call: (place) => place.file('a.txt').get({ range: { start: 1, end: 3 } }) },
  'files.write': { on: 'file', call: (place) => place.file('b.txt').put('new') },
  'files.writeUnknownLength': { on: 'file', call: (place) => place.file('b.txt').upload(chunks()) },
  'files.createOnly': { on: 'file', call: (place) => place.file('b.txt').put('new', { overwrite: false }) },
  'files.delete': { on: 'file', call: (place) => place.file('a.txt').delete() },
  'files.deleteMany': { on: 'file', call: (place) => place.bucket.deleteFiles([place.file('a.txt').key]) },
  'files.copy': { on: 'file', call: (place) => place.file('a.txt').copyTo(place.file('b.txt')) },
  'files.update': { on: 'file', call: (place) => place.file('a.txt').update(someAttribute(place)) },
  'files.metadata': { on: 'file', call: (place) => place.file('b.txt').put('new', { metadata: { a: 'b' } }) },
  'files.contentType': { on: 'file', call: (place) => place.file('b.txt').put('new', { contentType: 'text/plain' }) },
  'files.tags': { on: 'file', call: (place) => place.file('b.txt').put('new', { tags: ['a'] }) },
  'files.expiry': { on: 'file', call: (place) => place.file('b.txt').put('new', { expiresAt: tomorrow() }) },
  'files.signedUrl': { on: 'file', call: (place) => place.file('a.txt').signedUrl() },
  'jobs.get': { on: 'job', call: ({ storage, jobId }) => storage.job(jobId).info() },
  'jobs.cancel': { on: 'job', call: ({ storage, jobId }) => storage.job(jobId).cancel() },
}

// oxlint-disable-next-line typescript/require-await -- a source of unknown length is an asynchronous iterable
async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
  yield new TextEncoder().encode('new')
}

/** Changes something the backend keeps; nothing where updates are not declared, so that they alone are refused. */
function someAttribute({ context }: ProbePlace): UpdateFileOptions {
  if (!context.has('files.update')) return {}
  if (context.has('files.contentType')) return { contentType: 'text/plain' }
  if (context.has('files.metadata')) return { metadata: { a: 'b' } }
  if (context.has('files.tags')) return { tags: ['a'] }
  return context.has('files.expiry') ? { expiresAt: tomorrow() } : {}
}

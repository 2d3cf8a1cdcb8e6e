import type { Bucket, File, Storage, Table } from '@stowage/core'
import type { CheckContext } from '../check-context.ts'

/** What a probe works on. */
export type ProbeGround = 'nothing' | 'bucket' | 'table' | 'file' | 'job'

/** The names a probe uses: of things that are there where they could be made, and of things that are not. */
interface ProbeNames {
  readonly bucket: string
  readonly table: string
  readonly keyPrefix: string
  readonly job: string
}

/** Where a probe calls: a storage, and the names to use. */
export class ProbePlace {
  readonly #context: CheckContext
  readonly #names: ProbeNames
  /** The storage to call. */
  readonly storage: Storage
  /** Whether what the probe works on is there, so that a plain call must succeed. */
  readonly isComplete: boolean

  /**
   * @param context - the check's
   * @param storage - the storage to call
   * @param names - the names to use
   * @param isComplete - whether what they name is there
   */
  constructor(context: CheckContext, storage: Storage, names: ProbeNames, isComplete: boolean) {
    this.#context = context
    this.#names = names
    this.storage = storage
    this.isComplete = isComplete
  }

  /** The same place as another storage sees it. */
  through(storage: Storage): ProbePlace {
    return new ProbePlace(this.#context, storage, this.#names, this.isComplete)
  }

  /** The check's capabilities, for calls of which there are variants. */
  get context(): CheckContext {
    return this.#context
  }

  /** The bucket. */
  get bucket(): Bucket {
    return this.storage.bucket(this.#names.bucket)
  }

  /** A table with the columns `id` (the key) and `n`, and the rows `a` and `b`. */
  get table(): Table {
    return this.bucket.table(this.#names.table)
  }

  /** A file; the one called `a.txt` is there and holds `hello`. */
  file(name: string): File {
    return this.bucket.file(this.#names.keyPrefix + name)
  }

  /** A bucket that isn't there; it is deleted when the check ends. */
  newBucket(): Bucket {
    const bucket = this.storage.bucket(this.#context.newBucketName())
    if (this.#context.has('buckets.delete')) this.#context.defer(() => bucket.delete({ force: true }))
    return bucket
  }

  /** A table that isn't there. */
  newTable(): Table {
    const table = this.bucket.table(this.#context.newTableName())
    if (this.#context.has('tables.drop')) this.#context.defer(() => table.drop())
    return table
  }

  /** The id of a job: of a load where there was one. */
  get jobId(): string {
    return this.#names.job
  }
}

/** Names things that are not there. */
export function emptyPlace(context: CheckContext): ProbePlace {
  const names = {
    bucket: context.looseBucket().name,
    table: context.newTableName(),
    keyPrefix: '',
    job: 'no-such-job',
  }
  return new ProbePlace(context, context.storage, names, false)
}

/** Makes what a probe works on, as far as the backend has the operations to make it. */
export async function preparePlace(context: CheckContext, ground: ProbeGround): Promise<ProbePlace> {
  const empty = emptyPlace(context)
  if (ground === 'nothing') return empty
  if (context.has('semantics.dynamicBuckets') && !context.has('buckets.create')) return empty
  if (ground === 'file') return prepareFile(context)
  if (ground === 'table') return prepareTable(context)
  if (ground === 'job') return prepareJob(context)
  const { name } = await context.bucket()
  return new ProbePlace(context, context.storage, { bucket: name, table: '', keyPrefix: '', job: '' }, true)
}

async function prepareFile(context: CheckContext): Promise<ProbePlace> {
  const { bucket, prefix } = await context.files()
  const names = { bucket: bucket.name, table: context.newTableName(), keyPrefix: prefix, job: '' }
  const place = new ProbePlace(context, context.storage, names, context.has('files.write'))
  if (place.isComplete) await place.file('a.txt').put('hello')
  return place
}

async function prepareTable(context: CheckContext): Promise<ProbePlace> {
  const { name } = await context.bucket()
  const names = { bucket: name, table: context.newTableName(), keyPrefix: '', job: '' }
  const canFill = context.has('tables.insert') || context.has('tables.load')
  const place = new ProbePlace(context, context.storage, names, context.has('tables.create') && canFill)
  if (!place.isComplete) return place
  await place.table.create({ columns: { id: 'string', n: 'number' }, primaryKey: ['id'] })
  if (context.has('tables.drop')) context.defer(() => place.table.drop())
  const rows = [
    { id: 'a', n: 1 },
    { id: 'b', n: 2 },
  ]
  await (context.has('tables.insert') ? place.table.insert(rows) : place.table.load(rows))
  return place
}

async function prepareJob(context: CheckContext): Promise<ProbePlace> {
  const place = await prepareTable(context)
  const none = { bucket: place.bucket.name, table: place.table.name, keyPrefix: '', job: 'no-such-job' }
  if (!place.isComplete || !context.has('tables.load', 'tables.get'))
    return new ProbePlace(context, context.storage, none, false)
  const load = place.table.load([{ id: 'c', n: 3 }])
  await load
  const { jobId } = load
  return new ProbePlace(context, context.storage, { ...none, job: jobId ?? none.job }, jobId !== undefined)
}

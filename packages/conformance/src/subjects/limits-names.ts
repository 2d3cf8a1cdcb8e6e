import assert from 'node:assert/strict'
import { type Bucket, type File, type Limits, StorageError, type Table } from '@stowage/core'
import { type Check, check, type Need } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectUnsent } from './unsent.ts'

/** Something with a name of limited length. */
interface NamedKind {
  /** What ids of checks call it. */
  readonly id: string
  /** What titles call it. */
  readonly what: string
  /** The limit on its length. */
  readonly limit: keyof Limits
  /** What making one takes. */
  readonly needs: readonly Need[]
  /** Gives the beginning of a name that isn't taken, and how to make one; that gives the name the backend knows it by. */
  readonly open: (context: CheckContext) => Promise<NameMaker>
}

interface NameMaker {
  readonly start: string
  readonly make: (name: string) => Promise<string | undefined>
}

/** The longest name that is tried, whatever the limit. */
const longestTried = 4096
/** What is tried where no limit is stated. */
const unstatedBytes = 1000
const farTooManyBytes = 65_536

const kinds: readonly NamedKind[] = [
  {
    id: 'bucket-name',
    what: 'bucket name',
    limit: 'bucketNameBytes',
    needs: ['buckets.create', 'buckets.get', 'semantics.dynamicBuckets'],
    open: async (context) => ({ start: context.newBucketName(), make: (name) => makeBucket(context, name) }),
  },
  {
    id: 'table-name',
    what: 'table name',
    limit: 'tableNameBytes',
    needs: ['tables.create', 'tables.get'],
    open: async (context) => {
      const bucket = await context.bucket()
      return { start: context.newTableName(), make: (name) => makeTable(context, bucket.table(name)) }
    },
  },
  {
    id: 'column-name',
    what: 'column name',
    limit: 'columnNameBytes',
    needs: ['tables.create', 'tables.insert', 'tables.find'],
    open: async (context) => {
      const bucket = await context.bucket()
      return { start: 'c', make: (name) => makeColumn(context, bucket, name) }
    },
  },
  {
    id: 'key',
    what: 'file key',
    limit: 'keyBytes',
    needs: ['files.write', 'files.stat', 'files.read'],
    open: async (context) => {
      const { bucket, prefix } = await context.files()
      return { start: `${prefix}k`, make: (key) => makeFile(bucket.file(key)) }
    },
  },
]

/** Limits on the lengths of names: in bytes of UTF-8, whatever the characters. */
export const nameLimitChecks: readonly Check[] = kinds.flatMap((kind) => [
  check(
    `limits/${kind.id}-at-limit`,
    `a ${kind.what} as long as stated is kept exactly, to its last byte; where no limit is stated, one of 1,000 bytes is kept or refused`,
    { needs: kind.needs },
    (context) => checkAtLimit(context, kind),
  ),
  check(
    `limits/${kind.id}-multi-byte`,
    `a ${kind.what} of several bytes a character is measured in bytes, and kept exactly or refused`,
    { needs: kind.needs },
    (context) => checkMultiByte(context, kind),
  ),
  check(
    `limits/${kind.id}-past`,
    `a ${kind.what} one byte longer than stated is refused before anything is sent; where no limit is stated, one of 64 KiB is kept or refused`,
    { needs: kind.needs },
    (context) => checkPast(context, kind),
  ),
])

async function checkAtLimit(context: CheckContext, { open, limit: name }: NamedKind): Promise<void> {
  const { start, make } = await open(context)
  const limit = context.capabilities.limits[name]
  const bytes = Math.min(limit ?? unstatedBytes, longestTried)
  // Names that differ only at their end are one and the same to a backend that cuts them.
  for (const end of ['a', 'b']) {
    const long = padName(start, bytes - 1, 'x') + end
    assert.equal(await (limit === undefined ? keptOrRefused(make, long) : make(long)), long)
  }
}

async function checkMultiByte(context: CheckContext, { open, limit: name }: NamedKind): Promise<void> {
  const { start, make } = await open(context)
  assert.equal(await make(start), start)
  const limit = context.capabilities.limits[name]
  const bytes = Math.min(limit ?? unstatedBytes, longestTried)
  for (const filler of ['é', '日', '😀']) {
    const long = padName(start, bytes, filler)
    assert.equal(await keptOrRefused(make, long), long)
    const tooLong = padName(start, bytes + 1, filler)
    if (limit === bytes) await expectUnsent(context, () => make(tooLong), 'invalid-argument')
  }
}

async function checkPast(context: CheckContext, { open, limit: name }: NamedKind): Promise<void> {
  const { start, make } = await open(context)
  assert.equal(await make(start), start)
  const limit = context.capabilities.limits[name]
  if (limit === undefined) {
    const long = padName(start, farTooManyBytes, 'x')
    assert.equal(await keptOrRefused(make, long), long)
    return
  }
  for (const bytes of [limit + 1, Math.ceil(limit * 2.5)]) {
    await expectUnsent(context, () => make(padName(start, bytes, 'x')), 'invalid-argument')
  }
}

/** Makes a name of exactly so many bytes. */
function padName(start: string, bytes: number, filler: string): string {
  const left = bytes - Buffer.byteLength(start)
  const times = Math.floor(left / Buffer.byteLength(filler))
  return start + 'x'.repeat(left - times * Buffer.byteLength(filler)) + filler.repeat(times)
}

async function keptOrRefused(make: NameMaker['make'], name: string): Promise<string | undefined> {
  try {
    return await make(name)
  } catch (error) {
    if (StorageError.is(error, 'invalid-argument')) return name
    throw error
  }
}

async function makeBucket(context: CheckContext, name: string): Promise<string> {
  const bucket = context.storage.bucket(name)
  await bucket.create()
  if (context.has('buckets.delete')) context.defer(() => bucket.delete())
  return (await bucket.info()).name
}

async function makeTable(context: CheckContext, table: Table): Promise<string> {
  await table.create({ columns: { id: 'string' } })
  if (context.has('tables.drop')) context.defer(() => table.drop())
  return (await table.info()).name
}

async function makeColumn(context: CheckContext, bucket: Bucket, name: string): Promise<string | undefined> {
  const table = bucket.table(context.newTableName())
  await table.create({ columns: { id: 'string', [name]: 'string' }, primaryKey: ['id'] })
  if (context.has('tables.drop')) context.defer(() => table.drop())
  await table.insert({ id: '1', [name]: 'here' })
  const [row = {}] = await table.find({ [name]: 'here' }).toArray()
  return Object.keys(row).find((field) => row[field] === 'here')
}

async function makeFile(file: File): Promise<string> {
  await file.put(file.key)
  assert.equal(await file.text(), file.key, 'another file than the one written was read')
  return (await file.stat()).key
}

import { copyFiles, type CopyOutcome, planFilesCopy, type Storage } from '@stowage/core'
import { interceptDriver, readAll, type StorageDriver, toByteSource, type WriteFileRequest } from '@stowage/core/driver'
import { expect, test } from 'vitest'
import { makeBucket, openMemory } from '../portable/embedded.ts'
import { putFiles, treeOf } from './file-trees.ts'

const sizes = { 'a.bin': 10, empty: 0, 'größe/日本 🎈.txt': 2000, 'large.bin': 3_000_000, 'z/deep/er': 70_000 }

async function twoBuckets() {
  const [from, to] = [await openMemory(), await openMemory()]
  const [source, target] = [await makeBucket(from), await makeBucket(to)]
  await putFiles(source, sizes)
  return { from, to, source, target }
}

test('copies every file with what is set on it, and says how many', async () => {
  const { source, target } = await twoBuckets()
  const attributes = {
    contentType: 'text/plain',
    metadata: { By: 'Ada' },
    tags: ['x'],
    expiresAt: new Date('2030-01-01'),
  }
  await source.file('noted').put('hello', attributes)
  const transfer = copyFiles({ bucket: source }, { bucket: target })
  const result = await transfer
  expect(await treeOf(target)).toEqual(await treeOf(source))
  expect(await target.file('noted').stat()).toMatchObject(attributes)
  const bytes = Object.values(sizes).reduce((sum, size) => sum + size, 5)
  expect(result).toMatchObject({ copied: 6, skipped: 0, failed: 0, deleted: 0, bytes, casts: [], failures: [] })
  expect(transfer.progress).toMatchObject({
    unit: 'bytes',
    total: bytes,
    transferred: bytes,
    percentage: 100,
    parts: 6,
  })
  expect(result.receipt.bytesReceived).toBe(bytes)
  expect(result.receipt.bytesSent).toBe(bytes)
})

test('a prefix is taken off at the source and put in front at the target', async () => {
  const { source, target } = await twoBuckets()
  await copyFiles({ bucket: source, prefix: 'z/' }, { bucket: target, prefix: 'neu/' })
  expect(Object.keys(await treeOf(target))).toEqual(['neu/deep/er'])
})

test('a single file is copied to another key, and its neighbours stay', async () => {
  const { source, target } = await twoBuckets()
  await putFiles(target, { 'a.bin.bak': 1, 'b.bin': 2 })
  await source.file('a.bin.bak').put('not asked for')
  const [from, to] = [
    { bucket: source, key: 'a.bin' },
    { bucket: target, key: 'b.bin' },
  ]
  await expect(copyFiles(from, to)).rejects.toMatchObject({ code: 'already-exists' })
  const options = { mode: 'replace', verify: 'read-back' } as const
  const plan = await planFilesCopy(from, to, options)
  expect(plan).toMatchObject({ files: 1, bytes: 10, destructive: ['replaces 1 file of local:bucket/b.bin'] })
  expect(await plan.apply()).toMatchObject({ copied: 1, deleted: 0 })
  expect(await target.file('b.bin').get()).toEqual(await source.file('a.bin').get())
  expect(Object.keys(await treeOf(target))).toEqual(['a.bin.bak', 'b.bin'])
  const missing = copyFiles({ bucket: source, key: 'nothing' }, to, options)
  await expect(missing).rejects.toMatchObject({ code: 'not-found' })
})

test('a key at one side only, or beside a prefix, is refused; so is a file onto itself', async () => {
  const { source, target } = await twoBuckets()
  const file = { bucket: source, key: 'a.bin' }
  expect(() => copyFiles(file, { bucket: target, prefix: 'in/' })).toThrow(/key at both sides/)
  expect(() => copyFiles({ ...file, prefix: 'a' }, { bucket: target, key: 'a' })).toThrow(/key and a prefix/)
  expect(() => copyFiles(file, { ...file })).toThrow(/onto itself/)
  expect(await copyFiles(file, { bucket: source, key: 'a.bin.bak' })).toMatchObject({ copied: 1 })
})

test('the first file is there before the listing is complete', async () => {
  const order: string[] = []
  const paged = (driver: StorageDriver): StorageDriver => {
    const limits = { ...driver.capabilities.limits, pageSize: 2 }
    return interceptDriver(driver, (call, next) => (order.push(call.operation), next(call)), {
      capabilities: { ...driver.capabilities, limits },
    })
  }
  const source = await makeBucket(await openMemory(paged))
  const target = await makeBucket(await openMemory())
  await putFiles(source, sizes)
  order.length = 0
  await copyFiles({ bucket: source }, { bucket: target }, { concurrency: 1 })
  expect(order.indexOf('files.read')).toBeLessThan(order.lastIndexOf('files.list'))
})

test('a target may read a large file by ranges, in any order and again', async () => {
  const ranged = (driver: StorageDriver): StorageDriver =>
    interceptDriver(driver, async (call, next) => {
      const request = call.request as WriteFileRequest
      const { sizeBytes = 0, isReopenable, bytes } = request.source ?? {}
      if (call.operation !== 'files.write' || bytes !== undefined || !isReopenable) return next(call)
      const half = sizeBytes / 2
      await readAll(request.source.open({ start: half, end: sizeBytes }))
      const parts = await Promise.all([
        readAll(request.source.open({ start: 0, end: half })),
        readAll(request.source.open({ start: half, end: sizeBytes })),
      ])
      const source = await toByteSource(Buffer.concat(parts))
      return next({ ...call, request: { ...request, source } })
    })
  const source = await makeBucket(await openMemory())
  const target = await makeBucket(await openMemory(ranged))
  await putFiles(source, sizes)
  await copyFiles({ bucket: source }, { bucket: target })
  expect(await treeOf(target)).toEqual(await treeOf(source))
  expect(await copyFiles({ bucket: source }, { bucket: target }, { mode: 'upsert', verify: 'digest' })).toMatchObject({
    copied: 5,
  })
})

test('append writes only what is new, and what is there is named and untouched', async () => {
  const { source, target } = await twoBuckets()
  await target.file('large.bin').put('mine')
  const copying = copyFiles({ bucket: source }, { bucket: target }, { concurrency: 1 })
  await expect(copying).rejects.toMatchObject({
    code: 'already-exists',
    message: expect.stringContaining('large.bin'),
    details: { failed: 0, copied: 3 },
  })
  expect(await target.file('large.bin').text()).toBe('mine')
})

test('upsert replaces what has the same key and keeps the rest', async () => {
  const { source, target } = await twoBuckets()
  await target.file('a.bin').put('old')
  await target.file('mine').put('mine')
  expect(await copyFiles({ bucket: source }, { bucket: target }, { mode: 'upsert' })).toMatchObject({ copied: 5 })
  const { mine, ...rest } = await treeOf(target)
  expect(mine).toBeDefined()
  expect(rest).toEqual(await treeOf(source))
})

test('skip-existing leaves what is there', async () => {
  const { source, target } = await twoBuckets()
  await target.file('a.bin').put('mine')
  const result = await copyFiles({ bucket: source }, { bucket: target }, { mode: 'skip-existing' })
  expect(result).toMatchObject({ copied: 4, skipped: 1 })
  expect(await target.file('a.bin').text()).toBe('mine')
})

test('replace leaves exactly the source below the prefix, and nothing beside it is touched', async () => {
  const { source, target } = await twoBuckets()
  await putFiles(target, { 'a.bin': 5, old: 7, zz: 1 }, 'in/')
  await putFiles(target, { beside: 3 })
  const result = await copyFiles({ bucket: source }, { bucket: target, prefix: 'in/' }, { mode: 'replace' })
  expect(result).toMatchObject({ copied: 5, deleted: 2 })
  expect(await treeOf(target, 'in/')).toEqual(await treeOf(source))
  expect(await target.file('beside').exists()).toBe(true)
})

test('within one storage the backend copies by itself, and reading is not needed', async () => {
  const storage = await openMemory()
  const source = await makeBucket(storage, 'one')
  const target = await makeBucket(storage, 'two')
  await putFiles(source, sizes)
  const result = await copyFiles({ bucket: source }, { bucket: target })
  expect(result).toMatchObject({ copied: 5, receipt: { bytesReceived: 0, bytesSent: 0 } })
  expect(await treeOf(target)).toEqual(await treeOf(source))
  const again = copyFiles({ bucket: source }, { bucket: target })
  await expect(again).rejects.toMatchObject({ code: 'already-exists' })
})

test('a bucket is copied to a prefix of its own only when the two are apart', async () => {
  const storage = await openMemory()
  const bucket = await makeBucket(storage)
  await putFiles(bucket, { a: 1, b: 2 }, 'in/')
  for (const [from, to] of [
    ['', 'copy/'],
    ['in/', ''],
    ['in/', 'in/'],
  ]) {
    const set = { bucket, prefix: from }
    expect(() => copyFiles(set, { bucket, prefix: to })).toThrow(/overlap/)
  }
  await copyFiles({ bucket, prefix: 'in/' }, { bucket, prefix: 'out/' })
  expect(await treeOf(bucket, 'out/')).toEqual(await treeOf(bucket, 'in/'))
})

test('with continue every file gets its outcome, and nothing is deleted after a failure', async () => {
  const { source, target } = await twoBuckets()
  await putFiles(target, { old: 1 })
  await source.file('k'.repeat(600)).put('fits')
  const outcomes: CopyOutcome[] = []
  const result = await copyFiles(
    { bucket: source },
    { bucket: target, prefix: 'p'.repeat(500) },
    {
      mode: 'replace',
      onError: 'continue',
      onOutcome: (outcome) => outcomes.push(outcome),
    },
  )
  expect(result).toMatchObject({ copied: 5, failed: 1, deleted: 0 })
  expect(result.failures).toMatchObject([
    { key: 'k'.repeat(600), outcome: 'failed', error: { code: 'invalid-argument' } },
  ])
  expect(Object.fromEntries(outcomes.map(({ key, outcome }) => [key, outcome]))).toEqual(
    Object.fromEntries([...Object.keys(sizes).map((key) => [key, 'copied']), ['k'.repeat(600), 'failed']]),
  )
})

test('a listener that throws ends the copy, also with continue', async () => {
  const { source, target } = await twoBuckets()
  const onOutcome = (): never => {
    throw new Error('the app is full')
  }
  const copying = copyFiles({ bucket: source }, { bucket: target }, { onError: 'continue', concurrency: 1, onOutcome })
  await expect(copying).rejects.toMatchObject({ details: { failed: 0 }, cause: { message: 'the app is full' } })
})

test('digest says the SHA-256 of each file', async () => {
  const { source, target } = await twoBuckets()
  const digests: Record<string, string | undefined> = {}
  const onOutcome = ({ key, checksums }: CopyOutcome): void => void (digests[key] = checksums.sha256)
  await copyFiles({ bucket: source }, { bucket: target }, { verify: 'digest', onOutcome })
  expect(digests).toEqual(await treeOf(source))
})

test('read-back reads every file again', async () => {
  const { source, target } = await twoBuckets()
  const result = await copyFiles({ bucket: source }, { bucket: target }, { verify: 'read-back' })
  expect(result.receipt.bytesReceived).toBe(2 * result.bytes)
})

test('what the target does not keep is refused by name unless it may be lost', async () => {
  const { source } = await twoBuckets()
  await source.file('noted').put('hello', { metadata: { by: 'Ada' }, contentType: 'text/plain' })
  const to = await openMemory((driver) => {
    const { 'files.metadata': _, 'files.contentType': __, ...operations } = driver.capabilities.operations
    return { ...driver, capabilities: { ...driver.capabilities, operations } }
  })
  const target = await makeBucket(to)
  const copying = copyFiles({ bucket: source, prefix: 'noted' }, { bucket: target, prefix: 'noted' })
  await expect(copying).rejects.toMatchObject({ code: 'unsupported', message: expect.stringContaining('contentType') })
  expect(await treeOf(target)).toEqual({})
  const options = { allowLossy: ['contentType', 'metadata'] }
  const result = await copyFiles({ bucket: source, prefix: 'noted' }, { bucket: target, prefix: 'noted' }, options)
  expect(result.casts.map(({ column, kind }) => [column, kind])).toEqual([
    ['contentType', 'lossy'],
    ['metadata', 'lossy'],
  ])
  expect(await target.file('noted').text()).toBe('hello')
})

test('without "create only" what is there is looked up first', async () => {
  const { source } = await twoBuckets()
  const to = await openMemory((driver) => {
    const { 'files.createOnly': _, ...operations } = driver.capabilities.operations
    return { ...driver, capabilities: { ...driver.capabilities, operations } }
  })
  const target = await makeBucket(to)
  await target.file('empty').put('mine')
  const first = copyFiles({ bucket: source }, { bucket: target }, { onError: 'continue' })
  await expect(first).resolves.toMatchObject({ copied: 4, failed: 1, failures: [{ key: 'empty' }] })
  expect(await target.file('empty').text()).toBe('mine')
})

test('more files than a page, many at a time', async () => {
  const [from, to] = [await openMemory(), await openMemory()]
  const [source, target] = [await makeBucket(from), await makeBucket(to)]
  const many = Object.fromEntries(Array.from({ length: 1500 }, (_, at) => [`${at % 7}/${at}`, at % 50]))
  await putFiles(source, many)
  const result = await copyFiles({ bucket: source }, { bucket: target }, { concurrency: 8 })
  expect(result.copied).toBe(1500)
  expect(await copyFiles({ bucket: source }, { bucket: target }, { mode: 'skip-existing' })).toMatchObject({
    skipped: 1500,
  })
  expect(await treeOf(target)).toEqual(await treeOf(source))
})

test.each([
  [{ mode: 'merge' }, /mode/],
  [{ verify: true }, /verify/],
  [{ onError: 'ignore' }, /onError/],
  [{ concurrency: 0 }, /concurrency/],
  [{ allowLossy: ['color'] }, /allowLossy/],
  [{ overwrite: true }, /overwrite/],
])('a bad option is refused by name: %j', async (options, message) => {
  const storage: Storage = await openMemory()
  const set = { bucket: storage.bucket('b') }
  expect(() => copyFiles(set, set, options as never)).toThrow(message)
})

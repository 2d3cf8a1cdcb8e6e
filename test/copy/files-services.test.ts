import path from 'node:path'
import { createKeboolaDriver } from '@stowage/adapter-keboola'
import { createLocalDriver } from '@stowage/adapter-local'
import { type Bucket, copyFiles, createStorage, planFilesCopy, type Storage } from '@stowage/core'
import { startKeboolaGateway } from '@stowage/gateway'
import { expect, onTestFinished, test } from 'vitest'
import { startAbeja } from '../../packages/adapter-abeja/test/abeja-fixture.ts'
import { startDcss } from '../../packages/adapter-dcss/test/dcss-fixture.ts'
import { makeBucket, openMemory, temporaryDirectory } from '../portable/embedded.ts'
import { putFiles, treeOf } from './file-trees.ts'

const sizes = {
  'a.bin': 10,
  empty: 0,
  'größe/日本 🎈 %41+&?.txt': 2000,
  'größe/Zoë': 1,
  'large.bin': 1_200_000,
  'z/deep/er/file name': 70_000,
}

async function localFiles(): Promise<Bucket> {
  const bucket = await makeBucket(await openMemory())
  await putFiles(bucket, sizes)
  return bucket
}

async function openAbeja(kind: 'bucket' | 'channel'): Promise<Bucket> {
  const storage = (await startAbeja()).open({ kind })
  return makeBucket(storage, 'files')
}

/** A container of a storage that shows both kinds, which finds out only when asked what a bucket can't. */
async function openMixedAbeja(): Promise<Bucket> {
  const { open } = await startAbeja()
  await open({ kind: 'bucket' }).bucket('mixed').create()
  return open().bucket('mixed')
}

async function openKeboola(): Promise<Bucket> {
  const storage = await openMemory()
  const gateway = await startKeboolaGateway({ storage, closeDeadlineMs: 100 })
  onTestFinished(() => gateway.close())
  const keboola = createStorage(createKeboolaDriver({ url: gateway.url, token: gateway.token }, { environment: {} }))
  onTestFinished(() => keboola.close())
  return (keboola as Storage).bucket('files')
}

async function openLike(like: 'keboola' | 'abeja' | 'dcss', name: string): Promise<Bucket> {
  const storage = createStorage(await createLocalDriver({ memory: true, like }))
  onTestFinished(() => storage.close())
  const bucket = storage.bucket(name)
  if (storage.supports('buckets.create')) await bucket.create().catch(() => undefined)
  return bucket as Bucket
}

const services: Readonly<Record<string, () => Promise<Bucket>>> = {
  'an ABEJA channel': () => openAbeja('channel'),
  'an ABEJA bucket': () => openAbeja('bucket'),
  'an ABEJA bucket, beside channels': openMixedAbeja,
  'DCSS by token': async () => (await startDcss()).open({ userKeys: 'without-uid' }).bucket('user') as Bucket,
  'DCSS by S3': async () => (await startDcss()).openDirect().bucket('private') as Bucket,
  'Keboola files': openKeboola,
  'local like DCSS': () => openLike('dcss', 'private'),
  'local like an ABEJA channel': () => openLike('abeja', 'files'),
  'local like Keboola': () => openLike('keboola', 'files'),
}

test('files go local, ABEJA, DCSS, local and come back equal', async () => {
  const source = await localFiles()
  await putFiles(source, { 'large.bin': 6_000_000 })
  const abeja = await openAbeja('bucket')
  const dcss = await services['DCSS by token']?.()
  const back = await makeBucket(await openMemory())
  const far = { bucket: dcss as Bucket, prefix: 'from/abeja/' }
  const options = { verify: 'read-back' } as const
  expect(await copyFiles({ bucket: source }, { bucket: abeja }, options)).toMatchObject({ copied: 6 })
  expect(await copyFiles({ bucket: abeja }, far, { ...options, allowLossy: true })).toMatchObject({ copied: 6 })
  expect(await copyFiles(far, { bucket: back }, { ...options, allowLossy: true })).toMatchObject({ copied: 6 })
  expect(await treeOf(back)).toEqual(await treeOf(source))
})

test.each(Object.keys(services))('every mode works to %s and from there back', async (name) => {
  const source = await localFiles()
  const target = (await services[name]?.()) as Bucket
  const set = { bucket: target, prefix: 'in/' }
  expect(await copyFiles({ bucket: source }, set)).toMatchObject({ copied: 6, failed: 0 })
  expect(await treeOf(target, 'in/')).toEqual(await treeOf(source))
  const again = copyFiles({ bucket: source }, set, { concurrency: 1 })
  await expect(again).rejects.toMatchObject({ code: 'already-exists' })
  expect(await copyFiles({ bucket: source }, set, { mode: 'skip-existing' })).toMatchObject({ skipped: 6 })
  await source.file('a.bin').put('newer')
  expect(await copyFiles({ bucket: source }, set, { mode: 'upsert' })).toMatchObject({ copied: 6 })
  const back = await makeBucket(await openMemory())
  expect(await copyFiles(set, { bucket: back }, { allowLossy: true, verify: 'digest' })).toMatchObject({ copied: 6 })
  expect(await treeOf(back)).toEqual(await treeOf(source))
})

test.each(Object.keys(services).filter((name) => !name.includes('bucket')))(
  'replacing deletes what only %s has',
  async (name) => {
    const source = await makeBucket(await openMemory())
    await putFiles(source, { a: 1, b: 2 })
    const target = (await services[name]?.()) as Bucket
    await putFiles(target, { b: 5, old: 1, older: 0 }, 'in/')
    const set = { bucket: target, prefix: 'in/' }
    expect(await copyFiles({ bucket: source }, set, { mode: 'replace' })).toMatchObject({ copied: 2, deleted: 2 })
    expect(await treeOf(target, 'in/')).toEqual(await treeOf(source))
  },
)

test('a target that lists keys in another form has nothing deleted', async () => {
  const source = await makeBucket(await openMemory())
  await putFiles(source, { a: 1, b: 2 })
  const target = (await startDcss()).open().bucket('user') as Bucket
  await putFiles(target, { old: 1 })
  const copying = copyFiles({ bucket: source }, { bucket: target }, { mode: 'replace' })
  await expect(copying).rejects.toMatchObject({ code: 'conflict', details: { copied: 2, deleted: 0, missing: 2 } })
  expect(Object.keys(await treeOf(target))).toEqual(['-1/a', '-1/b', '-1/old'])
})

test('a bucket of ABEJA alone deletes nothing: replacing is refused before anything is sent', async () => {
  const source = await localFiles()
  const target = await openAbeja('bucket')
  const unsupported = expect.objectContaining({ code: 'unsupported' })
  expect(() => copyFiles({ bucket: source }, { bucket: target }, { mode: 'replace' })).toThrow(unsupported)
})

test.each(Object.keys(services))('a finished copy is recognised by its journal: %s', async (name) => {
  const journal = path.join(await temporaryDirectory(), 'copy.journal')
  const source = await makeBucket(await openMemory())
  await putFiles(source, { a: 1, 'größe/日本': 2000, 'c/d': 0 })
  const target = { bucket: (await services[name]?.()) as Bucket, prefix: 'in/' }
  expect(await copyFiles({ bucket: source }, target, { journal })).toMatchObject({ copied: 3 })
  expect(await copyFiles({ bucket: source }, target, { journal })).toMatchObject({ copied: 0, resumed: 3 })
  const home = `${journal}-back`
  const back = { bucket: await makeBucket(await openMemory()) }
  const options = { journal: home, allowLossy: true } as const
  expect(await copyFiles(target, back, options)).toMatchObject({ copied: 3 })
  expect(await copyFiles(target, back, options)).toMatchObject({ copied: 0, resumed: 3 })
})

test('keys that a bucket of ABEJA can not have fail by name, and the others are copied', async () => {
  const source = await makeBucket(await openMemory())
  await putFiles(source, { good: 1, 'a//b': 1, '../c': 1, 'd/': 1 })
  const target = await openAbeja('bucket')
  const result = await copyFiles({ bucket: source }, { bucket: target }, { onError: 'continue' })
  expect(result).toMatchObject({ copied: 1, failed: 3 })
  expect(result.failures.map(({ key }) => key)).toEqual(expect.arrayContaining(['a//b', '../c', 'd/']))
  for (const { error } of result.failures) expect(error).toMatchObject({ code: 'invalid-argument' })
})

test('a lifetime that the target does not take is left out only when it may be lost', async () => {
  const source = await makeBucket(await openMemory())
  const expiresAt = new Date(Date.now() + 10 * 24 * 3600 * 1000)
  await source.file('dated').put('x', { expiresAt })
  const target = { bucket: await openAbeja('channel') }
  await expect(copyFiles({ bucket: source }, target)).rejects.toMatchObject({ code: 'invalid-argument' })
  const result = await copyFiles({ bucket: source }, target, { allowLossy: ['expiresAt'] })
  expect(result).toMatchObject({ copied: 1, casts: [{ column: 'expiresAt', kind: 'lossy' }] })
})

test('a plan over services counts their files and says what they do not keep', async () => {
  const source = await makeBucket(await openMemory())
  await source.file('typed').put('x', { contentType: 'text/plain', metadata: { a: 'b' } })
  const plan = await planFilesCopy({ bucket: source }, { bucket: await openKeboola() })
  expect(plan).toMatchObject({ files: 1, bytes: 1 })
  expect(plan.problems.map((problem) => problem.split(',')[0])).toEqual(['contentType', 'metadata'])
})

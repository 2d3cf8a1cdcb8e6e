import path from 'node:path'
import { type Bucket, copyFiles, planFilesCopy } from '@stowage/core'
import { chaosLayer, interceptDriver, type StorageDriver } from '@stowage/core/driver'
import { beforeEach, expect, test } from 'vitest'
import { makeBucket, openMemory, temporaryDirectory } from '../portable/embedded.ts'
import { putFiles, treeOf } from './file-trees.ts'

const sizes = { a: 10, b: 2000, größe: 5, 'large.bin': 3_000_000 }
const bytes = 3_002_015
let source: Bucket
let target: Bucket

beforeEach(async () => {
  source = await makeBucket(await openMemory())
  target = await makeBucket(await openMemory())
  await putFiles(source, sizes)
})

test('says what is copied, and applying does just that', async () => {
  const plan = await planFilesCopy({ bucket: source, prefix: '' }, { bucket: target, prefix: 'in/' })
  const { apply, ...data } = plan
  expect(data).toEqual({
    kind: 'files',
    source: 'local:bucket',
    target: 'local:bucket/in/',
    mode: 'append',
    requests: 11,
    rows: undefined,
    files: 4,
    bytes,
    seconds: undefined,
    casts: [],
    destructive: [],
    problems: [],
    fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  expect(await target.files().toArray()).toEqual([])
  expect(await apply()).toMatchObject({ copied: 4, bytes })
  expect(await treeOf(target, 'in/')).toEqual(await treeOf(source))
})

test('names what is replaced and deleted', async () => {
  await putFiles(target, { a: 1, old: 1, older: 2 })
  const plan = await planFilesCopy({ bucket: source }, { bucket: target }, { mode: 'replace' })
  expect(plan.destructive).toEqual([
    'replaces 1 file of local:bucket',
    "deletes 2 files of local:bucket that the source doesn't have",
  ])
  expect(await plan.apply()).toMatchObject({ copied: 4, deleted: 2 })
  expect(await treeOf(target)).toEqual(await treeOf(source))
})

test('skips what is there when that is the mode', async () => {
  await putFiles(target, { a: 1, b: 1 })
  const plan = await planFilesCopy({ bucket: source }, { bucket: target }, { mode: 'skip-existing' })
  expect(plan).toMatchObject({ files: 2, destructive: [], problems: [] })
})

test.each([
  ['a new file at the source', async () => putFiles(source, { c: 1 })],
  ['another content at the source', async () => source.file('a').put('0123456789')],
  ['a file less at the source', async () => source.file('a').delete()],
  ['a new file at the target', async () => putFiles(target, { c: 1 })],
])('is not applied after %s', async (_, change) => {
  const plan = await planFilesCopy({ bucket: source }, { bucket: target }, { mode: 'upsert' })
  await change()
  const before = await treeOf(target)
  await expect(plan.apply()).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('new plan') })
  expect(await treeOf(target)).toEqual(before)
})

test('the fingerprint is another one with other options', async () => {
  const { fingerprint } = await planFilesCopy({ bucket: source }, { bucket: target })
  const copying = copyFiles({ bucket: source }, { bucket: target }, { mode: 'upsert', expect: fingerprint })
  await expect(copying).rejects.toMatchObject({ code: 'conflict' })
})

test('what is there already is a problem of appending, and the plan is not applied', async () => {
  await putFiles(target, { a: 1, b: 1 })
  const plan = await planFilesCopy({ bucket: source }, { bucket: target })
  expect(plan.problems).toEqual(['already in local:bucket: 2 files, for example a'])
  expect(() => plan.apply()).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
})

test('a bucket that is not there is a problem', async () => {
  const missing = (await openMemory()).bucket('missing')
  const plan = await planFilesCopy({ bucket: source }, { bucket: missing })
  expect(plan.problems).toEqual(['there is no local:missing: create the bucket first'])
  await expect(planFilesCopy({ bucket: missing }, { bucket: target })).rejects.toMatchObject({ code: 'not-found' })
})

test('limits of the target and what it does not keep are problems, with an example and the way out', async () => {
  const small = await openMemory((driver) => {
    const { 'files.tags': _, ...operations } = driver.capabilities.operations
    const limits = { ...driver.capabilities.limits, keyBytes: 6, fileBytes: 2500 }
    return { ...driver, capabilities: { ...driver.capabilities, operations, limits } }
  })
  await source.file('a').put('tagged', { tags: ['x'] })
  const to = { bucket: await makeBucket(small) }
  const plan = await planFilesCopy({ bucket: source }, to)
  expect(plan.problems).toEqual([
    "a key that local doesn't take, 6 bytes at most: 2 files, for example größe",
    'longer than the 2500 bytes that local takes: 1 file, large.bin',
    "tags, which local doesn't keep: 1 file, a; pass allowLossy: ['tags'] to copy without",
  ])
  expect(plan.casts).toMatchObject([{ column: 'tags', kind: 'lossy' }])
})

test('a capability that is missing is a problem and stays unsupported when applied', async () => {
  const readOnly = await openMemory((driver: StorageDriver) => {
    const { 'files.write': _, ...operations } = driver.capabilities.operations
    return { ...driver, capabilities: { ...driver.capabilities, operations } }
  })
  const plan = await planFilesCopy({ bucket: source }, { bucket: await makeBucket(readOnly) })
  expect(plan.problems).toEqual([expect.stringContaining('files.write is not available')])
  expect(() => plan.apply()).toThrow(expect.objectContaining({ code: 'unsupported' }))
})

test('the requests are those that a copy takes', async () => {
  const counts = { from: 0, to: 0 }
  const counted =
    (side: 'from' | 'to') =>
    (driver: StorageDriver): StorageDriver =>
      interceptDriver(driver, (call, next) => ((counts[side] += 1), next(call)))
  const from = await makeBucket(await openMemory(counted('from')))
  const to = await makeBucket(await openMemory(counted('to')))
  await putFiles(from, sizes)
  const plan = await planFilesCopy({ bucket: from }, { bucket: to }, { mode: 'replace', verify: 'read-back' })
  counts.from = counts.to = 0
  await copyFiles({ bucket: from }, { bucket: to }, { mode: 'replace', verify: 'read-back' })
  expect(counts.from + counts.to).toBe(plan.requests)
})

test('with a limit of requests the time is at least what they take', async () => {
  const slow = await openMemory((driver) => {
    const limits = { ...driver.capabilities.limits, requestsPerMinute: 60 }
    return { ...driver, capabilities: { ...driver.capabilities, limits } }
  })
  const plan = await planFilesCopy({ bucket: source }, { bucket: await makeBucket(slow) })
  expect(plan.seconds).toBe(5)
})

test('a plan with the journal of a copy that failed leaves out what is done', async () => {
  const journal = path.join(await temporaryDirectory(), 'copy.journal')
  const fault = { kind: 'error', code: 'unavailable' } as const
  const to = await makeBucket(await openMemory(chaosLayer({ rules: [{ operation: 'files.write', nth: 3, fault }] })))
  const options = { journal, concurrency: 1 }
  await expect(copyFiles({ bucket: source }, { bucket: to }, options)).rejects.toMatchObject({ code: 'unavailable' })
  const plan = await planFilesCopy({ bucket: source }, { bucket: to }, options)
  expect(plan).toMatchObject({ files: 2, problems: [] })
  expect(await plan.apply()).toMatchObject({ copied: 2, resumed: 2 })
})

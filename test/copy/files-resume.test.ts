import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Bucket, copyFiles, type CopyFilesOptions, type CopyFilesResult, type FileSet } from '@stowage/core'
import { chaosLayer, interceptDriver, type StorageDriver } from '@stowage/core/driver'
import { beforeEach, expect, test } from 'vitest'
import { makeBucket, openMemory, temporaryDirectory } from '../portable/embedded.ts'
import { putFiles, treeOf } from './file-trees.ts'

const sizes = { a: 10, b: 2000, größe: 5, 'large.bin': 3_000_000, z: 70_000 }
let journal: string
let source: Bucket

beforeEach(async () => {
  journal = path.join(await temporaryDirectory(), 'copy.journal')
  source = await makeBucket(await openMemory())
  await putFiles(source, sizes)
})

/** A target whose nth write fails; `after` it took effect. */
async function failing(nth: number, when: 'before' | 'after' = 'before'): Promise<Bucket> {
  const fault = { kind: 'error', code: 'unavailable', when, applied: 'no' } as const
  return makeBucket(await openMemory(chaosLayer({ rules: [{ operation: 'files.write', nth, fault }] })))
}

async function copy(target: FileSet, options: CopyFilesOptions = {}): Promise<CopyFilesResult> {
  return copyFiles({ bucket: source }, target, { journal, concurrency: 1, ...options })
}

test.each(['append', 'upsert', 'replace', 'skip-existing'] as const)('goes on where it failed: %s', async (mode) => {
  const target = await failing(4)
  await expect(copy({ bucket: target }, { mode })).rejects.toMatchObject({ details: { copied: 3 } })
  expect(await copy({ bucket: target }, { mode })).toMatchObject({ resumed: 3, copied: 2 })
  expect(await treeOf(target)).toEqual(await treeOf(source))
  expect(await copy({ bucket: target }, { mode })).toMatchObject({ resumed: 5, copied: 0 })
})

test('a file whose writing was acknowledged to nobody is compared, and counts when it is whole', async () => {
  const target = await failing(3, 'after')
  await expect(copy({ bucket: target })).rejects.toMatchObject({ code: 'unavailable' })
  expect(Object.keys(await treeOf(target))).toEqual(['a', 'b', 'größe'])
  expect(await copy({ bucket: target })).toMatchObject({ resumed: 3, copied: 2 })
  expect(await treeOf(target)).toEqual(await treeOf(source))
})

test('what somebody else put where a write was in doubt is a conflict', async () => {
  const target = await failing(3)
  await expect(copy({ bucket: target })).rejects.toMatchObject({ code: 'unavailable' })
  await target.file('größe').put('other')
  await expect(copy({ bucket: target })).rejects.toMatchObject({ code: 'already-exists' })
  expect(await target.file('größe').text()).toBe('other')
})

test.each(['append', 'upsert', 'skip-existing'] as const)(
  'a file that changed at the source since is copied again: %s',
  async (mode) => {
    const target = await failing(4)
    await expect(copy({ bucket: target }, { mode })).rejects.toMatchObject({ code: 'unavailable' })
    await source.file('b').put('newer')
    expect(await copy({ bucket: target }, { mode })).toMatchObject({ resumed: 2, copied: 3 })
    expect(await treeOf(target)).toEqual(await treeOf(source))
  },
)

test('a file that was deleted at the target since is copied again', async () => {
  const target = await failing(4)
  await expect(copy({ bucket: target })).rejects.toMatchObject({ code: 'unavailable' })
  await target.file('a').delete()
  expect(await copy({ bucket: target })).toMatchObject({ resumed: 2, copied: 3 })
  expect(await treeOf(target)).toEqual(await treeOf(source))
})

test('a file that somebody changed at the target since is a conflict when appending', async () => {
  const target = await failing(4)
  await expect(copy({ bucket: target })).rejects.toMatchObject({ code: 'unavailable' })
  await target.file('a').put('theirs')
  await expect(copy({ bucket: target })).rejects.toMatchObject({ code: 'already-exists' })
})

test('a file that somebody changed at the target since is replaced by upsert', async () => {
  const target = await failing(4)
  await expect(copy({ bucket: target }, { mode: 'upsert' })).rejects.toMatchObject({ code: 'unavailable' })
  await target.file('a').put('theirs')
  expect(await copy({ bucket: target }, { mode: 'upsert' })).toMatchObject({ resumed: 2, copied: 3 })
})

test('the journal of a copy with other ends or another mode is refused', async () => {
  const target = await failing(99)
  await copy({ bucket: target })
  await expect(copy({ bucket: target }, { mode: 'upsert' })).rejects.toMatchObject({ code: 'conflict' })
  await expect(copy({ bucket: target, prefix: 'x/' })).rejects.toMatchObject({ code: 'conflict' })
})

test('of two copies with one journal at the same time one is refused', async () => {
  const target = await failing(99)
  const copies = await Promise.allSettled([copy({ bucket: target }), copy({ bucket: target })])
  const refused = copies.filter((one) => one.status === 'rejected')
  expect(refused).toMatchObject([{ reason: { code: 'conflict', message: expect.stringContaining('in use') } }])
  expect(await treeOf(target)).toEqual(await treeOf(source))
})

test('a journal of another directory skips nothing: what is at the target counts', async () => {
  await copy({ bucket: await failing(99) })
  const other = await failing(99)
  expect(await copy({ bucket: other })).toMatchObject({ resumed: 0, copied: 5 })
})

test('a torn line is the file before it', async () => {
  const target = await failing(99)
  await copy({ bucket: target })
  const whole = readFileSync(journal)
  writeFileSync(journal, whole.subarray(0, -10))
  expect(await copy({ bucket: target })).toMatchObject({ resumed: 5, copied: 0 })
})

test('an abort lets go of the journal', async () => {
  const held: (driver: StorageDriver) => StorageDriver = (driver) =>
    interceptDriver(driver, async (call, next) => {
      if (call.operation === 'files.write') void transfer?.abort().catch(() => {})
      return next(call)
    })
  const target = await makeBucket(await openMemory(held))
  let transfer: ReturnType<typeof copyFiles> | undefined = copyFiles(
    { bucket: source },
    { bucket: target },
    { journal },
  )
  await expect(transfer).rejects.toMatchObject({ code: 'aborted' })
  transfer = undefined
  await copy({ bucket: target })
  expect(await treeOf(target)).toEqual(await treeOf(source))
})

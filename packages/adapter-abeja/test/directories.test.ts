import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startAbeja } from './abeja-fixture.ts'

async function makeDirectory(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'stowage-abeja-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }
  return root
}

async function contentsOf(root: string): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const contents = paths.map(async (path) => [path.slice(root.length + 1), await readFile(path, 'utf8')] as const)
  return Object.fromEntries((await Promise.all(contents)).toSorted(([left], [right]) => (left < right ? -1 : 1)))
}

const tree = { 'a.txt': 'A', 'sub/b.csv': 'B', 'sub/deep/日本 "q".bin': 'C', empty: '' }

test('a directory goes to a bucket and back with its structure, hidden files left out', async () => {
  const { drive } = await startAbeja()
  const { native } = drive()
  const { bucketId } = await native.createBucket({ name: 'mirror' })
  const source = await makeDirectory({ ...tree, '.hidden': 'no', '.git/config': 'no' })
  const seen: string[] = []
  const up = await native.uploadBucketFiles(bucketId, source, {
    onOutcome: ({ path }) => seen.push(path),
    lifetime: '1day',
  })
  expect([up.isComplete, up.failed]).toEqual([true, []])
  expect(seen.toSorted()).toEqual(Object.keys(tree).toSorted())
  const target = await makeDirectory()
  const down = await native.downloadBucketFiles(bucketId, target)
  expect(down.isComplete).toBe(true)
  expect(await contentsOf(target)).toEqual(tree)
  const part = await makeDirectory()
  await native.downloadBucketFiles(bucketId, part, { targetDir: 'sub' })
  expect(Object.keys(await contentsOf(part))).toEqual(['sub/b.csv', 'sub/deep/日本 "q".bin'])
})

test('a directory goes to a channel and back by the names in its metadata', async () => {
  const { drive } = await startAbeja()
  const { native } = drive()
  const { channelId } = await native.createChannel({ name: 'mirror' })
  const source = await makeDirectory(tree)
  const up = await native.uploadChannelFiles(channelId, source, {
    metadata: { set: 'one' },
    conflictTarget: 'filename',
  })
  expect(up.isComplete).toBe(true)
  const again = await native.uploadChannelFiles(channelId, source, { conflictTarget: 'filename' })
  expect(again.failed.map(({ error }) => error.code)).toEqual(Array.from({ length: 4 }, () => 'already-exists'))
  const target = await makeDirectory({ 'a.txt': 'mine' })
  const down = await native.downloadChannelFiles(channelId, target, { query: 'x-abeja-meta-set:one' })
  expect(down.failed.map(({ path, error }) => [path, error.code])).toEqual([['a.txt', 'already-exists']])
  expect(await contentsOf(target)).toEqual({ ...tree, 'a.txt': 'mine' })
})

test('filters say which files are meant, and links are not followed', async () => {
  const { drive } = await startAbeja()
  const { native } = drive()
  const { channelId } = await native.createChannel({ name: 'some' })
  const source = await makeDirectory({ ...tree, '.hidden.txt': 'H' })
  const outside = await makeDirectory({ 'secret.txt': 'S' })
  await symlink(outside, join(source, 'link'))
  await symlink(join(outside, 'secret.txt'), join(source, 'link.txt'))
  const paths = async (options: object): Promise<string[]> =>
    (await native.uploadChannelFiles(channelId, source, options)).succeeded.map(({ path }) => path).toSorted()
  expect(await paths({ recursive: false })).toEqual(['a.txt', 'empty'])
  expect(await paths({ include: (path: string) => path.endsWith('.txt'), includeHidden: true })).toEqual([
    '.hidden.txt',
    'a.txt',
  ])
})

test('one file that fails fails alone, and a directory that is not there fails at once', async () => {
  const { gateway, drive } = await startAbeja()
  const { native } = drive()
  const { channelId } = await native.createChannel({ name: 'partly' })
  gateway.faults.add({ match: { method: 'POST', path: /upload$/ }, times: 1, status: 403 })
  const result = await native.uploadChannelFiles(channelId, await makeDirectory(tree))
  expect([result.isComplete, result.succeeded.length]).toEqual([false, 3])
  expect(result.failed.map(({ error }) => error.code)).toEqual(['permission-denied'])
  await expect(native.uploadChannelFiles(channelId, '/no/such/directory')).rejects.toMatchObject({ code: 'not-found' })
})

test('names that would leave the target directory are refused, each by itself', async () => {
  const { drive } = await startAbeja()
  const { native } = drive()
  const { channelId } = await native.createChannel({ name: 'evil' })
  const names = ['../evil', '/etc/evil', 'a/../../evil', '..\\evil', 'a//b', '.', 'link/evil', 'good/one']
  for (const filename of names)
    await native.postChannelFileUpload(channelId, Buffer.from('x'), { metadata: { filename } })
  const target = await makeDirectory()
  const outside = await makeDirectory()
  await symlink(outside, join(target, 'link'))
  const result = await native.downloadChannelFiles(channelId, target)
  expect(result.succeeded.map(({ path }) => path)).toEqual(['good/one'])
  expect(new Set(result.failed.map(({ error }) => error.code))).toEqual(new Set(['invalid-argument']))
  expect(result.failed).toHaveLength(names.length - 1)
  expect(await contentsOf(target)).toEqual({ 'good/one': 'x' })
  expect(await readdir(outside)).toEqual([])
})

test('no more files are on their way than asked for, and an abort ends all of it', async () => {
  const { gateway, drive } = await startAbeja()
  const { native } = drive()
  const { channelId } = await native.createChannel({ name: 'many' })
  const source = await makeDirectory(Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`f${index}`, 'x'])))
  const controller = new AbortController()
  let done = 0
  const upload = native.uploadChannelFiles(channelId, source, {
    concurrency: 3,
    signal: controller.signal,
    onOutcome: () => {
      done += 1
      if (done === 5) controller.abort(new Error('enough'))
    },
  })
  await expect(upload).rejects.toThrow('enough')
  expect(gateway.requests.filter(({ path }) => path.includes('/upload')).length).toBeLessThanOrEqual(8)
})

test('what is damaged in the store is not kept', async () => {
  const { gateway, drive } = await startAbeja()
  const { native } = drive()
  const { bucketId } = await native.createBucket({ name: 'damaged' })
  await native.uploadBucketFiles(bucketId, await makeDirectory({ a: 'content' }))
  gateway.faults.add({ match: { path: /^\/abeja-datalake-/ }, truncate: 3 })
  const target = await makeDirectory()
  const { failed } = await native.downloadBucketFiles(bucketId, target)
  expect(failed.map(({ error }) => error.code)).toEqual(['corrupt-data'])
  expect(await contentsOf(target)).toEqual({})
})

import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import {
  addBucket,
  call,
  filesBelow,
  makeDirectory,
  openFiles,
  openInDirectory,
  readBytes,
  readText,
  write,
} from './files-fixture.ts'

const mebibyte = 1024 * 1024
const isWindows = process.platform === 'win32'

test.each(['small', 'large'])('%s content that was changed outside is not served', async (kind) => {
  const { files, directory } = await openInDirectory()
  const file = path.join(directory, 'buckets/b/k')
  const bytes = Buffer.alloc(kind === 'small' ? 100 : 2 * mebibyte, 1)
  const changes = [
    () => fs.appendFileSync(file, 'x'),
    () => fs.truncateSync(file, 10),
    () => fs.writeFileSync(file, Buffer.alloc(bytes.length, 2)),
    () => fs.unlinkSync(file),
    () => fs.rmSync(path.dirname(file), { recursive: true }),
    () => (fs.unlinkSync(file), fs.mkdirSync(file)),
  ]
  for (const change of changes) {
    await write(files, 'k', bytes)
    // A change within the same tick of the file system's clock could go unnoticed.
    fs.utimesSync(file, 1, 1)
    expect((await readBytes(files, 'k')).equals(bytes)).toBe(true)
    change()
    await expect(readBytes(files, 'k')).rejects.toMatchObject({
      code: 'corrupt-data',
      message: expect.stringContaining('outside Stowage'),
    })
    const to = { bucket: 'b', key: 'copy' }
    await expect(files.copy({ from: { bucket: 'b', key: 'k' }, to, overwrite: true }, call())).rejects.toMatchObject({
      code: 'corrupt-data',
    })
    await files.delete({ bucket: 'b', key: 'k' }, call())
    fs.rmSync(file, { recursive: true, force: true })
  }
})

test('content that was touched, or copied with its directory, is the same content', async () => {
  const { files, directory, ...rest } = await openInDirectory()
  const etag = (await write(files, 'a/k', 'content')).etag
  fs.utimesSync(path.join(directory, 'buckets/b/a/k'), 1, 2)
  expect(await readText(files, 'a/k')).toBe('content')
  await rest.close()
  await rest.engine.close()
  const copy = path.join(makeDirectory(), 'copy')
  fs.cpSync(directory, copy, { recursive: true })
  const copied = openFiles(copy)
  expect(await readText(copied.files, 'a/k')).toBe('content')
  expect((await copied.files.stat({ bucket: 'b', key: 'a/k' }, call())).etag).toBe(etag)
})

test.skipIf(isWindows)('a link planted in the tree leads nowhere', async () => {
  const { files, directory } = await openInDirectory()
  const outside = makeDirectory()
  fs.writeFileSync(path.join(outside, 'k'), 'secret')
  const bucket = path.join(directory, 'buckets/b')
  for (const key of ['d/k', 'e/k', 'f/g/k', 'l']) await write(files, key, 'mine!!')
  // In the place of a file, of its directory, and of one further up.
  fs.unlinkSync(path.join(bucket, 'l'))
  fs.symlinkSync(path.join(outside, 'k'), path.join(bucket, 'l'))
  for (const name of ['d', 'e', 'f']) fs.rmSync(path.join(bucket, name), { recursive: true })
  fs.mkdirSync(path.join(outside, 'g'))
  fs.writeFileSync(path.join(outside, 'g/k'), 'secret')
  for (const name of ['d', 'e', 'f']) fs.symlinkSync(outside, path.join(bucket, name))
  for (const key of ['d/k', 'f/g/k', 'l']) {
    await expect(readText(files, key)).rejects.toMatchObject({ code: 'corrupt-data' })
    const from = { bucket: 'b', key }
    const copying = files.copy({ from, to: { bucket: 'b', key: 'copy' }, overwrite: true }, call())
    await expect(copying).rejects.toMatchObject({ code: 'corrupt-data' })
  }
  for (const key of ['d/k', 'd/new', 'f/g/k', 'l']) await write(files, key, `new ${key}`)
  for (const key of ['d/k', 'd/new', 'f/g/k', 'l']) expect(await readText(files, key)).toBe(`new ${key}`)
  await files.deleteMany({ bucket: 'b', keys: ['d/k', 'd/new', 'e/k', 'f/g/k', 'l'] }, call())
  expect(filesBelow(outside)).toEqual(['g/k', 'k'])
  expect(fs.readFileSync(path.join(outside, 'k'), 'utf8')).toBe('secret')
})

test.skipIf(isWindows)('a link in the place of a whole directory of the backend is refused', async () => {
  for (const name of ['buckets', 'tmp']) {
    const { files, directory } = await openInDirectory()
    const outside = makeDirectory()
    await write(files, 'k', 'mine')
    fs.renameSync(path.join(directory, name), path.join(directory, `old-${name}`))
    fs.symlinkSync(outside, path.join(directory, name))
    await expect(write(files, 'large', Buffer.alloc(mebibyte))).rejects.toMatchObject({ code: 'corrupt-data' })
    expect(fs.readdirSync(outside)).toEqual([])
  }
})

test.skipIf(isWindows)('a pipe in the place of a file keeps nobody waiting', async () => {
  const { files, directory } = await openInDirectory()
  await write(files, 'k', 'mine')
  const file = path.join(directory, 'buckets/b/k')
  fs.unlinkSync(file)
  execFileSync('mkfifo', [file])
  await expect(readText(files, 'k')).rejects.toMatchObject({ code: 'corrupt-data' })
})

test('what a writer that died had created and not committed is removed, and nothing else', async () => {
  const fixture = await openInDirectory()
  const { directory } = fixture
  await write(fixture.files, 'kept', 'kept')
  await fixture.close()
  await fixture.engine.close()
  const buckets = path.join(directory, 'buckets/b')
  const dead = randomUUID()
  const note = (file: string, sizeBytes: number, at = Date.now()) => JSON.stringify([3, `b/${file}`, sizeBytes, at])
  fs.writeFileSync(path.join(buckets, 'orphan'), 'or')
  fs.writeFileSync(path.join(buckets, 'longer'), 'somebody wrote more here')
  fs.writeFileSync(path.join(buckets, 'other'), 'of somebody else')
  fs.writeFileSync(path.join(buckets, 'later'), 'of somebody else')
  const stale = JSON.stringify([2, 'b/other', 16, Date.now()])
  const notes = [note('orphan', 6), note('kept', 4), note('longer', 6), note('later', 16, Date.now() - 90_000), stale]
  fs.writeFileSync(path.join(directory, 'tmp', `${dead}.slot`), `${notes.join('\n')}\n[3,"b/ot`)
  fs.writeFileSync(path.join(directory, 'tmp', `${dead}-7`), 'half of it')
  fs.writeFileSync(path.join(directory, 'tmp', 'somebody else'), 'x')
  const again = openFiles(directory)
  await expect.poll(() => fs.readdirSync(path.join(directory, 'tmp'))).toEqual(['somebody else'])
  await expect.poll(() => filesBelow(buckets)).toEqual(['kept', 'later', 'longer', 'other'])
  expect(await readText(again.files, 'kept')).toBe('kept')
})

test('what a writer that lives has under way is left to it', async () => {
  const directory = makeDirectory()
  const first = openFiles(directory)
  await addBucket(first, 'b')
  let go: (value?: unknown) => void = () => undefined
  const waiting = new Promise((resolve) => (go = resolve))
  async function* source(): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(3 * mebibyte, 1)
    await waiting
    yield Buffer.alloc(3 * mebibyte, 1)
  }
  const written = write(first.files, 'k', source())
  await expect.poll(() => fs.readdirSync(path.join(directory, 'tmp')).length).toBe(1)
  const second = openFiles(directory)
  await write(second.files, 'other', 'x')
  await second.close()
  go()
  expect((await written).sizeBytes).toBe(6 * mebibyte)
  expect((await readBytes(first.files, 'k')).equals(Buffer.alloc(6 * mebibyte, 1))).toBe(true)
})

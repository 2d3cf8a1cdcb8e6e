import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  addBucket,
  call,
  chunksOf,
  collect,
  filesBelow,
  listKeys,
  makeDirectory,
  openFiles,
  openInDirectory,
  plain,
  openWithBucket,
} from './files-fixture.ts'
import { readBytes, readText, write, writing } from './files-fixture.ts'

const mebibyte = 1024 * 1024

function pattern(sizeBytes: number, seed = 1): Buffer {
  const bytes = Buffer.allocUnsafe(sizeBytes)
  for (let position = 0; position < sizeBytes; position += 1)
    bytes[position] = (position * 31 + seed * 17 + (position >> 9)) & 255
  return bytes
}

describe.each(['directory', 'memory'] as const)('files in %s mode', (mode) => {
  test('what is written is read, listed and known', async () => {
    const { files } = await openWithBucket(mode)
    const attributes = {
      contentType: 'image/jpeg',
      metadata: { owner: 'ann', empty: '' },
      tags: ['x', 'y'],
      expiresAt: new Date('2999-01-01T00:00:00Z'),
    }
    const before = Date.now()
    const written = await write(files, '2026/cat.jpg', 'meow', { attributes })
    expect(written).toMatchObject({ bucket: 'b', key: '2026/cat.jpg', sizeBytes: 4, ...attributes })
    expect(written.checksums).toEqual({ crc32: '8a106afe' })
    expect(written.modifiedAt?.getTime()).toBeGreaterThanOrEqual(before)
    expect(await files.stat({ bucket: 'b', key: '2026/cat.jpg' }, call())).toEqual(written)
    expect(await readText(files, '2026/cat.jpg')).toBe('meow')
    const page = await files.list(
      { bucket: 'b', prefix: '', delimiter: undefined, pageSize: 10, pageToken: undefined },
      call(),
    )
    expect(page).toEqual({ items: [{ kind: 'file', file: written }], nextPageToken: undefined })
  })

  test.each([0, 1, 65_535, 65_536, 65_537, mebibyte, 3 * mebibyte + 7])(
    '%i bytes come back whole',
    async (sizeBytes) => {
      const { files } = await openWithBucket(mode)
      const bytes = pattern(sizeBytes)
      await write(files, 'bytes', bytes)
      await write(files, 'stream', chunksOf([bytes.subarray(0, 10), bytes.subarray(10, 10), bytes.subarray(10)]))
      for (const key of ['bytes', 'stream']) {
        expect((await readBytes(files, key)).equals(bytes)).toBe(true)
        expect(await files.stat({ bucket: 'b', key }, call())).toMatchObject({ sizeBytes })
      }
    },
  )

  test('an overwrite gives a new etag and new content, and keeps nothing of the old', async () => {
    const { files } = await openWithBucket(mode)
    const first = await write(files, 'k.txt', 'one', {
      attributes: { contentType: 'a/b', metadata: { m: '1' }, tags: ['t'], expiresAt: undefined },
    })
    const second = await write(files, 'k.txt', 'two')
    expect(second.etag).not.toBe(first.etag)
    expect(second).toMatchObject({ contentType: undefined, metadata: {}, tags: [] })
    const third = await write(files, 'k.txt', 'three')
    expect(new Set([first.etag, second.etag, third.etag]).size).toBe(3)
    expect(await readText(files, 'k.txt')).toBe('three')
  })

  test('a range gives its bytes, cut at the end of the file', async () => {
    const { files } = await openWithBucket(mode)
    const bytes = pattern(2 * mebibyte)
    await write(files, 'k', bytes)
    const cases = [
      [0, undefined],
      [5, 5],
      [0, 1],
      [mebibyte - 1, mebibyte + 1],
      [1, 2 * mebibyte + 100],
      [2 * mebibyte - 1, undefined],
    ] as const
    for (const [start, end] of cases) {
      const content = await files.read({ bucket: 'b', key: 'k', range: { start, end }, ifEtag: undefined }, call())
      const expected = bytes.subarray(start, end)
      expect(content.sizeBytes).toBe(expected.length)
      expect((await collect(content.body)).equals(expected)).toBe(true)
      expect(content.file.sizeBytes).toBe(bytes.length)
    }
  })

  test('a range that begins past the last byte is refused, except of an empty file', async () => {
    const { files } = await openWithBucket(mode)
    await write(files, 'k', 'abc')
    await write(files, 'empty', '')
    const range = (key: string, start: number, end?: number) =>
      files.read({ bucket: 'b', key, range: { start, end }, ifEtag: undefined }, call())
    await expect(range('k', 3)).rejects.toMatchObject({ code: 'invalid-argument' })
    await expect(range('k', 4, 9)).rejects.toMatchObject({ code: 'invalid-argument' })
    await expect(range('k', 2, 1)).rejects.toMatchObject({ code: 'invalid-argument' })
    await expect(range('k', -1)).rejects.toMatchObject({ code: 'invalid-argument' })
    expect((await range('empty', 0)).sizeBytes).toBe(0)
  })

  test('a read of one version fails when there is another', async () => {
    const { files } = await openWithBucket(mode)
    const first = await write(files, 'k', 'one')
    const read = () => files.read({ bucket: 'b', key: 'k', range: undefined, ifEtag: first.etag ?? '' }, call())
    expect((await read()).file).toEqual(first)
    await write(files, 'k', 'two')
    await expect(read()).rejects.toMatchObject({ code: 'conflict' })
  })

  test('a condition decides whether a write takes effect', async () => {
    const { files } = await openWithBucket(mode)
    const create = { condition: { kind: 'create' } } as const
    const first = await write(files, 'k', 'one', create)
    await expect(write(files, 'k', 'two', create)).rejects.toMatchObject({ code: 'already-exists' })
    const onFirst = { condition: { kind: 'etag', etag: first.etag ?? '' } } as const
    await write(files, 'k', 'three', onFirst)
    await expect(write(files, 'k', 'four', onFirst)).rejects.toMatchObject({ code: 'conflict' })
    await expect(write(files, 'other', 'five', onFirst)).rejects.toMatchObject({ code: 'conflict' })
    expect(await readText(files, 'k')).toBe('three')
  })

  test('a write of large content is refused before the source is opened', async () => {
    const { files } = await openWithBucket(mode)
    await write(files, 'k', 'one')
    let isOpened = false
    async function* source(): AsyncGenerator<Uint8Array> {
      isOpened = true
      yield Buffer.alloc(10)
    }
    await expect(write(files, 'k', source(), { condition: { kind: 'create' } })).rejects.toMatchObject({
      code: 'already-exists',
    })
    await expect(write(files, 'k', source(), { bucket: 'none' })).rejects.toMatchObject({ code: 'not-found' })
    expect(isOpened).toBe(false)
  })

  test('a deleted file is gone, with its content and the directories it leaves empty', async () => {
    const { files } = await openWithBucket(mode)
    await write(files, 'a/b/c.txt', 'x')
    await write(files, 'a/d.txt', 'y')
    await files.delete({ bucket: 'b', key: 'a/b/c.txt' }, call())
    await expect(readText(files, 'a/b/c.txt')).rejects.toMatchObject({ code: 'not-found' })
    await expect(files.delete({ bucket: 'b', key: 'a/b/c.txt' }, call())).rejects.toMatchObject({ code: 'not-found' })
    expect(await listKeys(files)).toEqual(['a/d.txt'])
  })

  test('deleting many says for each key what it came to', async () => {
    const { files } = await openWithBucket(mode)
    for (const key of ['a', 'b', 'c']) await write(files, key, key)
    const outcomes = await files.deleteMany({ bucket: 'b', keys: ['c', 'none', 'a'] }, call())
    expect(outcomes.map(({ key, outcome }) => [key, outcome])).toEqual([
      ['c', 'deleted'],
      ['none', 'not-found'],
      ['a', 'deleted'],
    ])
    expect(await listKeys(files)).toEqual(['b'])
  })

  test.each([10, 200_000])('a copy of %i bytes has content and attributes, and its own life', async (sizeBytes) => {
    const { files } = await openWithBucket(mode)
    const bytes = pattern(sizeBytes)
    const attributes = { contentType: 'text/x', metadata: { a: 'b' }, tags: ['t'], expiresAt: new Date('2999-01-01') }
    const original = await write(files, 'from', bytes, { attributes })
    const copyTo = (key: string, overwrite: boolean) =>
      files.copy({ from: { bucket: 'b', key: 'from' }, to: { bucket: 'b', key }, overwrite }, call())
    const copied = await copyTo('to', false)
    expect(copied).toMatchObject({ ...attributes, key: 'to', sizeBytes, checksums: original.checksums })
    expect(copied.etag).not.toBe(original.etag)
    await expect(copyTo('to', false)).rejects.toMatchObject({ code: 'already-exists' })
    await copyTo('to', true)
    await copyTo('from', true)
    await files.delete({ bucket: 'b', key: 'from' }, call())
    expect((await readBytes(files, 'to')).equals(bytes)).toBe(true)
    await expect(copyTo('x', true)).rejects.toMatchObject({ code: 'not-found' })
  })

  test('an update changes what it names and nothing else', async () => {
    const { files } = await openWithBucket(mode)
    const attributes = { contentType: 'a/b', metadata: { a: 'b' }, tags: ['t'], expiresAt: new Date('2999-01-01') }
    const written = await write(files, 'k', 'x', { attributes })
    const same = { contentType: undefined, metadata: undefined, tags: undefined, expiresAt: undefined }
    const request = { bucket: 'b', key: 'k', ...same }
    expect(await files.update(request, call())).toEqual(written)
    expect(await files.update({ ...request, contentType: null, expiresAt: null, tags: [] }, call())).toEqual({
      ...written,
      contentType: undefined,
      tags: [],
      expiresAt: undefined,
    })
    const updated = await files.update({ ...request, metadata: { c: 'd' }, contentType: 'x/y' }, call())
    expect(updated).toMatchObject({ metadata: { c: 'd' }, contentType: 'x/y', etag: written.etag })
    await expect(files.update({ ...request, key: 'none' }, call())).rejects.toMatchObject({ code: 'not-found' })
  })

  test('nothing is there without its bucket', async () => {
    const { files } = await openWithBucket(mode)
    const file = { bucket: 'none', key: 'k' }
    const same = { contentType: undefined, metadata: undefined, tags: undefined, expiresAt: undefined }
    const listing = { bucket: 'none', prefix: '', delimiter: undefined, pageSize: 1, pageToken: undefined }
    const failures = [
      files.stat(file, call()),
      files.read({ ...file, range: undefined, ifEtag: undefined }, call()),
      files.write(writing('k', 'x', { bucket: 'none' }), call()),
      files.delete(file, call()),
      files.deleteMany({ bucket: 'none', keys: ['k'] }, call()),
      files.update({ ...file, ...same }, call()),
      files.list(listing, call()),
      files.copy({ from: file, to: { bucket: 'b', key: 'k' }, overwrite: true }, call()),
    ]
    for (const failure of failures)
      await expect(failure).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining('"none"') })
  })

  test('an archived bucket is read and not written', async () => {
    const { files, engine } = await openWithBucket(mode)
    await write(files, 'k', 'x')
    await engine.call('archiveBucket', { bucket: 'b', isArchived: true })
    expect(await readText(files, 'k')).toBe('x')
    const file = { bucket: 'b', key: 'k' }
    const same = { contentType: undefined, metadata: undefined, tags: undefined, expiresAt: undefined }
    const failures = [
      write(files, 'k', 'y'),
      files.delete(file, call()),
      files.deleteMany({ bucket: 'b', keys: ['k'] }, call()),
      files.update({ ...file, ...same }, call()),
      files.copy({ from: file, to: { bucket: 'b', key: 'l' }, overwrite: true }, call()),
    ]
    for (const failure of failures) await expect(failure).rejects.toMatchObject({ code: 'permission-denied' })
  })

  test('an expired file is not there, and its content goes', async () => {
    const { files } = await openWithBucket(mode)
    const attributes = { contentType: undefined, metadata: {}, tags: [], expiresAt: new Date(Date.now() + 3_600_000) }
    await write(files, 'k', 'old', { attributes })
    const past = { contentType: undefined, metadata: undefined, tags: undefined, expiresAt: new Date(Date.now() - 1) }
    await files.update({ bucket: 'b', key: 'k', ...past }, call())
    const file = { bucket: 'b', key: 'k' }
    await expect(files.stat(file, call())).rejects.toMatchObject({ code: 'not-found' })
    await expect(readText(files, 'k')).rejects.toMatchObject({ code: 'not-found' })
    expect(await listKeys(files)).toEqual([])
    await expect(files.update({ ...file, ...past }, call())).rejects.toMatchObject({ code: 'not-found' })
    await write(files, 'k', 'new', { condition: { kind: 'create' } })
    expect(await readText(files, 'k')).toBe('new')
  })

  test('a bucket removed takes its files along and leaves those of others', async () => {
    const fixture = await openWithBucket(mode)
    const { files } = fixture
    await addBucket(fixture, 'c')
    for (let number = 0; number < 450; number += 1) await write(files, `d/${number}`, 'x')
    await write(files, 'k', 'y', { bucket: 'c' })
    await fixture.removeBucket('b')
    await fixture.removeBucket('b')
    expect(await listKeys(files)).toEqual([])
    expect(await readText(files, 'k', 'c')).toBe('y')
  })

  test('a reader is not disturbed by an overwrite or a delete', async () => {
    const { files } = await openWithBucket(mode)
    for (const sizeBytes of [10, 3 * mebibyte]) {
      const bytes = pattern(sizeBytes)
      await write(files, 'k', bytes)
      const { body } = await files.read({ bucket: 'b', key: 'k', range: undefined, ifEtag: undefined }, call())
      await write(files, 'k', 'other')
      await files.delete({ bucket: 'b', key: 'k' }, call())
      expect((await collect(body)).equals(bytes)).toBe(true)
    }
  })

  test('bytes handed in or out may be changed without touching what is kept', async () => {
    const { files } = await openWithBucket(mode)
    const given = Buffer.from('abc')
    await write(files, 'bytes', given)
    await write(files, 'stream', chunksOf([given]))
    given.fill(0)
    for (const key of ['bytes', 'stream']) {
      const taken = await files.read({ bucket: 'b', key, range: undefined, ifEtag: undefined }, call())
      for await (const chunk of taken.body) chunk.fill(0)
      expect(await readText(files, key)).toBe('abc')
    }
  })

  test('writes at the same time each take effect', async () => {
    const { files } = await openWithBucket(mode)
    const keys = Array.from({ length: 300 }, (_, number) => `k${String(number).padStart(3, '0')}`)
    await Promise.all(keys.map((key) => write(files, key, key)))
    expect(await listKeys(files)).toEqual(keys)
    await Promise.all(
      keys.map((key, number) =>
        write(files, 'same', `${number}`, number === 0 ? {} : { condition: { kind: 'replace' } }),
      ),
    )
    const creations = await Promise.allSettled(
      keys.map((key) => write(files, 'once', key, { condition: { kind: 'create' } })),
    )
    expect(creations.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test('everything fails once closed', async () => {
    const fixture = await openWithBucket(mode)
    const { files } = fixture
    await fixture.close()
    await fixture.close()
    await expect(files.stat({ bucket: 'b', key: 'k' }, call())).rejects.toMatchObject({ code: 'closed' })
    await expect(write(files, 'k', 'x')).rejects.toMatchObject({ code: 'closed' })
  })
})

describe('in the directory', () => {
  const contents = (directory: string): string[] => filesBelow(path.join(directory, 'buckets'))

  test('content is a plain file at its key', async () => {
    const directory = makeDirectory()
    const fixture = openFiles(directory)
    await addBucket(fixture, 'photos')
    await write(fixture.files, '2026/cat.jpg', 'meow', { bucket: 'photos' })
    expect(fs.readFileSync(path.join(directory, 'buckets/photos/2026/cat.jpg'), 'utf8')).toBe('meow')
  })

  test('an overwrite leaves the old content for moments only', async () => {
    const { files, directory } = await openInDirectory()
    await write(files, 'k.txt', 'one')
    await write(files, 'k.txt', 'two')
    await expect.poll(() => contents(directory).length).toBe(1)
    await write(files, 'k.txt', 'three')
    await write(files, 'k.txt', Buffer.alloc(20 * mebibyte))
    await write(files, 'k.txt', 'four')
    await expect
      .poll(() => filesBelow(path.join(directory, 'tmp')).filter((name) => !name.endsWith('.slot')))
      .toEqual([])
    await expect.poll(() => contents(directory)).toEqual(['b/k.txt'])
  })

  test('a delete takes the directories along that it leaves empty', async () => {
    const { files, directory } = await openInDirectory()
    await write(files, 'a/b/c.txt', 'x')
    await write(files, 'a/d.txt', 'y')
    await files.delete({ bucket: 'b', key: 'a/b/c.txt' }, call())
    expect(fs.readdirSync(path.join(directory, 'buckets/b/a'))).toEqual(['d.txt'])
    await files.deleteMany({ bucket: 'b', keys: ['a/d.txt'] }, call())
    expect(fs.readdirSync(path.join(directory, 'buckets'))).toEqual([])
  })

  test('an expired file is removed when somebody meets it', async () => {
    const { files, directory } = await openInDirectory()
    await write(files, 'k', 'old', { attributes: { ...plain, expiresAt: new Date(Date.now() + 5) } })
    await expect.poll(() => listKeys(files)).toEqual([])
    await expect(files.stat({ bucket: 'b', key: 'k' }, call())).rejects.toMatchObject({ code: 'not-found' })
    await expect.poll(() => contents(directory)).toEqual([])
  })

  test('a bucket removed leaves nothing of it', async () => {
    const fixture = await openInDirectory()
    await addBucket(fixture, 'c')
    await write(fixture.files, 'k', 'y', { bucket: 'c' })
    for (let number = 0; number < 450; number += 1) await write(fixture.files, `d/${number}`, 'x')
    await fixture.removeBucket('b')
    expect(contents(fixture.directory)).toEqual(['c/k'])
  })

  test('a large body fails when the storage is closed', async () => {
    const fixture = await openInDirectory()
    await write(fixture.files, 'k', Buffer.alloc(3 * mebibyte))
    const request = { bucket: 'b', key: 'k', range: undefined, ifEtag: undefined }
    const { body } = await fixture.files.read(request, call())
    await fixture.close()
    await expect(collect(body)).rejects.toMatchObject({ code: 'closed' })
  })

  test('files are there after closing and opening again', async () => {
    const directory = makeDirectory()
    const first = openFiles(directory, 'full')
    await addBucket(first, 'b')
    const written = await write(first.files, 'small', 'x')
    await write(first.files, 'large', Buffer.alloc(100_000, 1))
    await first.close()
    await first.engine.close()
    expect(fs.readdirSync(path.join(directory, 'tmp'))).toEqual([])
    const second = openFiles(directory)
    expect(await second.files.stat({ bucket: 'b', key: 'small' }, call())).toEqual(written)
    expect((await readBytes(second.files, 'large')).equals(Buffer.alloc(100_000, 1))).toBe(true)
  })
})

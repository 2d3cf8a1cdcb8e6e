import { createHash, randomBytes } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import { interceptDriver } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { makeBucket, openMemory, temporaryDirectory } from './embedded.ts'

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()

describe('small files', () => {
  test('are put, read, listed, changed and deleted', async () => {
    const bucket = await makeBucket(await openMemory())
    const file = bucket.file('notes/a b.txt')
    const put = await file.put('hello', { contentType: 'text/plain', metadata: { by: 'me' }, tags: ['x', 'y'] })
    expect(put.file).toMatchObject({ key: 'notes/a b.txt', sizeBytes: 5, contentType: 'text/plain', tags: ['x', 'y'] })
    expect(put.verification).toMatchObject({ verified: true, algorithm: 'crc32' })
    expect(await file.text()).toBe('hello')
    expect(await file.exists()).toBe(true)
    await file.update({ metadata: { by: 'you' }, contentType: null })
    expect(await file.stat()).toMatchObject({ metadata: { by: 'you' }, contentType: undefined, tags: ['x', 'y'] })
    await file.delete()
    expect(await file.exists()).toBe(false)
    await expect(file.delete()).rejects.toMatchObject({ code: 'not-found' })
  })

  test('are replaced unless told otherwise', async () => {
    const bucket = await makeBucket(await openMemory())
    const file = bucket.file('a')
    const first = await file.put('one')
    await file.put('two')
    await expect(file.put('three', { overwrite: false })).rejects.toMatchObject({ code: 'already-exists' })
    await expect(file.put('three', { ifEtag: first.file.etag ?? '' })).rejects.toMatchObject({ code: 'conflict' })
    expect(await file.text()).toBe('two')
  })

  test('ranges count from 0 and end before the end', async () => {
    const bucket = await makeBucket(await openMemory())
    await bucket.file('a').put('0123456789')
    expect(text(await bucket.file('a').get({ range: { start: 2, end: 5 } }))).toBe('234')
    expect(text(await bucket.file('a').get({ range: { start: 7 } }))).toBe('789')
    expect(text(await bucket.file('a').get({ range: { start: 8, end: 100 } }))).toBe('89')
    await expect(bucket.file('a').get({ range: { start: 11 } })).rejects.toMatchObject({ code: 'invalid-argument' })
    await expect(bucket.file('a').get({ range: { start: 5, end: 2 } })).rejects.toThrow(/end not before start/)
  })

  test('a read can be held to one version', async () => {
    const bucket = await makeBucket(await openMemory())
    const file = bucket.file('a')
    const first = await file.put('one')
    const second = await file.put('two')
    expect(text(await file.get({ ifEtag: second.file.etag }))).toBe('two')
    await expect(file.get({ ifEtag: first.file.etag })).rejects.toMatchObject({ code: 'conflict' })
    await expect(file.stream({ ifEtag: first.file.etag }).next()).rejects.toMatchObject({ code: 'conflict' })
  })

  test('a file larger than the backend takes is refused before it is sent', async () => {
    const sent: string[] = []
    const storage = await openMemory((driver) =>
      interceptDriver(driver, (call, next) => (sent.push(call.operation), next(call)), {
        capabilities: { ...driver.capabilities, limits: { fileBytes: 10 } },
      }),
    )
    const bucket = await makeBucket(storage)
    sent.length = 0
    const file = bucket.file('a')
    const tooLarge = { code: 'invalid-argument', details: { limitBytes: 10 } }
    await expect(file.put('01234567890')).rejects.toMatchObject(tooLarge)
    await expect(file.upload(new Uint8Array(11))).rejects.toMatchObject(tooLarge)
    await expect(file.upload(Readable.from(['0']), { sizeBytes: 11 })).rejects.toMatchObject(tooLarge)
    expect(sent).toEqual([])
    await expect(file.upload(Readable.from(['01234', '56789', '0']))).rejects.toMatchObject(tooLarge)
    expect(await file.exists()).toBe(false)
    await file.upload(Readable.from(['01234', '56789']))
    await file.put('0123456789')
    expect(await file.text()).toBe('0123456789')
  })

  test('text that is not UTF-8 is refused, bytes are not', async () => {
    const bucket = await makeBucket(await openMemory())
    await bucket.file('a').put(new Uint8Array([0xff, 0xfe]))
    await expect(bucket.file('a').text()).rejects.toMatchObject({ code: 'corrupt-data' })
    expect(await bucket.file('a').get()).toEqual(new Uint8Array([0xff, 0xfe]))
  })

  test('copies keep what is set, and do not overwrite by themselves', async () => {
    const bucket = await makeBucket(await openMemory())
    await bucket.file('a').put('one', { tags: ['t'] })
    await bucket.file('a').copyTo(bucket.file('b'))
    expect((await bucket.file('b').stat()).tags).toEqual(['t'])
    await expect(bucket.file('a').copyTo(bucket.file('b'))).rejects.toMatchObject({ code: 'already-exists' })
    await bucket.file('a').copyTo(bucket.file('b'), { overwrite: true })
    const other = await makeBucket(await openMemory())
    await expect(bucket.file('a').copyTo(other.file('a'))).rejects.toThrow(/inside one storage/)
  })

  test('many are deleted with an outcome for each', async () => {
    const bucket = await makeBucket(await openMemory())
    await bucket.file('a').put('')
    const outcomes = await bucket.deleteFiles(['a', 'b', 'a'])
    expect(outcomes.map(({ key, outcome }) => [key, outcome])).toEqual([
      ['a', 'deleted'],
      ['b', 'not-found'],
    ])
  })

  test('a listing groups by delimiter and pages', async () => {
    const bucket = await makeBucket(await openMemory())
    for (const key of ['a', 'b/1', 'b/2', 'c']) await bucket.file(key).put(key)
    const entries = await bucket.files({ delimiter: '/', pageSize: 1 }).toArray()
    expect(entries.map((entry) => (entry.kind === 'file' ? entry.file.key : entry.prefix))).toEqual(['a', 'b/', 'c'])
    const page = await bucket.files({ prefix: 'b/', pageSize: 1 }).page()
    expect(page.items).toHaveLength(1)
    expect(page.nextPageToken).toBeTypeOf('string')
  })

  test('bad attributes and keys are refused', async () => {
    const bucket = await makeBucket(await openMemory())
    await expect(bucket.file('a').put('', { metadata: { n: 5 } as never })).rejects.toThrow(/must be well-formed text/)
    await expect(bucket.file('a').put('', { tags: ['x', 'x'] })).rejects.toThrow(/given twice/)
    await expect(bucket.file('a').put('', { contentType: 'a\r\nb: c' })).rejects.toThrow(/media type/)
    expect(() => bucket.file('')).toThrow(/file key/)
    expect(() => bucket.file('x'.repeat(1025))).toThrow(/at most 1024/)
    expect(() => bucket.file('\ud83d')).toThrow(/surrogate/)
  })
})

describe('transfers of files', () => {
  test('an upload and a download keep every byte and say so', async () => {
    const bucket = await makeBucket(await openMemory())
    const directory = await temporaryDirectory()
    const bytes = randomBytes(3 * 1024 * 1024 + 17)
    await writeFile(join(directory, 'in'), bytes)
    const upload = bucket.file('big').upload(join(directory, 'in'), { checksums: ['sha256', 'md5'] })
    const uploaded = await upload
    expect(upload.progress).toMatchObject({ total: bytes.byteLength, transferred: bytes.byteLength, percentage: 100 })
    expect(uploaded.checksums.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
    const download = bucket.file('big').download(join(directory, 'out'))
    const downloaded = await download
    expect(downloaded).toMatchObject({ sizeBytes: bytes.byteLength, verification: { verified: true } })
    expect(downloaded.receipt.bytesReceived).toBe(bytes.byteLength)
    expect(bytes.equals(await readFile(join(directory, 'out')))).toBe(true)
  })

  test('streams of unknown length, empty ones and generators work', async () => {
    const bucket = await makeBucket(await openMemory())
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('ab')
      await Promise.resolve()
      yield Buffer.from('cd')
    }
    await bucket.file('a').upload(chunks())
    await bucket.file('b').upload(Readable.from([Buffer.from('ef')]))
    await bucket.file('c').upload(new Blob(['gh']))
    await bucket.file('d').upload(Readable.from([]))
    expect(await bucket.file('a').text()).toBe('abcd')
    expect(await bucket.file('b').text()).toBe('ef')
    expect(await bucket.file('c').text()).toBe('gh')
    expect((await bucket.file('d').stat()).sizeBytes).toBe(0)
  })

  test.each([
    ['shorter', 5, 'corrupt-data'],
    ['longer', 3, 'corrupt-data'],
  ])('a source %s than declared fails and leaves the old file', async (_, sizeBytes, code) => {
    const bucket = await makeBucket(await openMemory())
    await bucket.file('a').put('old')
    const upload = bucket.file('a').upload(Readable.from([Buffer.from('1234')]), { sizeBytes })
    await expect(upload).rejects.toMatchObject({ code })
    expect(await bucket.file('a').text()).toBe('old')
  })

  test('a source that fails half-way leaves the old file', async () => {
    const bucket = await makeBucket(await openMemory())
    await bucket.file('a').put('old')
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half')
      await Promise.resolve()
      throw new Error('the disk broke')
    }
    await expect(bucket.file('a').upload(broken())).rejects.toThrow(/the disk broke/)
    expect(await bucket.file('a').text()).toBe('old')
  })

  test('a download refuses an existing file and a directory, and leaves no half file', async () => {
    const bucket = await makeBucket(await openMemory())
    const directory = await temporaryDirectory()
    await bucket.file('a').put('new')
    await writeFile(join(directory, 'a'), 'old')
    await expect(bucket.file('a').download(join(directory, 'a'))).rejects.toMatchObject({ code: 'already-exists' })
    await expect(bucket.file('a').download(directory, { overwrite: true })).rejects.toMatchObject({
      code: 'invalid-argument',
    })
    await bucket.file('a').download(join(directory, 'a'), { overwrite: true })
    expect(await readFile(join(directory, 'a'), 'utf8')).toBe('new')
    await expect(bucket.file('missing').download(join(directory, 'm'))).rejects.toMatchObject({ code: 'not-found' })
    await expect(stat(join(directory, 'm'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('a broken connection is taken up again where it broke off', async () => {
    let reads = 0
    const storage = await openMemory((driver) =>
      interceptDriver(driver, async (call, next) => {
        const result = await next(call)
        if (call.operation !== 'files.read' || ++reads > 3) return result
        const content = result as { body: AsyncIterable<Uint8Array> }
        return { ...content, body: breakAfter(content.body, 400_000) }
      }),
    )
    const bucket = await makeBucket(storage)
    const bytes = randomBytes(2_000_000)
    await bucket.file('a').put(bytes)
    expect(Buffer.from(await bucket.file('a').get()).equals(bytes)).toBe(true)
    expect(reads).toBe(4)
  })

  test('bytes damaged in the store or on the way are found out', async () => {
    const storage = await openMemory((driver) =>
      interceptDriver(driver, async (call, next) => {
        const result = await next(call)
        if (call.operation !== 'files.read') return result
        const content = result as { body: AsyncIterable<Uint8Array> }
        return { ...content, body: flipOneBit(content.body) }
      }),
    )
    const bucket = await makeBucket(storage)
    await bucket.file('a').put('hello')
    await expect(bucket.file('a').get()).rejects.toMatchObject({ code: 'corrupt-data' })
    const target = join(await temporaryDirectory(), 'a')
    await expect(bucket.file('a').download(target)).rejects.toMatchObject({ code: 'corrupt-data' })
    await expect(stat(target)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('closing stops what runs, and what comes after says so', async () => {
    const storage = await openMemory()
    const bucket = await makeBucket(storage)
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 1))
        yield Buffer.alloc(10)
      }
    }
    const upload = bucket.file('a').upload(endless())
    upload.catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 5))
    await storage.close()
    expect(upload.status).toBe('stopped')
    await expect(upload).rejects.toMatchObject({ code: 'closed' })
    await expect(bucket.file('a').stat()).rejects.toMatchObject({ code: 'closed' })
  })

  test('the checksum that is stored is the one of the bytes', async () => {
    const bucket = await makeBucket(await openMemory())
    const { file } = await bucket.file('a').put('hello')
    expect(file.checksums.crc32).toBe(crc32('hello').toString(16).padStart(8, '0'))
  })
})

async function* breakAfter(body: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  let left = bytes
  for await (const chunk of body) {
    if (chunk.byteLength > left) {
      yield chunk.subarray(0, left)
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
    }
    left -= chunk.byteLength
    yield chunk
  }
}

async function* flipOneBit(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    const copy = Uint8Array.from(chunk)
    copy[0] = (copy[0] ?? 0) ^ 1
    yield copy
  }
}

import { spawnSync } from 'node:child_process'
import { appendFile, mkdtemp, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { createReadStream } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { ReadableStream } from 'node:stream/web'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ByteRange } from '../contract/file.ts'
import type { ByteSource } from '../driver/file-driver.ts'
import { StorageError } from '../errors/storage-error.ts'
import { type FileInput, toByteSource } from './byte-source.ts'
import { fileChunkBytes } from './file-chunks.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stowage-bytes-'))
})
afterAll(() => rm(directory, { recursive: true }))

const content = Buffer.alloc(fileChunkBytes * 2 + 12_345, 'The quick brown fox. ')

async function readSource(source: ByteSource, range?: ByteRange): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source.open(range)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function file(name: string, bytes: Uint8Array = content): Promise<string> {
  const path = join(directory, name)
  await writeFile(path, bytes)
  return path
}

async function* arrive<Item>(...chunks: Item[]): AsyncGenerator<Item> {
  yield* chunks
}

describe('sources that open again: paths, bytes, blobs', () => {
  test.each([
    ['a path', () => file('path')],
    ['a file: URL', async () => pathToFileURL(await file('with space#1'))],
    ['a Buffer', () => content],
    ['an ArrayBuffer', () => new Uint8Array(content).buffer],
    ['a DataView', () => new DataView(new Uint8Array(content).buffer)],
    ['a part of a buffer', () => Buffer.concat([Buffer.from('x'), content]).subarray(1)],
    ['a Blob', () => new Blob([content])],
  ] as [string, () => FileInput | Promise<FileInput>][])('%s', async (_name, make) => {
    const source = await toByteSource(await make(), content.byteLength)
    expect(source).toMatchObject({ sizeBytes: content.byteLength, isReopenable: true })
    expect((await readSource(source)).equals(content)).toBe(true)
    const ranges: ByteRange[] = [
      { start: 0, end: 1 },
      { start: fileChunkBytes - 1, end: fileChunkBytes + 1 },
      { start: 5 },
    ]
    for (const range of [...ranges, { start: content.byteLength }, { start: 10, end: 1e9 }, { start: 7, end: 7 }]) {
      const part = await readSource(source, range)
      expect(part.equals(content.subarray(range.start, range.end ?? content.byteLength))).toBe(true)
    }
    expect(() => source.open({ start: 5, end: 4 })).toThrow(StorageError)
  })

  test('bytes in memory are offered as they are', async () => {
    const bytes = new Uint8Array([1, 2])
    expect((await toByteSource(bytes)).bytes).toBe(bytes)
    expect((await toByteSource(new Blob(['ab']))).bytes).toBeUndefined()
  })

  test.each([
    ['an empty file', () => file('empty', Buffer.alloc(0))],
    ['no bytes', () => new Uint8Array()],
    ['an empty Blob', () => new Blob([])],
    ['an empty stream', () => Readable.from([])],
  ] as [string, () => FileInput | Promise<FileInput>][])('%s gives no chunk', async (_name, make) => {
    expect(await readSource(await toByteSource(await make()))).toHaveLength(0)
  })

  test('another size than announced fails before anything is read', async () => {
    for (const input of [await file('sized'), content, new Blob([content])]) {
      await expect(toByteSource(input, 5)).rejects.toMatchObject({ code: 'corrupt-data' })
    }
    await expect(toByteSource(content, -1)).rejects.toMatchObject({ code: 'invalid-argument' })
    await expect(toByteSource(content, 1.5)).rejects.toMatchObject({ code: 'invalid-argument' })
  })
})

describe('files that are not there or change', () => {
  test('a path must name a regular file', async () => {
    await expect(toByteSource(join(directory, 'none'))).rejects.toMatchObject({ code: 'not-found', message: /none/ })
    await expect(toByteSource(join(await file('f'), 'x'))).rejects.toMatchObject({ code: 'not-found' })
    for (const path of [directory, '/dev/null', '', 'a\0b']) {
      await expect(toByteSource(path)).rejects.toMatchObject({ code: 'invalid-argument' })
    }
    await expect(toByteSource(new URL('https://example.com/'))).rejects.toMatchObject({ code: 'invalid-argument' })
  })

  test.each([
    ['cut', (path: string) => truncate(path, fileChunkBytes + 5)],
    ['grown', (path: string) => appendFile(path, 'x')],
    ['rewritten', (path: string) => utimes(path, 1, 1)],
    ['removed and written anew', async (path: string) => file(path.slice(directory.length), content.subarray(1))],
  ] as [string, (path: string) => Promise<unknown>][])(
    'a file that is %s while it is read fails',
    async (name, change) => {
      const path = await file(`changing ${name}`)
      const source = await toByteSource(path)
      const chunks = source.open()[Symbol.asyncIterator]()
      await chunks.next()
      await change(path)
      const rest = (async () => {
        while (!(await chunks.next()).done);
      })()
      await expect(rest).rejects.toMatchObject({ code: 'corrupt-data', message: /changed while it was read/ })
      await expect(readSource(source)).rejects.toMatchObject({ code: 'corrupt-data' })
    },
  )

  test('a file that claims to be empty and is not fails', async () => {
    const source = await toByteSource('/proc/self/status')
    await expect(readSource(source)).rejects.toMatchObject({ code: 'corrupt-data', message: /as a stream/ })
  })

  test('ending early closes the file', async () => {
    const script = `import { toByteSource } from ${JSON.stringify(new URL('./byte-source.ts', import.meta.url).href)}
      import { readdirSync } from 'node:fs'
      const source = await toByteSource(${JSON.stringify(await file('early'))})
      const before = readdirSync('/proc/self/fd').length
      for (let i = 0; i < 20; i++) for await (const chunk of source.open()) break
      console.log(readdirSync('/proc/self/fd').length - before)`
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
    })
    expect(stdout.trim()).toBe('0')
    expect(stderr).not.toContain('closing')
  })
})

describe('streams', () => {
  test.each([
    ['a Readable', () => Readable.from([content.subarray(0, 5), content.subarray(5)])],
    ['an async iterable with empty chunks', () => arrive(new Uint8Array(), content, new Uint8Array())],
    ['texts', () => arrive(content.toString().slice(0, 5), content.toString().slice(5))],
    ['a web stream', () => new Blob([content]).stream() as ReadableStream<Uint8Array>],
    ['a file stream', async () => createReadStream(await file('stream'))],
  ] as [string, () => FileInput | Promise<FileInput>][])('%s is read once, whole', async (_name, make) => {
    const source = await toByteSource(await make())
    expect(source).toMatchObject({ sizeBytes: undefined, isReopenable: false, bytes: undefined })
    expect(() => source.open({ start: 1 })).toThrow('only once')
    expect((await readSource(source)).equals(content)).toBe(true)
    expect(() => source.open()).toThrow('only once')
  })

  test('a stream is held to its announced length', async () => {
    const short = await toByteSource(arrive(Buffer.from('abc')), 5)
    expect(short.sizeBytes).toBe(5)
    await expect(readSource(short)).rejects.toMatchObject({ code: 'corrupt-data', message: /ended after 3 of 5 bytes/ })
    let given = 0
    const long = await toByteSource(arrive(Buffer.from('abc'), Buffer.from('def'), Buffer.from('ghi')), 5)
    const reading = (async () => {
      for await (const chunk of long.open()) given += chunk.byteLength
    })()
    await expect(reading).rejects.toMatchObject({ code: 'corrupt-data', message: /goes on after 5 bytes/ })
    expect(given).toBe(3)
  })

  test('a failing stream fails with its cause, and is not worth a retry', async () => {
    const failure = new Error('cable cut')
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('abc')
      throw failure
    }
    const error: unknown = await readSource(await toByteSource(broken())).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'unavailable',
      retryable: false,
      cause: failure,
      message: /after 3 bytes: cable cut/,
    })
    const destroyed = new PassThrough()
    const source = await toByteSource(destroyed)
    destroyed.destroy(failure)
    await expect(readSource(source)).rejects.toMatchObject({ cause: failure })
  })

  test('a StorageError or an abort of the source passes as it is', async () => {
    for (const failure of [
      new StorageError({ code: 'corrupt-data', message: 'x' }),
      AbortSignal.abort().reason as Error,
    ]) {
      // oxlint-disable-next-line require-yield
      async function* broken(): AsyncGenerator<Uint8Array> {
        throw failure
      }
      await expect(readSource(await toByteSource(broken()))).rejects.toBe(failure)
    }
  })

  test('ending early destroys or cancels the stream', async () => {
    const readable = Readable.from([content, content])
    for await (const chunk of (await toByteSource(readable)).open()) {
      expect(chunk).toBe(content)
      break
    }
    expect(readable.destroyed).toBe(true)
    let wasCancelled = false
    const web = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(1)),
      cancel: () => {
        wasCancelled = true
      },
    })
    for await (const chunk of (await toByteSource(web)).open()) if (chunk.byteLength > 0) break
    expect(wasCancelled).toBe(true)
  })

  test('a stream that was used already is refused', async () => {
    const read = Readable.from(['a'])
    await read.toArray()
    const destroyed = Readable.from(['a']).destroy()
    const locked = new ReadableStream<Uint8Array>()
    locked.getReader()
    for (const stream of [read, destroyed, locked]) {
      await expect(toByteSource(stream)).rejects.toMatchObject({ code: 'invalid-argument', message: /make a new one/ })
    }
  })

  test('chunks that are no bytes are refused', async () => {
    for (const item of [5, null, { a: 1 }, ['a'], '\uD83D']) {
      const source = await toByteSource(arrive(item) as unknown as FileInput)
      await expect(readSource(source)).rejects.toMatchObject({ code: 'invalid-argument' })
    }
  })

  test('what is no source at all is refused', async () => {
    for (const input of [null, undefined, 5, {}, [new Uint8Array(1)], () => 1]) {
      await expect(toByteSource(input as unknown as FileInput)).rejects.toMatchObject({ code: 'invalid-argument' })
    }
  })
})

import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { fileSystemError } from '../src/file-errors.ts'
import {
  call,
  chunksOf,
  collect,
  filesBelow,
  openInDirectory,
  openWithBucket,
  readText,
  type Fixture,
} from './files-fixture.ts'
import { write, writing } from './files-fixture.ts'

const mebibyte = 1024 * 1024
const whole = { bucket: 'b', key: 'k', range: undefined, ifEtag: undefined }

/** What is on the disk beside the database, notes aside; nothing in memory. */
function leftovers({ directory }: Fixture): string[] {
  if (directory === undefined) return []
  const staged = filesBelow(path.join(directory, 'tmp')).filter((name) => !name.endsWith('.slot'))
  return [...staged, ...filesBelow(path.join(directory, 'buckets'))]
}

describe.each(['directory', 'memory'] as const)('in %s mode', (mode) => {
  const kept = mode === 'directory' ? ['b/k'] : []

  test.each([0, 1, 3, 8])('a source that fails after %i MiB leaves what was there', async (mebibytes) => {
    const fixture = await openWithBucket(mode)
    const before = await write(fixture.files, 'k', 'old')
    async function* failing(): AsyncGenerator<Uint8Array> {
      for (let number = 0; number < mebibytes; number += 1) yield Buffer.alloc(mebibyte)
      throw new Error('the source broke')
    }
    await expect(write(fixture.files, 'k', failing())).rejects.toThrow('the source broke')
    await expect(write(fixture.files, 'new', failing())).rejects.toThrow('the source broke')
    expect(await readText(fixture.files, 'k')).toBe('old')
    expect(await fixture.files.stat({ bucket: 'b', key: 'k' }, call())).toEqual(before)
    expect(leftovers(fixture)).toEqual(kept)
  })

  test.each([99_999, 100_001])('a source of %i bytes that announced 100,000 is refused', async (sizeBytes) => {
    const fixture = await openWithBucket(mode)
    await write(fixture.files, 'k', 'old')
    const request = writing('k', chunksOf([Buffer.alloc(sizeBytes)]))
    const source = { ...request.source, sizeBytes: 100_000 }
    await expect(fixture.files.write({ ...request, source }, call())).rejects.toMatchObject({ code: 'corrupt-data' })
    expect(await readText(fixture.files, 'k')).toBe('old')
    expect(leftovers(fixture)).toEqual(kept)
  })

  test.each([0, 1, 2, 5, 9])('an abort after %i chunks leaves what was there and ends the source', async (chunks) => {
    const fixture = await openWithBucket(mode)
    await write(fixture.files, 'k', 'old')
    const controller = new AbortController()
    let isEnded = false
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        for (let number = 0; number < 10; number += 1) {
          if (number === chunks) controller.abort(new Error('enough'))
          yield Buffer.alloc(mebibyte / 2)
        }
      } finally {
        isEnded = true
      }
    }
    await expect(fixture.files.write(writing('k', source()), call(controller.signal))).rejects.toThrow('enough')
    expect(await readText(fixture.files, 'k')).toBe('old')
    expect(leftovers(fixture)).toEqual(kept)
    await expect.poll(() => isEnded).toBe(true)
  })

  test('an abort ends a write whose source says nothing more', async () => {
    const fixture = await openWithBucket(mode)
    const controller = new AbortController()
    async function* silent(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(3 * mebibyte)
      setImmediate(() => controller.abort(new Error('enough')))
      await new Promise(() => {})
    }
    await expect(fixture.files.write(writing('k', silent()), call(controller.signal))).rejects.toThrow('enough')
    expect(leftovers(fixture)).toEqual([])
  })

  test('closing ends a write that is under way', async () => {
    const fixture = await openWithBucket(mode)
    async function* silent(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(3 * mebibyte)
      await new Promise(() => {})
    }
    const outcome = write(fixture.files, 'k', silent()).catch((error: unknown) => error)
    await new Promise((resolve) => setImmediate(resolve))
    await fixture.close()
    expect(await outcome).toMatchObject({ code: 'closed' })
    expect(leftovers(fixture)).toEqual([])
  })

  test('every operation refuses a signal that is aborted already', async () => {
    const { files } = await openWithBucket(mode)
    await write(files, 'k', 'old')
    const aborted = call(AbortSignal.abort(new Error('enough')))
    const file = { bucket: 'b', key: 'k' }
    const same = { contentType: null, metadata: undefined, tags: undefined, expiresAt: undefined }
    const failures = [
      files.list({ bucket: 'b', prefix: '', delimiter: undefined, pageSize: 1, pageToken: undefined }, aborted),
      files.stat(file, aborted),
      files.read(whole, aborted),
      files.write(writing('k', 'new'), aborted),
      files.delete(file, aborted),
      files.deleteMany({ bucket: 'b', keys: ['k'] }, aborted),
      files.copy({ from: file, to: { bucket: 'b', key: 'l' }, overwrite: true }, aborted),
      files.update({ ...file, ...same }, aborted),
      files.signUrl({ ...file, method: 'GET', expiresInMs: 1000 }, aborted),
    ]
    for (const failure of failures) await expect(failure).rejects.toThrow('enough')
    expect(await readText(files, 'k')).toBe('old')
  })

  test('an abort ends a body', async () => {
    const { files } = await openWithBucket(mode)
    await write(files, 'k', Buffer.alloc(5 * mebibyte))
    const controller = new AbortController()
    const { body } = await files.read(whole, call(controller.signal))
    let chunks = 0
    const reading = async (): Promise<void> => {
      for await (const _chunk of body) if ((chunks += 1) === 2) controller.abort(new Error('enough'))
    }
    await expect(reading()).rejects.toThrow('enough')
    expect(chunks).toBe(2)
  })
})

describe('an open file is let go', () => {
  const openCount = (directory: string): number => {
    const links = fs.readdirSync('/proc/self/fd').map((name) => {
      try {
        return fs.readlinkSync(`/proc/self/fd/${name}`)
      } catch {
        return ''
      }
    })
    return links.filter((link) => link.includes(path.join(directory, 'buckets'))).length
  }

  test.skipIf(!fs.existsSync('/proc/self/fd'))('whatever becomes of its body', async () => {
    const fixture = await openInDirectory()
    const { files, directory } = fixture
    await write(files, 'k', Buffer.alloc(5 * mebibyte))
    const open = async (signal?: AbortSignal) => (await files.read(whole, call(signal))).body
    await collect(await open())
    for await (const _chunk of await open()) break
    await (await open())[Symbol.asyncIterator]().return?.()
    await expect(files.read({ ...whole, range: { start: 9 * mebibyte } }, call())).rejects.toThrow('range')
    await expect(files.read({ ...whole, ifEtag: 'x' }, call())).rejects.toMatchObject({ code: 'conflict' })
    const controller = new AbortController()
    const aborted = await open(controller.signal)
    controller.abort()
    await expect(collect(aborted)).rejects.toThrow('aborted')
    await expect.poll(() => openCount(directory)).toBe(0)
    await open()
    await fixture.close()
    expect(openCount(directory)).toBe(0)
  })

  test('and its body is read once', async () => {
    const { files } = await openInDirectory()
    await write(files, 'k', Buffer.alloc(2 * mebibyte))
    const { body } = await files.read(whole, call())
    await collect(body)
    await expect(collect(body)).rejects.toMatchObject({ code: 'invalid-argument' })
  })
})

test('failures of the file system are named, others left as they are', () => {
  const codeOf = (code: string): unknown =>
    (fileSystemError(Object.assign(new Error(`${code}: x`), { code })) as { code: string }).code
  for (const code of ['ENOSPC', 'EDQUOT', 'EFBIG']) expect(codeOf(code)).toBe('quota-exceeded')
  for (const code of ['EACCES', 'EPERM', 'EROFS']) expect(codeOf(code)).toBe('permission-denied')
  for (const code of ['EMFILE', 'ENFILE', 'EIO']) expect(codeOf(code)).toBe('unavailable')
  expect(codeOf('EWHAT')).toBe('EWHAT')
  expect(fileSystemError('text')).toBe('text')
})

test.skipIf(process.platform === 'win32')('a disk that fills up leaves what was there, and says so', async () => {
  const { directory } = await openInDirectory()
  const child = path.join(import.meta.dirname, 'files-child.ts')
  const shell = `ulimit -f 4096; exec "$0" "$@"`
  const output = await run('bash', ['-c', shell, process.execPath, child, 'fill', directory])
  expect(JSON.parse(output)).toEqual({
    stream: 'quota-exceeded',
    bytes: 'quota-exceeded',
    kept: 'old',
    small: 'fine',
    staged: [],
  })
})

function run(command: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`exit ${code}: ${output}`))))
  })
}

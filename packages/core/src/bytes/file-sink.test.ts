import { spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writeFileSafely } from './file-sink.ts'

let directory: string
let path: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stowage-sink-'))
  path = join(directory, 'target')
})
afterEach(() => rm(directory, { recursive: true }))

const replace = { overwrite: true, fsync: false }
const create = { overwrite: false, fsync: false }

async function* arrive(...chunks: (Uint8Array | string)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk)
}

async function* broken(): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(3_000_000, 'x')
  throw new Error('cable cut')
}

describe('writeFileSafely', () => {
  test('chunks of any size arrive in order', async () => {
    const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 400_000, max: 1_200_000 })), {
      maxLength: 8,
    })
    await fc.assert(
      fc.asyncProperty(sizes, async (lengths) => {
        const chunks = lengths.map((length, index) => Buffer.alloc(length, index + 1))
        const all = Buffer.concat(chunks)
        expect(await writeFileSafely(path, arrive(...chunks), replace)).toBe(all.byteLength)
        expect((await readFile(path)).equals(all)).toBe(true)
      }),
      { numRuns: 20 },
    )
  })

  test('thousands of tiny chunks are written', async () => {
    const chunks = Array.from({ length: 5000 }, (_, index) => `${index}\n`)
    await writeFileSafely(path, arrive(...chunks), create)
    expect(await readFile(path, 'utf8')).toBe(chunks.join(''))
  })

  test('fsync and plain writing give the same file', async () => {
    await writeFileSafely(path, arrive('ab', 'c'), { overwrite: false, fsync: true })
    expect(await readFile(path, 'utf8')).toBe('abc')
    expect(await readdir(directory)).toEqual(['target'])
  })

  test('after a failure what was there is there and nothing else', async () => {
    await writeFile(path, 'before')
    await expect(writeFileSafely(path, broken(), replace)).rejects.toThrow('cable cut')
    expect(await readFile(path, 'utf8')).toBe('before')
    expect(await readdir(directory)).toEqual(['target'])
  })

  test('after a failure without a file before there is none', async () => {
    await expect(writeFileSafely(path, broken(), create)).rejects.toThrow('cable cut')
    expect(await readdir(directory)).toEqual([])
  })

  test('when the disk takes no more, nothing is left behind', async () => {
    await writeFile(path, 'before')
    const script = `import { writeFileSafely } from ${JSON.stringify(new URL('./file-sink.ts', import.meta.url).href)}
      async function* chunks() { for (let i = 0; i < 8; i++) yield Buffer.alloc(1_000_000, i) }
      const options = { overwrite: true, fsync: false }
      await writeFileSafely(${JSON.stringify(path)}, chunks(), options).catch((error) => console.log(error.code))`
    // A limit on the size of files stands for a full disk; ignoring its signal turns it into an error of the write.
    const command = `trap '' XFSZ; ulimit -f 4000; exec "$0" --input-type=module --eval "$1"`
    const { stdout } = spawnSync('sh', ['-c', command, process.execPath, script], { encoding: 'utf8' })
    expect(stdout.trim()).toBe('EFBIG')
    expect(await readFile(path, 'utf8')).toBe('before')
    expect(await readdir(directory)).toEqual(['target'])
  })

  test('what is there is seen until the new file is whole', async () => {
    await writeFile(path, 'before')
    async function* watching(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(3_000_000, 'x')
      expect(await readFile(path, 'utf8')).toBe('before')
    }
    await writeFileSafely(path, watching(), replace)
    expect((await stat(path)).size).toBe(3_000_000)
  })

  test('an abort ends it at once, also while the source waits, and ends the source', async () => {
    await writeFile(path, 'before')
    const controller = new AbortController()
    let isEnded = false
    async function* waiting(): AsyncGenerator<Uint8Array> {
      try {
        yield Buffer.from('abc')
        controller.abort(new Error('stop'))
        yield Buffer.from('def')
      } finally {
        isEnded = true
      }
    }
    await expect(writeFileSafely(path, waiting(), { ...replace, signal: controller.signal })).rejects.toThrow('stop')
    expect(isEnded).toBe(true)
    const stuck: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }
    await expect(writeFileSafely(path, stuck, { ...replace, signal: AbortSignal.timeout(20) })).rejects.toThrow(
      'timeout',
    )
    await expect(writeFileSafely(path, arrive('a'), { ...replace, signal: AbortSignal.abort() })).rejects.toThrow(
      'abort',
    )
    expect(await readFile(path, 'utf8')).toBe('before')
    expect(await readdir(directory)).toEqual(['target'])
  })

  test('without overwriting a file that is there fails before the source is read', async () => {
    await writeFile(path, 'before')
    let wasRead = false
    async function* source(): AsyncGenerator<Uint8Array> {
      wasRead = true
      yield Buffer.from('a')
    }
    await expect(writeFileSafely(path, source(), create)).rejects.toMatchObject({ code: 'already-exists' })
    expect(wasRead).toBe(false)
  })

  test('of many that create one file exactly one wins, and its file is whole', async () => {
    const racers = Array.from({ length: 10 }, (_, index) =>
      writeFileSafely(path, arrive(String(index).repeat(1000)), create),
    )
    const outcomes = await Promise.allSettled(racers)
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
    for (const outcome of outcomes.filter((each) => each.status === 'rejected')) {
      expect(outcome.reason).toMatchObject({ code: 'already-exists' })
    }
    const winner = outcomes.findIndex((outcome) => outcome.status === 'fulfilled')
    expect(await readFile(path, 'utf8')).toBe(String(winner).repeat(1000))
    expect(await readdir(directory)).toEqual(['target'])
  })

  test('directories, devices and missing directories are refused', async () => {
    await mkdir(path)
    await expect(writeFileSafely(path, arrive('a'), replace)).rejects.toMatchObject({ code: 'invalid-argument' })
    await expect(writeFileSafely('/dev/null', arrive('a'), replace)).rejects.toMatchObject({ code: 'invalid-argument' })
    const lost = writeFileSafely(join(directory, 'no', 'file'), arrive('a'), replace)
    await expect(lost).rejects.toMatchObject({ code: 'not-found', message: /create it first/ })
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true)
  })

  test('a link is followed and permissions are kept', async () => {
    const real = join(directory, 'real')
    await writeFile(real, 'before')
    await chmod(real, 0o640)
    await symlink(real, path)
    await writeFileSafely(path, arrive('after'), replace)
    expect(await readFile(real, 'utf8')).toBe('after')
    expect((await stat(real)).mode & 0o777).toBe(0o640)
  })

  test('a name of the longest length is written', async () => {
    const long = join(directory, 'n'.repeat(255))
    await writeFileSafely(long, arrive('a'), create)
    expect(await readFile(long, 'utf8')).toBe('a')
  })
})

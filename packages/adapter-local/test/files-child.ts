/**
 * A process of its own that works on a directory, for tests that kill it, limit it or race it.
 *
 * Arguments: what to do, the directory, and more as the task wants. It prints one line of JSON, or one for each step.
 */
import fs from 'node:fs'
import path from 'node:path'
import { crc32 } from 'node:zlib'
import { ReceiptRecorder, type WriteFileRequest } from '@stowage/core/driver'
import { InlineEngine } from '../src/engine/inline-engine.ts'
import { createLocalFiles } from '../src/files.ts'

const [task = '', directory = '', ...rest] = process.argv.slice(2)
const engine = new InlineEngine({ directory, durability: 'normal' })
const local = createLocalFiles({ engine, directory, durability: 'normal' })
const { files } = local
const call = () => ({ signal: new AbortController().signal, receipt: new ReceiptRecorder() })

function write(key: string, bytes: Buffer, isStream: boolean, condition: WriteFileRequest['condition']) {
  async function* open(): AsyncGenerator<Uint8Array> {
    for (let start = 0; start < bytes.length; start += 65_536) yield bytes.subarray(start, start + 65_536)
  }
  const source = { sizeBytes: bytes.length, isReopenable: true, bytes: isStream ? undefined : bytes, open }
  const attributes = { contentType: undefined, metadata: {}, tags: [], expiresAt: undefined }
  const checksum = () => crc32(bytes).toString(16).padStart(8, '0')
  return files.write(
    { bucket: 'b', key, source, attributes, condition, crc32: checksum, onPart: () => undefined },
    call(),
  )
}

const replace = { kind: 'replace' } as const
const codeOf = (error: unknown): string => (error as { code?: string }).code ?? String(error)

const tasks: Record<string, () => Promise<void>> = {
  /** Writes more than the process may; the limit is set by the shell. */
  async fill() {
    // A process beyond its limit is killed by default.
    process.on('SIGXFSZ', () => undefined)
    await write('k', Buffer.from('old'), false, replace)
    const large = Buffer.alloc(8 * 1024 * 1024)
    const outcome = (isStream: boolean) => write('k', large, isStream, replace).then(() => 'fine', codeOf)
    const [stream, bytes] = [await outcome(true), await outcome(false)]
    const small = await write('small', Buffer.alloc(1000), false, replace).then(() => 'fine', codeOf)
    const { body } = await files.read({ bucket: 'b', key: 'k', range: undefined, ifEtag: undefined }, call())
    let kept = ''
    for await (const chunk of body) kept += Buffer.from(chunk).toString()
    const staged = fs.readdirSync(path.join(directory, 'tmp')).filter((name) => !name.endsWith('.slot'))
    print({ stream, bytes, kept, small, staged })
  },

  /** Overwrites keys for ever and prints each version that is acknowledged. */
  async overwrite() {
    for (let version = Number(rest[0]); ; version += 1) {
      const key = `k${version % 5}`
      // Each version fills its file with its number, at lengths on both sides of what is written at once.
      await write(key, filled(version), version % 3 === 0, replace)
      print({ key, version })
      if (version % 7 === 0) await files.delete({ bucket: 'b', key: 'gone' }, call()).catch(() => undefined)
      else await write('gone', filled(version), false, replace)
    }
  },

  /** Tries to create the same keys as others, and prints the ones it won. */
  async create() {
    await turn()
    const won: string[] = []
    for (let number = 0; number < 100; number += 1) {
      const key = `k${number}`
      const condition = { kind: 'create' } as const
      await write(key, Buffer.from(rest[0] ?? ''), number % 2 === 0, condition).then(() => won.push(key), expected)
    }
    print(won)
  },

  /** Adds to counters that others add to as well, by the etag. */
  async count() {
    await turn()
    for (let added = 0; added < 50;) {
      const { body, file } = await files.read({ bucket: 'b', key: 'n', range: undefined, ifEtag: undefined }, call())
      let text = ''
      for await (const chunk of body) text += Buffer.from(chunk).toString()
      const condition = { kind: 'etag', etag: file.etag ?? '' } as const
      await write('n', Buffer.from(String(Number(text) + 1)), false, condition).then(() => (added += 1), expected)
    }
    print('done')
  },

  /** Overwrites and deletes the same keys as others. */
  async churn() {
    await turn()
    for (let number = 0; number < 150; number += 1) {
      const key = ['a', 'a/b', 'A', 'x.txt'][number % 4] ?? ''
      if (number % 5 === 4) await files.delete({ bucket: 'b', key }, call()).catch(expected)
      else await write(key, filled(number), number % 3 === 0, replace)
      const range = undefined
      const content = await files.read({ bucket: 'b', key, range, ifEtag: undefined }, call()).catch(expected)
      if (content === undefined) continue
      const seen = new Set<number>()
      for await (const chunk of content.body) for (const byte of chunk) seen.add(byte)
      if (seen.size !== 1) throw new Error(`a mixture of ${[...seen].join(', ')} was read`)
    }
    print('done')
  },
}

function filled(version: number): Buffer {
  return Buffer.alloc(1 + ((version * 37_987) % 200_000), version % 251)
}

function expected(error: unknown): undefined {
  if (!['already-exists', 'conflict', 'not-found'].includes(codeOf(error))) throw error
}

/** Says that it is ready and waits for the others. */
async function turn(): Promise<void> {
  print('ready')
  await new Promise((resolve) => process.stdin.once('data', resolve))
  process.stdin.unref()
}

function print(value: unknown): void {
  fs.writeSync(1, `${JSON.stringify(value)}\n`)
}

await tasks[task]?.()
await local.close()
await engine.close()

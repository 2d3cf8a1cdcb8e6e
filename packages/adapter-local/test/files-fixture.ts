import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { crc32 } from 'node:zlib'
import type { FileInfo } from '@stowage/core'
import {
  ReceiptRecorder,
  type ByteSource,
  type CallContext,
  type FileAttributes,
  type FileDriver,
  type WriteFileRequest,
} from '@stowage/core/driver'
import { onTestFinished } from 'vitest'
import { InlineEngine } from '../src/engine/inline-engine.ts'
import { createLocalFiles, type LocalFiles } from '../src/files.ts'

/** Files over an engine of their own, with a bucket `b`. */
export interface Fixture extends LocalFiles {
  readonly engine: InlineEngine
  readonly directory: string | undefined
}

/** Makes a directory that goes with the test. */
export function makeDirectory(): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'stowage-files-'))
  onTestFinished(() => fs.rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Opens files at a directory, or in memory, until the test ends. */
export function openFiles(directory: string | undefined, durability: 'normal' | 'full' = 'normal'): Fixture {
  const engine = new InlineEngine({ directory, durability })
  const local = createLocalFiles({ engine, directory, durability })
  onTestFinished(async () => {
    await local.close()
    await engine.close()
  })
  return { ...local, engine, directory }
}

/** Opens files with a bucket. */
export async function openWithBucket(mode: 'directory' | 'memory', bucket = 'b'): Promise<Fixture> {
  if (mode === 'directory') return openInDirectory(bucket)
  const fixture = openFiles(undefined)
  await addBucket(fixture, bucket)
  return fixture
}

/** Opens files with a bucket in a directory. */
export async function openInDirectory(bucket = 'b'): Promise<Fixture & { readonly directory: string }> {
  const directory = makeDirectory()
  const fixture = openFiles(directory)
  await addBucket(fixture, bucket)
  return { ...fixture, directory }
}

/** Adds a bucket. */
export async function addBucket({ engine }: Fixture, bucket: string): Promise<void> {
  await engine.call('createBucket', { bucket, displayName: undefined, description: undefined })
}

/** A call's context. */
export function call(signal: AbortSignal = new AbortController().signal): CallContext {
  return { signal, receipt: new ReceiptRecorder() }
}

/** No attributes. */
export const plain: FileAttributes = { contentType: undefined, metadata: {}, tags: [], expiresAt: undefined }

/** A request to write bytes, or the chunks of a stream. */
export function writing(
  key: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array>,
  rest: Partial<WriteFileRequest> = {},
): WriteFileRequest {
  const { source, checksum } = sourceOf(content)
  const condition = { kind: 'replace' } as const
  return { bucket: 'b', key, source, attributes: plain, condition, crc32: checksum, onPart: () => undefined, ...rest }
}

/** Writes bytes or a stream. */
export function write(
  files: FileDriver,
  key: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array>,
  rest: Partial<WriteFileRequest> = {},
): Promise<FileInfo> {
  return files.write(writing(key, content, rest), call())
}

/** Reads all of a file. */
export async function readBytes(files: FileDriver, key: string, bucket = 'b'): Promise<Buffer> {
  const { body } = await files.read({ bucket, key, range: undefined, ifEtag: undefined }, call())
  return collect(body)
}

/** Takes all chunks of a body. */
export async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Reads all of a file as text. */
export async function readText(files: FileDriver, key: string, bucket = 'b'): Promise<string> {
  return (await readBytes(files, key, bucket)).toString()
}

/** The keys of a bucket, over all pages. */
export async function listKeys(files: FileDriver, bucket = 'b', pageSize = 1000): Promise<string[]> {
  const keys: string[] = []
  let pageToken: string | undefined
  do {
    const request = { bucket, prefix: '', delimiter: undefined, pageSize, pageToken }
    const page = await files.list(request, call())
    for (const entry of page.items) keys.push(entry.kind === 'file' ? entry.file.key : entry.prefix)
    pageToken = page.nextPageToken
  } while (pageToken !== undefined)
  return keys
}

/** All paths below a directory, files only, sorted. */
export function filesBelow(directory: string): string[] {
  const entries = fs.readdirSync(directory, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)))
    .toSorted()
}

function sourceOf(content: Uint8Array | string | AsyncIterable<Uint8Array>): {
  source: ByteSource
  checksum: () => string
} {
  let value = 0
  const checksum = (): string => value.toString(16).padStart(8, '0')
  if (typeof content === 'string' || content instanceof Uint8Array) {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    value = crc32(bytes)
    const open = (): AsyncIterable<Uint8Array> => chunksOf([bytes])
    return { source: { sizeBytes: bytes.length, isReopenable: true, bytes, open }, checksum }
  }
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of content as AsyncIterable<Uint8Array>) {
      value = crc32(chunk, value)
      yield chunk
    }
  }
  return { source: { sizeBytes: undefined, isReopenable: false, bytes: undefined, open: counted }, checksum }
}

/** A stream of chunks. */
export async function* chunksOf(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks
}

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import type { FileInput, UploadOptions } from '@stowage/core'
import { type Check, check, type Need } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { assertBytes, inChunks, patternBytes } from './file-content.ts'

const known: readonly Need[] = ['files.write', 'files.read', 'files.stat']
const unknown: readonly Need[] = [...known, 'files.writeUnknownLength']
const content = patternBytes(700_001)

/** Content is taken from every kind of source, of known and of unknown length, in chunks of any size. */
export const fileSourceChecks: readonly Check[] = [
  check(
    'files/from-path',
    'a file on disk is uploaded by its path and by its URL',
    { needs: known },
    async (context) => {
      const path = join(await context.temporaryDirectory(), 'source file.bin')
      await writeFile(path, content)
      await checkUpload(context, path)
      await checkUpload(context, pathToFileURL(path))
    },
  ),
  check('files/from-empty-path', 'an empty file on disk is uploaded', { needs: known }, async (context) => {
    const path = join(await context.temporaryDirectory(), 'empty')
    await writeFile(path, '')
    await checkUpload(context, path, {}, new Uint8Array())
  }),
  check(
    'files/from-memory',
    'bytes, views on a part of them and buffers are uploaded',
    { needs: known },
    async (context) => {
      await checkUpload(context, content)
      const padded = new Uint8Array(content.byteLength + 20)
      padded.set(content, 10)
      await checkUpload(context, padded.subarray(10, 10 + content.byteLength))
      await checkUpload(context, new DataView(padded.buffer, 10, content.byteLength))
      await checkUpload(context, Uint8Array.from(content).buffer)
    },
  ),
  check('files/from-blob', 'a Blob is uploaded', { needs: known }, async (context) => {
    await checkUpload(context, new Blob([Uint8Array.from(content)]))
  }),
  check('files/from-known-stream', 'a stream of announced length is uploaded', { needs: known }, async (context) => {
    await checkUpload(context, inChunks(content, 65_536), { sizeBytes: content.byteLength })
  }),
  check('files/from-generator', 'a stream of unknown length is uploaded', { needs: unknown }, async (context) => {
    await checkUpload(context, inChunks(content, 65_536))
  }),
  check(
    'files/from-node-stream',
    'a Node stream of unknown length is uploaded',
    { needs: unknown },
    async (context) => {
      await checkUpload(context, Readable.from(inChunks(content, 65_536), { objectMode: false }))
    },
  ),
  check('files/from-web-stream', 'a web stream of unknown length is uploaded', { needs: unknown }, async (context) => {
    await checkUpload(context, new Blob([Uint8Array.from(content)]).stream())
  }),
  check('files/from-text-stream', 'a stream of texts is uploaded as UTF-8', { needs: unknown }, async (context) => {
    const texts = ['Grüße ', '', '🐈', 'שלום', '\n']
    await checkUpload(context, streamOf(texts), {}, Buffer.from(texts.join('')))
  }),
  check(
    'files/from-empty-stream',
    'a stream that gives nothing is an empty file',
    { needs: unknown },
    async (context) => {
      await checkUpload(context, streamOf([]), {}, new Uint8Array())
      await checkUpload(context, streamOf(['', '']), {}, new Uint8Array())
    },
  ),
  check(
    'files/from-tiny-chunks',
    'thousands of chunks of a byte or two are put together',
    { needs: unknown },
    async (context) => {
      const bytes = content.subarray(0, 9001)
      await checkUpload(context, inChunks(bytes, 1), { sizeBytes: bytes.byteLength }, bytes)
      await checkUpload(context, inChunks(bytes, 2), {}, bytes)
    },
  ),
  check('files/from-huge-chunks', 'a chunk of several MiB is taken whole', { needs: unknown }, async (context) => {
    const bytes = patternBytes(5_000_011)
    await checkUpload(context, inChunks(bytes, bytes.byteLength), { sizeBytes: bytes.byteLength }, bytes)
    await checkUpload(context, inChunks(bytes, 4_000_000), {}, bytes)
  }),
  check(
    'files/source-read-once',
    'a source is read to its end once, and closed',
    { needs: ['files.write', 'files.read', 'files.stat', 'files.writeUnknownLength'] },
    async (context) => {
      const seen: string[] = []
      async function* source(): AsyncGenerator<Uint8Array> {
        try {
          yield* inChunks(content, 100_000, (index) => seen.push(String(index)))
        } finally {
          seen.push('closed')
        }
      }
      await checkUpload(context, source())
      assert.deepEqual(seen, ['0', '1', '2', '3', '4', '5', '6', '7', '8', 'closed'])
    },
  ),
]

async function checkUpload(
  context: CheckContext,
  source: FileInput,
  options: UploadOptions = {},
  expected: Uint8Array = content,
): Promise<void> {
  const file = (await context.files()).file('a/b.bin')
  const stored = await file.upload(source, options)
  assert.equal(stored.file.sizeBytes, expected.byteLength)
  assert.equal((await file.stat()).sizeBytes, expected.byteLength)
  assertBytes(await file.get(), expected)
}

// oxlint-disable-next-line typescript/require-await -- an upload takes asynchronous iterables
async function* streamOf(texts: readonly string[]): AsyncGenerator<string> {
  yield* texts
}

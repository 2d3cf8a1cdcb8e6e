import assert from 'node:assert/strict'
import { type File, StorageError } from '@stowage/core'
import { type Check, check } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'
import { assertBytes, inChunks, mebibyte, patternBytes, readChunks } from './file-content.ts'

/** Each content is a version: told apart by its etag, written and read under conditions, and never mixed with another. */
export const fileVersionChecks: readonly Check[] = [
  check(
    'files/etag',
    'the etag changes with the content, also where the length does not, and stays while nothing is written',
    { needs: ['files.write', 'files.stat', 'files.list'] },
    async (context) => {
      const area = await context.files()
      const file = area.file('a/b.txt')
      const etags = new Set<string>()
      for (const content of ['one', 'two', 'three', 'one two three']) {
        const { file: written } = await file.put(content)
        const etag = await etagOf(file)
        assert.equal(written.etag, etag, 'the write tells the same etag as stat')
        assert.equal(await etagOf(file), etag, 'nothing was written in between')
        etags.add(etag)
      }
      assert.equal(etags.size, 4)
      for await (const entry of area.bucket.files({ prefix: area.prefix }))
        assert.equal(entry.kind === 'file' && entry.file.etag, await etagOf(file), 'a listing tells the same etag')
    },
  ),
  check(
    'files/read-if-etag',
    'a read of one version gives it, and fails with conflict once there is another',
    { needs: ['files.write', 'files.read', 'files.stat'] },
    async (context) => {
      const file = (await context.files()).file('a/b.txt')
      await file.put('one')
      const etag = await etagOf(file)
      assertBytes(await file.get({ ifEtag: etag }), Buffer.from('one'))
      await file.put('two')
      await expectError(file.get({ ifEtag: etag }), 'conflict')
      await expectError(readChunks(file.stream({ ifEtag: etag })), 'conflict')
      assertBytes(await file.get({ ifEtag: await etagOf(file) }), Buffer.from('two'))
    },
  ),
  check(
    'files/read-range-if-etag',
    'a range of one version gives its bytes, and fails with conflict once there is another',
    { needs: ['files.write', 'files.read', 'files.range', 'files.stat'] },
    async (context) => {
      const file = (await context.files()).file('a/b.txt')
      await file.put('0123456789')
      const etag = await etagOf(file)
      const range = { start: 3, end: 5 }
      assertBytes(await file.get({ range, ifEtag: etag }), Buffer.from('34'))
      await file.put('abcdefghij')
      await expectError(file.get({ range, ifEtag: etag }), 'conflict')
    },
  ),
  check(
    'files/create-only',
    'a write that must create does, and where a file is fails with already-exists and leaves it as it was',
    { needs: ['files.write', 'files.read', 'files.stat', 'files.createOnly'] },
    async (context) => {
      const file = (await context.files()).file('a/b.bin')
      const old = patternBytes(200_000)
      await file.put(old, { overwrite: false })
      const before = await file.stat()
      await expectError(file.put('new', { overwrite: false }), 'already-exists')
      await expectError(file.upload(patternBytes(2 * mebibyte), { overwrite: false }), 'already-exists')
      await expectError(
        file.upload(inChunks(old, 10_000), { overwrite: false, sizeBytes: old.byteLength }),
        'already-exists',
      )
      assertBytes(await file.get(), old)
      assert.deepEqual(await file.stat(), before)
    },
  ),
  check(
    'files/create-again',
    'a write that must create does so again after the file was deleted',
    { needs: ['files.write', 'files.read', 'files.delete', 'files.createOnly'] },
    async (context) => {
      const file = (await context.files()).file('a/b.txt')
      await file.put('one', { overwrite: false })
      await file.delete()
      await file.put('two', { overwrite: false })
      assert.equal(await file.text(), 'two')
    },
  ),
  check(
    'files/write-if-etag',
    'a write that replaces one version does, and where there is another fails with conflict and leaves it as it was',
    { needs: ['files.write', 'files.read', 'files.stat', 'files.createOnly'] },
    async (context) => {
      const file = (await context.files()).file('a/b.bin')
      await file.put('one')
      const first = await etagOf(file)
      await file.put('two', { ifEtag: first })
      assert.equal(await file.text(), 'two')
      const before = await file.stat()
      await expectError(file.put('three', { ifEtag: first }), 'conflict')
      await expectError(file.upload(patternBytes(2 * mebibyte), { ifEtag: first }), 'conflict')
      assert.equal(await file.text(), 'two')
      assert.deepEqual(await file.stat(), before)
    },
  ),
  check(
    'files/write-if-etag-missing',
    'a write that replaces one version fails with conflict where no file is, and creates none',
    { needs: ['files.write', 'files.stat', 'files.list', 'files.createOnly', 'files.delete'] },
    async (context) => {
      const area = await context.files()
      const file = area.file('a/b.txt')
      await file.put('one')
      const ifEtag = await etagOf(file)
      await file.delete()
      await expectError(file.put('two', { ifEtag }), 'conflict')
      assert.deepEqual(await area.list(), [])
    },
  ),
  check(
    'files/reader-keeps-version',
    'a reader gets the version it began with to the end, or conflict: never a mixture',
    { needs: ['files.write', 'files.read'] },
    (context) => checkReader(context, (file, bytes) => file.put(bytes), 'conflict'),
  ),
  check(
    'files/reader-keeps-deleted',
    'a reader of a file that is deleted meanwhile gets all of it or a failure, never a shorter file',
    { needs: ['files.write', 'files.read', 'files.delete'] },
    (context) => checkReader(context, (file) => file.delete(), 'conflict', 'not-found'),
  ),
  check(
    'files/reader-stops',
    'readers that stop early hold nothing up: the file can be read, replaced and deleted',
    { needs: ['files.write', 'files.read', 'files.delete', 'files.list'] },
    async (context) => {
      const area = await context.files()
      const file = area.file('a/b.bin')
      const bytes = patternBytes(2 * mebibyte)
      await file.put(bytes)
      for (let reader = 0; reader < 100; reader += 1) for await (const chunk of file.stream()) if (chunk) break
      assertBytes(await file.get(), bytes)
      await file.put('new')
      assertBytes(await file.get(), Buffer.from('new'))
      await file.delete()
      assert.deepEqual(await area.list(), [])
    },
  ),
  check(
    'files/parallel-readers',
    'many readers at once each get the whole file',
    { needs: ['files.write', 'files.read'] },
    async (context) => {
      const file = (await context.files()).file('a/b.bin')
      const bytes = patternBytes(300_000)
      await file.put(bytes)
      const contents = await Promise.all(Array.from({ length: 20 }, () => readChunks(file.stream())))
      for (const content of contents) assertBytes(content, bytes)
    },
  ),
]

async function etagOf(file: File): Promise<string> {
  const { etag } = await file.stat()
  assert.ok(etag !== undefined && etag !== '', 'the backend gives no etag')
  return etag
}

/** Changes a file while it is being read; what was read must be all of the old version, unless reading failed. */
async function checkReader(
  context: CheckContext,
  change: (file: File, bytes: Uint8Array) => Promise<unknown>,
  ...allowed: readonly StorageError['code'][]
): Promise<void> {
  const file = (await context.files()).file('a/b.bin')
  const old = patternBytes(4 * mebibyte, 1)
  await file.put(old)
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of file.stream()) {
      chunks.push(chunk)
      if (chunks.length === 1) await change(file, patternBytes(4 * mebibyte, 2))
    }
  } catch (error) {
    if (StorageError.is(error) && allowed.includes(error.code)) return
    throw error
  }
  assertBytes(Buffer.concat(chunks), old, 'what the reader got')
}

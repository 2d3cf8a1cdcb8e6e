import assert from 'node:assert/strict'
import { type Check, check } from '../check.ts'
import { expectError } from '../expectation.ts'
import { expectOneWinner, inParallel } from './parallel-calls.ts'

/** The bytes of one writer: its number over and over, and a length of its own. */
function versionOf(writer: number): Uint8Array {
  return new Uint8Array(50_000 + writer * 1000).fill(writer + 1)
}

/** Checks that bytes are one writer's, whole, and gives which. */
function expectVersion(bytes: Uint8Array): number {
  const writer = (bytes[0] ?? 0) - 1
  const other = bytes.findIndex((byte) => byte !== writer + 1)
  assert.equal(other, -1, `bytes of two versions: another one begins at ${other}`)
  assert.equal(bytes.byteLength, versionOf(writer).byteLength, 'a version is cut short or too long')
  return writer
}

/** Lets some time pass, so that reading and writing overlap on the quickest backend. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}

/** Writers and readers of files at once. */
export const parallelFileChecks: readonly Check[] = [
  check(
    'concurrency/overwrites',
    'a reader of a file that is overwritten all the time gets one version, whole',
    { needs: ['files.write', 'files.read'], timeoutMs: 60_000 },
    async (context) => {
      const file = (await context.files()).file('contended')
      await file.put(versionOf(0))
      let isWriting = true
      const write = async (): Promise<void> => {
        for (let round = 0; round < 10; round++) {
          await inParallel(3, (index) => file.put(versionOf(round + index)), 'conflict')
          await pause(2)
        }
      }
      const read = async (): Promise<void> => {
        // A reader that is told of the change may be; one that gets a mixture is lied to.
        while (isWriting) {
          await pause(0)
          const { done } = await inParallel(2, () => file.get(), 'conflict')
          for (const { value } of done) expectVersion(value)
        }
      }
      const writing = write().finally(() => (isWriting = false))
      await Promise.all([writing, read(), read()])
      expectVersion(await file.get())
    },
  ),
  check(
    'concurrency/uploads',
    'of uploads of one file at once, one stands, whole',
    { needs: ['files.write', 'files.read', 'files.writeUnknownLength'] },
    async (context) => {
      const file = (await context.files()).file('contended')
      const upload = (index: number): PromiseLike<unknown> => file.upload(new Blob([versionOf(index)]).stream())
      const { done } = await inParallel(8, upload, 'conflict')
      const writer = expectVersion(await file.get())
      assert.ok(
        done.some(({ index }) => index === writer),
        'the bytes are those of an upload that failed',
      )
    },
  ),
  check(
    'concurrency/create-file',
    'of creations of one file at once, exactly one succeeds, and its bytes stand',
    { needs: ['files.write', 'files.createOnly', 'files.read'] },
    async (context) => {
      const area = await context.files()
      for (let round = 0; round < 5; round++) {
        const file = area.file(`created-${round}`)
        const winner = await expectOneWinner(
          (index) => file.put(versionOf(index), { overwrite: false }),
          'already-exists',
        )
        assert.equal(expectVersion(await file.get()), winner, 'the bytes are those of another writer')
      }
    },
  ),
  check(
    'concurrency/replace-version',
    'of replacements of one version at once, exactly one succeeds, and the others fail with conflict',
    { needs: ['files.write', 'files.createOnly', 'files.read'] },
    async (context) => {
      const file = (await context.files()).file('versioned')
      let { etag } = (await file.put(versionOf(100))).file
      for (let round = 0; round < 5; round++) {
        assert.ok(etag !== undefined, 'the written file has no etag to replace it by')
        const ifEtag = etag
        const winner = await expectOneWinner((index) => file.put(versionOf(index), { ifEtag }), 'conflict')
        assert.equal(expectVersion(await file.get()), winner)
        etag = (await file.put(versionOf(100 + round))).file.etag
      }
    },
  ),
  check(
    'concurrency/delete-file',
    'a file deleted by many callers at once is gone, and nobody meets anything but not-found',
    { needs: ['files.write', 'files.delete', 'files.read'] },
    async (context) => {
      const file = (await context.files()).file('doomed')
      await file.put(versionOf(1))
      const { done } = await inParallel(8, () => file.delete(), 'not-found')
      assert.ok(done.length > 0, 'nobody deleted it')
      await expectError(file.get(), 'not-found')
    },
  ),
  check(
    'concurrency/many-files',
    '64 files written, read and looked at at once are each what was written',
    { needs: ['files.write', 'files.read', 'files.stat'], timeoutMs: 60_000 },
    async (context) => {
      const area = await context.files()
      const content = (index: number): string => `file ${index} `.repeat(100 + index)
      await inParallel(64, (index) => area.file(`many/${index}`).put(content(index)))
      const read = await inParallel(64, (index) => area.file(`many/${index}`).text())
      for (const { index, value } of read.done) assert.equal(value, content(index))
      const stats = await inParallel(64, (index) => area.file(`many/${index}`).stat())
      for (const { index, value } of stats.done) assert.equal(value.sizeBytes, content(index).length)
    },
  ),
  check(
    'concurrency/readers',
    'many readers of one file at once each get all of it',
    { needs: ['files.write', 'files.read'] },
    async (context) => {
      const file = (await context.files()).file('shared')
      await file.put(versionOf(200))
      const { done } = await inParallel(16, () => file.get())
      for (const { value } of done) assert.equal(expectVersion(value), 200)
    },
  ),
]

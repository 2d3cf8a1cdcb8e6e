import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Check, check } from '../check.ts'
import { expectError } from '../expectation.ts'
import { inChunks, patternBytes, readChunks } from './file-content.ts'

/** What isn't there fails with `not-found`, never with something empty. */
export const fileMissingChecks: readonly Check[] = [
  check(
    'files/missing-stat',
    'stat of a missing file fails with not-found',
    { needs: ['files.stat'] },
    async (context) => {
      const area = await context.files()
      await expectError(area.file('missing.txt').stat(), 'not-found')
      assert.equal(await area.file('missing.txt').exists(), false)
    },
  ),
  check(
    'files/missing-read',
    'reading a missing file fails with not-found',
    { needs: ['files.read'] },
    async (context) => {
      const file = (await context.files()).file('missing.txt')
      await expectError(file.get(), 'not-found')
      await expectError(file.text(), 'not-found')
      await expectError(readChunks(file.stream()), 'not-found')
    },
  ),
  check(
    'files/missing-range',
    'reading a range of a missing file fails with not-found',
    { needs: ['files.read', 'files.range'] },
    async (context) => {
      const file = (await context.files()).file('missing.txt')
      await expectError(file.get({ range: { start: 0, end: 10 } }), 'not-found')
    },
  ),
  check(
    'files/missing-download',
    'downloading a missing file fails with not-found and leaves nothing on disk',
    { needs: ['files.read'] },
    async (context) => {
      const file = (await context.files()).file('missing.txt')
      const directory = await context.temporaryDirectory()
      await expectError(file.download(join(directory, 'copy.txt')), 'not-found')
      assert.deepEqual(await readdir(directory), [])
    },
  ),
  check(
    'files/missing-delete',
    'deleting a missing file fails with not-found',
    { needs: ['files.delete'] },
    async (context) => {
      await expectError((await context.files()).file('missing.txt').delete(), 'not-found')
    },
  ),
  check(
    'files/missing-above',
    'a key that others begin with is no file by that',
    { needs: ['files.write', 'files.read', 'files.stat', 'files.delete'] },
    async (context) => {
      const area = await context.files()
      await area.file('a/b/c.txt').put('x')
      for (const key of ['a', 'a/', 'a/b', 'a/b/', 'a/b/c', 'a/b/c.txt/', 'a/b/c.txt/d']) {
        await expectError(area.file(key).stat(), 'not-found')
        await expectError(area.file(key).get(), 'not-found')
        await expectError(area.file(key).delete(), 'not-found')
      }
      assert.equal(await area.file('a/b/c.txt').text(), 'x')
    },
  ),
  check(
    'files/missing-bucket',
    'files of a missing bucket fail with not-found',
    { needs: ['files.write', 'files.read', 'files.stat'] },
    async (context) => {
      const file = context.storage.bucket(context.newBucketName()).file('a/b.txt')
      await expectError(file.put('x'), 'not-found')
      await expectError(file.upload(inChunks(patternBytes(100), 10), { sizeBytes: 100 }), 'not-found')
      await expectError(file.stat(), 'not-found')
      await expectError(file.get(), 'not-found')
      assert.equal(await file.exists(), false)
    },
  ),
]

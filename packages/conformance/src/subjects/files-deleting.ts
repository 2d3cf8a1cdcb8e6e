import assert from 'node:assert/strict'
import { type Check, check, type Need } from '../check.ts'
import { expectError } from '../expectation.ts'
import { makeFiles } from './made-files.ts'

const many: readonly Need[] = ['files.write', 'files.list', 'files.deleteMany']

/** What is deleted is gone, and nothing else is. */
export const fileDeletingChecks: readonly Check[] = [
  check(
    'files/delete',
    'a deleted file is gone for every call, and deleting it again fails with not-found',
    { needs: ['files.write', 'files.read', 'files.stat', 'files.list', 'files.delete'] },
    async (context) => {
      const area = await makeFiles(context, ['a.txt', 'b.txt', 'c.txt'])
      const file = area.file('b.txt')
      await file.delete()
      assert.equal(await file.exists(), false)
      await expectError(file.stat(), 'not-found')
      await expectError(file.get(), 'not-found')
      await expectError(file.delete(), 'not-found')
      assert.deepEqual(await area.list(), ['a.txt', 'c.txt'])
    },
  ),
  check(
    'files/delete-neighbours',
    'deleting a file leaves those whose keys begin with its key, and those its key begins with',
    { needs: ['files.write', 'files.list', 'files.delete'] },
    async (context) => {
      const area = await makeFiles(context, ['a', 'a.txt', 'a/b', 'a/b/c', 'ab'])
      await area.file('a').delete()
      assert.deepEqual(await area.list(), ['a.txt', 'a/b', 'a/b/c', 'ab'])
      await area.file('a/b').delete()
      assert.deepEqual(await area.list(), ['a.txt', 'a/b/c', 'ab'])
      await expectError(area.file('a/').delete(), 'not-found')
      assert.deepEqual(await area.list(), ['a.txt', 'a/b/c', 'ab'])
    },
  ),
  check(
    'files/delete-recreate',
    'a file written again after it was deleted has nothing of the old one',
    { needs: ['files.write', 'files.read', 'files.stat', 'files.delete', 'files.metadata'] },
    async (context) => {
      const file = (await context.files()).file('a/b.txt')
      await file.put('the old content', { metadata: { owner: 'ann' } })
      await file.delete()
      await file.put('new')
      assert.equal(await file.text(), 'new')
      const { metadata, sizeBytes } = await file.stat()
      assert.deepEqual([{ ...metadata }, sizeBytes], [{}, 3])
    },
  ),
  check(
    'files/delete-many',
    'deleting many says for each key what it came to, in the order asked, a repeated one once',
    { needs: many },
    async (context) => {
      const area = await makeFiles(context, ['a.txt', 'b.txt', 'c.txt', 'd.txt'])
      const keys = ['d.txt', 'missing.txt', 'a.txt', 'd.txt', 'c', 'b.txt'].map((key) => area.prefix + key)
      const outcomes = await area.bucket.deleteFiles(keys)
      assert.deepEqual(
        outcomes.map(({ key, outcome }) => [key.slice(area.prefix.length), outcome]),
        [
          ['d.txt', 'deleted'],
          ['missing.txt', 'not-found'],
          ['a.txt', 'deleted'],
          ['c', 'not-found'],
          ['b.txt', 'deleted'],
        ],
      )
      assert.ok(outcomes.every(({ error }) => error === undefined))
      assert.deepEqual(await area.list(), ['c.txt'])
    },
  ),
  check('files/delete-none', 'deleting no files deletes none', { needs: many }, async (context) => {
    const area = await makeFiles(context, ['a.txt'])
    assert.deepEqual(await area.bucket.deleteFiles([]), [])
    assert.deepEqual(await area.list(), ['a.txt'])
  }),
  check(
    'files/delete-over-limit',
    'a list longer than one request takes is deleted in several, with every outcome in its place',
    { needs: many, timeoutMs: 120_000 },
    async (context) => {
      const { operations, limits } = context.capabilities
      const isNative = operations['files.deleteMany']?.kind === 'native'
      const limit = Math.min(limits.filesPerDelete ?? 1000, isNative ? 1000 : 20)
      // Few of them exist: what counts is where they stand, at both sides of each cut.
      const places = new Set([0, limit - 1, limit, 2 * limit - 1, 2 * limit, Math.ceil(2.5 * limit) - 1])
      const keys = Array.from({ length: Math.ceil(2.5 * limit) }, (_, index) => `${index}.txt`)
      const area = await makeFiles(context, keys.filter((_, index) => places.has(index)).concat('other.txt'))
      const outcomes = await area.bucket.deleteFiles(keys.map((key) => area.prefix + key))
      assert.deepEqual(
        outcomes.map(({ key }) => key.slice(area.prefix.length)),
        keys,
      )
      const deleted = outcomes.flatMap(({ outcome }, index) => (outcome === 'deleted' ? [index] : []))
      assert.deepEqual(
        deleted,
        [...places].toSorted((left, right) => left - right),
      )
      assert.ok(outcomes.every(({ outcome }) => outcome !== 'failed'))
      assert.deepEqual(await area.list(), ['other.txt'])
    },
  ),
  check(
    'files/delete-many-refused',
    'a list with a key that can be none is refused as a whole, before anything is deleted',
    { needs: many },
    async (context) => {
      const area = await makeFiles(context, ['a.txt'])
      for (const wrong of ['', '\ud800'])
        await expectError(area.bucket.deleteFiles([`${area.prefix}a.txt`, wrong]), 'invalid-argument')
      assert.deepEqual(await area.list(), ['a.txt'])
      const [outcome] = await area.bucket.deleteFiles([`${area.prefix}a.txt`])
      assert.equal(outcome?.outcome, 'deleted')
    },
  ),
]

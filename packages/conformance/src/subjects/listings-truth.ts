import assert from 'node:assert/strict'
import { type Check, check, type CheckOptions } from '../check.ts'
import { collect, expectError } from '../expectation.ts'
import { makeFiles } from './made-files.ts'

const needs: CheckOptions = { needs: ['files.write', 'files.list'] }

/** A listing shows what is there, all of it and nothing else. */
export const listingTruthChecks: readonly Check[] = [
  check('listings/empty', 'a listing of nothing is empty', { needs: ['files.list'] }, async (context) => {
    const area = await context.files()
    assert.deepEqual(await area.list(), [])
    assert.deepEqual(await area.list({ delimiter: '/' }), [])
    assert.deepEqual(await area.list({ prefix: 'a/', delimiter: '/' }), [])
  }),
  check(
    'listings/missing-bucket',
    'a listing of a missing bucket fails with not-found and is never empty',
    {
      needs: ['files.list'],
    },
    async (context) => {
      const bucket = context.storage.bucket(context.newBucketName())
      await expectError(collect(bucket.files()), 'not-found')
      await expectError(bucket.files({ prefix: 'a/', delimiter: '/' }).page(), 'not-found')
    },
  ),
  check(
    'listings/facts',
    'a listing tells of each file what stat does: bucket, key, length, etag, time',
    {
      needs: ['files.write', 'files.list', 'files.stat'],
    },
    async (context) => {
      const area = await makeFiles(context, ['a.txt', 'b/c.txt', 'd.txt'])
      let count = 0
      for await (const entry of area.bucket.files({ prefix: area.prefix })) {
        assert.ok(entry.kind === 'file')
        count += 1
        const info = await area.file(area.nameOf(entry)).stat()
        const { bucket, key, sizeBytes, etag, modifiedAt } = entry.file
        assert.deepEqual([bucket, key, sizeBytes, etag], [info.bucket, info.key, info.sizeBytes, info.etag])
        assert.equal(secondsOf(modifiedAt), secondsOf(info.modifiedAt))
        assert.ok(Array.isArray(entry.file.tags) && typeof entry.file.metadata === 'object')
      }
      assert.equal(count, 3)
    },
  ),
  check(
    'listings/overwritten',
    'a file that was overwritten is listed once, as it is now',
    {
      needs: [...(needs.needs ?? []), 'semantics.readAfterWrite'],
    },
    async (context) => {
      const area = await makeFiles(context, ['a.txt', 'b.txt'])
      for (const content of ['longer content', '', 'new']) await area.file('a.txt').put(content)
      const sizes = (await area.bucket.files({ prefix: area.prefix }).toArray()).map((entry) =>
        entry.kind === 'file' ? [area.nameOf(entry), entry.file.sizeBytes] : [],
      )
      assert.deepEqual(sizes, [
        ['a.txt', 3],
        ['b.txt', 'content of b.txt'.length],
      ])
    },
  ),
  check(
    'listings/at-once',
    'a listing shows a file as soon as it is written, and no more once it is deleted',
    {
      needs: [...(needs.needs ?? []), 'files.delete', 'semantics.readAfterWrite'],
    },
    async (context) => {
      const area = await context.files()
      for (let round = 0; round < 10; round += 1) {
        await area.file('a/b.txt').put('x')
        assert.deepEqual(await area.list(), ['a/b.txt'])
        await area.file('a/b.txt').delete()
        assert.deepEqual(await area.list(), [])
        assert.deepEqual(await area.list({ delimiter: '/' }), [], 'the shared prefix of a deleted file')
      }
    },
  ),
  check(
    'listings/other-buckets',
    'a listing shows no files of other buckets',
    {
      needs: [...(needs.needs ?? []), 'semantics.dynamicBuckets'],
    },
    async (context) => {
      const [one, other] = [await context.bucket(), await context.bucket()]
      assert.notEqual(one.name, other.name, 'there is only one bucket')
      await one.file('a.txt').put('x')
      await other.file('b.txt').put('x')
      const keysOf = async (bucket: typeof one): Promise<unknown[]> =>
        (await bucket.files().toArray()).map((entry) => entry.kind === 'file' && entry.file.key)
      assert.deepEqual(await keysOf(one), ['a.txt'])
      assert.deepEqual(await keysOf(other), ['b.txt'])
    },
  ),
  check('listings/anew', 'each reading of a listing starts anew', needs, async (context) => {
    const area = await makeFiles(context, ['a.txt', 'c.txt'])
    const listing = area.bucket.files({ prefix: area.prefix })
    assert.equal((await listing.toArray()).length, 2)
    await area.file('b.txt').put('x')
    const names = (await collect(listing)).map((entry) => area.nameOf(entry))
    assert.deepEqual(names, ['a.txt', 'b.txt', 'c.txt'])
  }),
]

function secondsOf(instant: Date | undefined): number | undefined {
  return instant === undefined ? undefined : Math.floor(instant.getTime() / 1000)
}

import assert from 'node:assert/strict'
import { type Check, check, type CheckOptions, type Need } from '../check.ts'
import { expectError } from '../expectation.ts'
import { assertBytes, mebibyte, patternBytes } from './file-content.ts'

const copying: readonly Need[] = ['files.write', 'files.copy']
const needs: CheckOptions = { needs: [...copying, 'files.read'] }

/** Copies: content and what is set on it, in another place, on their own. */
export const fileCopyingChecks: readonly Check[] = [
  check('files/copy', 'a copy has the content, and the original stays', needs, async (context) => {
    const area = await context.files()
    for (const sizeBytes of [0, 10, 3 * mebibyte + 1]) {
      const bytes = patternBytes(sizeBytes)
      const [from, to] = [area.file(`${sizeBytes}.bin`), area.file(`copies/of ${sizeBytes}.bin`)]
      await from.put(bytes)
      const { file } = await from.copyTo(to)
      assert.deepEqual([file.key, file.sizeBytes], [to.key, sizeBytes])
      assertBytes(await to.get(), bytes, 'the copy')
      assertBytes(await from.get(), bytes, 'the original')
    }
  }),
  check(
    'files/copy-no-overwrite',
    'a copy onto a file fails with already-exists and leaves both',
    needs,
    async (context) => {
      const area = await context.files()
      const [from, to] = [area.file('from.txt'), area.file('to.txt')]
      await from.put('from')
      await to.put('to')
      await expectError(from.copyTo(to), 'already-exists')
      assert.deepEqual([await from.text(), await to.text()], ['from', 'to'])
    },
  ),
  check('files/copy-overwrite', 'a copy that may overwrite replaces the file', needs, async (context) => {
    const area = await context.files()
    const [from, to] = [area.file('from.txt'), area.file('to.txt')]
    await from.put('from')
    await to.put('the longer content of to')
    await from.copyTo(to, { overwrite: true })
    assert.deepEqual([await from.text(), await to.text()], ['from', 'from'])
  }),
  check('files/copy-itself', 'a copy of a file onto itself leaves its content whole', needs, async (context) => {
    const file = (await context.files()).file('a/b.bin')
    const bytes = patternBytes(200_000)
    await file.put(bytes)
    await expectError(file.copyTo(file), 'already-exists')
    assertBytes(await file.get(), bytes)
    await file.copyTo(file, { overwrite: true })
    assertBytes(await file.get(), bytes)
  }),
  check(
    'files/copy-apart',
    'copy and original change and go without each other',
    {
      needs: [...copying, 'files.read', 'files.delete'],
    },
    async (context) => {
      const area = await context.files()
      const [from, to] = [area.file('from.txt'), area.file('to.txt')]
      await from.put('one')
      await from.copyTo(to)
      await from.put('two')
      assert.equal(await to.text(), 'one')
      await to.put('three')
      assert.equal(await from.text(), 'two')
      await from.delete()
      assert.equal(await to.text(), 'three')
    },
  ),
  check(
    'files/copy-metadata',
    'a copy has the metadata of the original, and none of the file it replaces',
    {
      needs: [...copying, 'files.stat', 'files.metadata'],
    },
    async (context) => {
      const area = await context.files()
      const [from, to] = [area.file('from.txt'), area.file('to.txt')]
      const metadata = { owner: 'ann', note: 'Grüße' }
      await from.put('from', { metadata })
      await from.copyTo(to)
      assert.deepEqual({ ...(await to.stat()).metadata }, metadata)
      await to.put('to', { metadata: { other: 'x' } })
      await from.copyTo(to, { overwrite: true })
      assert.deepEqual({ ...(await to.stat()).metadata }, metadata)
    },
  ),
  check(
    'files/copy-content-type',
    'a copy has the media type of the original',
    {
      needs: [...copying, 'files.stat', 'files.contentType'],
    },
    async (context) => {
      const area = await context.files()
      const [from, to] = [area.file('from'), area.file('to')]
      await from.put('from', { contentType: 'text/csv; charset=utf-8' })
      await from.copyTo(to)
      assert.equal((await to.stat()).contentType, 'text/csv; charset=utf-8')
    },
  ),
  check(
    'files/copy-tags',
    'a copy has the tags of the original',
    {
      needs: [...copying, 'files.stat', 'files.tags'],
    },
    async (context) => {
      const area = await context.files()
      const [from, to] = [area.file('from'), area.file('to')]
      await from.put('from', { tags: ['b', 'a'] })
      await from.copyTo(to)
      assert.deepEqual((await to.stat()).tags, ['b', 'a'])
    },
  ),
  check(
    'files/copy-across',
    'a file is copied to another bucket, and shows only there',
    {
      needs: [...copying, 'files.read', 'files.list', 'semantics.dynamicBuckets'],
    },
    async (context) => {
      const [one, other] = [await context.bucket(), await context.bucket()]
      assert.notEqual(one.name, other.name, 'there is only one bucket')
      await one.file('a/from.txt').put('content')
      const { file } = await one.file('a/from.txt').copyTo(other.file('b/to.txt'))
      assert.deepEqual([file.bucket, file.key], [other.name, 'b/to.txt'])
      assert.equal(await other.file('b/to.txt').text(), 'content')
      const [entry, ...more] = await other.files().toArray()
      assert.equal(entry?.kind === 'file' && entry.file.key, 'b/to.txt')
      assert.equal(more.length, 0)
      assert.equal((await one.files().toArray()).length, 1)
    },
  ),
  check(
    'files/copy-missing',
    'a copy of a missing file fails with not-found and leaves the target',
    {
      needs: [...copying, 'files.read', 'files.list'],
    },
    async (context) => {
      const area = await context.files()
      await area.file('to.txt').put('to')
      await expectError(area.file('missing.txt').copyTo(area.file('to.txt'), { overwrite: true }), 'not-found')
      await expectError(area.file('missing.txt').copyTo(area.file('new.txt')), 'not-found')
      assert.equal(await area.file('to.txt').text(), 'to')
      assert.deepEqual(await area.list(), ['to.txt'])
    },
  ),
]

import assert from 'node:assert/strict'
import type { FileInfo } from '@stowage/core'
import { type Check, check } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'
import { assertBytes } from './file-content.ts'

const dayMs = 24 * 60 * 60 * 1000
// Two clocks may differ a little; a date that is a time zone off is a lie.
const clockToleranceMs = 5 * 60 * 1000

/** What is known of a file, and what is set on it. */
export const fileAttributeChecks: readonly Check[] = [
  check(
    'files/stat',
    'stat gives exactly what was written: bucket, key, length, and nothing that was not set',
    { needs: ['files.write', 'files.stat'] },
    async (context) => {
      const file = (await context.files()).file('a/b.txt')
      const startMs = Date.now()
      const { file: written } = await file.put('seven b')
      const info = await file.stat()
      assert.equal(info.bucket, file.bucketName)
      assert.equal(info.key, file.key)
      assert.equal(info.sizeBytes, 7)
      assert.deepEqual({ ...info.metadata }, {})
      assert.deepEqual(info.tags, [])
      assert.equal(info.expiresAt, undefined)
      checkInstant(info.modifiedAt, startMs)
      assert.deepEqual(factsOf(written), factsOf(info), 'the write tells the same as stat')
    },
  ),
  check(
    'files/no-content-type',
    'a file without a media type has none',
    { needs: ['files.write', 'files.stat'] },
    async (context) => {
      const file = (await context.files()).file('a/b.txt')
      await file.put('x')
      assert.equal((await file.stat()).contentType, undefined)
    },
  ),
  check(
    'files/content-type',
    'a media type is kept, with its parameters',
    { needs: ['files.write', 'files.stat', 'files.contentType'] },
    async (context) => {
      const file = (await context.files()).file('a/b')
      for (const contentType of ['image/jpeg', 'text/csv; charset=utf-8', 'application/vnd.x+json']) {
        const { file: written } = await file.put('x', { contentType })
        assert.equal(written.contentType, contentType)
        assert.equal((await file.stat()).contentType, contentType)
      }
    },
  ),
  check(
    'files/metadata',
    'several metadata values are kept, also empty and long ones',
    { needs: ['files.write', 'files.stat', 'files.metadata'] },
    async (context) => {
      const file = (await context.files()).file('a/b.txt')
      const metadata = { owner: 'ann', empty: '', long: 'x'.repeat(500), 'with-dash': '1', number: '007' }
      const { file: written } = await file.put('x', { metadata })
      assert.deepEqual({ ...written.metadata }, metadata)
      assert.deepEqual({ ...(await file.stat()).metadata }, metadata)
    },
  ),
  check(
    'files/metadata-unicode',
    'metadata values keep characters beyond ASCII',
    { needs: ['files.write', 'files.stat', 'files.metadata'] },
    (context) =>
      checkMetadata(context, {
        unicode: 'Grüße, שלום, 日本語, 🐈',
        decomposed: 'cafe\u0301',
        composed: 'caf\u00e9',
        high: '\uffff \u{10ffff}',
      }),
  ),
  check(
    'files/metadata-odd',
    'metadata values keep spaces at their ends, quotes, percent signs and line breaks',
    { needs: ['files.write', 'files.stat', 'files.metadata'] },
    (context) =>
      checkMetadata(context, {
        spaces: '  two  ',
        quotes: `"'\\,;=`,
        percent: '100% %20 %C3%A9 +',
        lines: 'one\ntwo\r\n\tthree',
        encoded: '=?UTF-8?B?eA==?=',
        zero: '0',
        null: 'null',
      }),
  ),
  check(
    'files/metadata-names',
    'metadata names keep their case and odd characters, and two that differ in case are two',
    { needs: ['files.write', 'files.stat', 'files.metadata'] },
    (context) =>
      checkMetadata(context, {
        Owner: '1',
        owner: '2',
        'snake_case.name': '3',
        größe: '4',
        'a b': '5',
        constructor: '6',
      }),
  ),
  check(
    'files/tags',
    'tags are kept, in their order',
    { needs: ['files.write', 'files.stat', 'files.tags'] },
    async (context) => {
      const file = (await context.files()).file('a/b.txt')
      const tags = ['zebra', 'apple', 'Grüße', 'two words', 'a,b']
      await file.put('x', { tags })
      assert.deepEqual((await file.stat()).tags, tags)
    },
  ),
  check(
    'files/expiry',
    'an expiry is kept to the second, and a file that has not expired is there',
    { needs: ['files.write', 'files.read', 'files.stat', 'files.expiry'] },
    async (context) => {
      const file = (await context.files()).file('a/b.txt')
      const expiresAt = wholeSeconds(new Date(Date.now() + 10 * dayMs))
      await file.put('x', { expiresAt })
      assert.equal(instantText((await file.stat()).expiresAt), expiresAt.toISOString())
      assert.equal(await file.text(), 'x')
    },
  ),
  check(
    'files/overwrite-attributes',
    'an overwrite keeps no media type and no metadata of the old file',
    { needs: ['files.write', 'files.stat', 'files.contentType', 'files.metadata'] },
    async (context) => {
      const file = (await context.files()).file('a/b.txt')
      await file.put('x', { contentType: 'text/csv', metadata: { owner: 'ann', since: '2026' } })
      await file.put('x', { contentType: 'image/png', metadata: { owner: 'bob' } })
      const { contentType, metadata } = await file.stat()
      assert.equal(contentType, 'image/png')
      assert.deepEqual({ ...metadata }, { owner: 'bob' })
      await file.put('x')
      const plain = await file.stat()
      assert.deepEqual({ ...plain.metadata }, {})
      assert.notEqual(plain.contentType, 'image/png')
    },
  ),
  check(
    'files/update-metadata',
    'update replaces metadata as a whole and leaves bytes and media type alone',
    { needs: ['files.write', 'files.read', 'files.stat', 'files.update', 'files.metadata', 'files.contentType'] },
    async (context) => {
      const file = (await context.files()).file('a/b.txt')
      await file.put('content', { contentType: 'text/csv', metadata: { owner: 'ann', since: '2026' } })
      const updated = await file.update({ metadata: { state: 'done' } })
      const info = await file.stat()
      for (const one of [updated, info]) {
        assert.deepEqual({ ...one.metadata }, { state: 'done' })
        assert.equal(one.contentType, 'text/csv')
        assert.equal(one.sizeBytes, 7)
      }
      assertBytes(await file.get(), Buffer.from('content'))
      await file.update({ metadata: {} })
      assert.deepEqual({ ...(await file.stat()).metadata }, {})
    },
  ),
  check(
    'files/update-content-type',
    'update changes and removes the media type and leaves metadata alone',
    { needs: ['files.write', 'files.read', 'files.stat', 'files.update', 'files.metadata', 'files.contentType'] },
    async (context) => {
      const file = (await context.files()).file('a/b.txt')
      await file.put('content', { contentType: 'text/csv', metadata: { owner: 'ann' } })
      await file.update({ contentType: 'image/png' })
      const info = await file.stat()
      assert.equal(info.contentType, 'image/png')
      assert.deepEqual({ ...info.metadata }, { owner: 'ann' })
      await file.update({ contentType: null })
      assert.equal((await file.stat()).contentType, undefined)
      assert.equal(await file.text(), 'content')
    },
  ),
  check(
    'files/update-tags',
    'update replaces tags as a whole',
    { needs: ['files.write', 'files.read', 'files.stat', 'files.update', 'files.tags'] },
    async (context) => {
      const file = (await context.files()).file('a/b.txt')
      await file.put('content', { tags: ['a', 'b'] })
      await file.update({ tags: ['c'] })
      assert.deepEqual((await file.stat()).tags, ['c'])
      await file.update({ tags: [] })
      assert.deepEqual((await file.stat()).tags, [])
      assert.equal(await file.text(), 'content')
    },
  ),
  check(
    'files/update-expiry',
    'update sets and removes the expiry',
    { needs: ['files.write', 'files.read', 'files.stat', 'files.update', 'files.expiry'] },
    async (context) => {
      const file = (await context.files()).file('a/b.txt')
      await file.put('content')
      const expiresAt = wholeSeconds(new Date(Date.now() + 5 * dayMs))
      await file.update({ expiresAt })
      assert.equal(instantText((await file.stat()).expiresAt), expiresAt.toISOString())
      await file.update({ expiresAt: null })
      assert.equal((await file.stat()).expiresAt, undefined)
      assert.equal(await file.text(), 'content')
    },
  ),
  check(
    'files/update-missing',
    'update of a missing file fails with not-found and creates none',
    { needs: ['files.update', 'files.contentType', 'files.list'] },
    async (context) => {
      const area = await context.files()
      await expectError(area.file('missing.txt').update({ contentType: 'text/csv' }), 'not-found')
      assert.deepEqual(await area.list(), [])
    },
  ),
]

async function checkMetadata(context: CheckContext, metadata: Readonly<Record<string, string>>): Promise<void> {
  const file = (await context.files()).file('a/b.txt')
  await file.put('x', { metadata })
  assert.deepEqual({ ...(await file.stat()).metadata }, metadata)
}

/** What two reports of one version have to agree on. */
function factsOf({ bucket, key, sizeBytes, etag, contentType, metadata, tags }: FileInfo): unknown {
  return { bucket, key, sizeBytes, etag, contentType, metadata: { ...metadata }, tags }
}

function checkInstant(instant: Date | undefined, startMs: number): void {
  if (instant === undefined) return
  assert.ok(instant instanceof Date, 'modifiedAt is a Date')
  const isPlausible =
    instant.getTime() > startMs - clockToleranceMs && instant.getTime() < Date.now() + clockToleranceMs
  assert.ok(isPlausible, `modifiedAt is ${instant.toISOString()}, and it is ${new Date().toISOString()}`)
}

function wholeSeconds(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / 1000) * 1000)
}

function instantText(instant: Date | undefined): string | undefined {
  return instant?.toISOString()
}

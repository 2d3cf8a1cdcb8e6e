import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ListFilesRequest } from '@stowage/core/driver'
import { addBucket, call, openWithBucket, write, type Fixture } from './files-fixture.ts'

type Question = Partial<Omit<ListFilesRequest, 'pageToken'>>

/** All entries of a listing, page by page; prefixes end with `*`. */
async function entries({ files }: Pick<Fixture, 'files'>, question: Question): Promise<string[]> {
  const request = { bucket: 'b', prefix: '', delimiter: undefined, pageSize: 1000, ...question }
  const found: string[] = []
  let pageToken: string | undefined
  do {
    const page = await files.list({ ...request, pageToken }, call())
    expect(page.items.length).toBeLessThanOrEqual(request.pageSize)
    for (const entry of page.items) found.push(entry.kind === 'file' ? entry.file.key : `${entry.prefix}*`)
    pageToken = page.nextPageToken
  } while (pageToken !== undefined)
  return found
}

/** The same, by looking at every key. */
function naively(keys: readonly string[], prefix: string, delimiter: string | undefined): string[] {
  const sorted = keys.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)))
  const found = new Set<string>()
  for (const key of sorted.filter((text) => text.startsWith(prefix))) {
    const end = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length)
    found.add(end === -1 ? key : `${key.slice(0, end + (delimiter ?? '').length)}*`)
  }
  return [...found]
}

describe.each(['directory', 'memory'] as const)('a listing in %s mode', (mode) => {
  test('with a delimiter gives files and shared prefixes in order', async () => {
    const fixture = await openWithBucket(mode)
    for (const key of ['a', 'a/1', 'a/2', 'a0', 'b/c/d', 'b/e', '/', '//x', 'z/']) await write(fixture.files, key, key)
    expect(await entries(fixture, { delimiter: '/' })).toEqual(['/*', 'a', 'a/*', 'a0', 'b/*', 'z/*'])
    expect(await entries(fixture, { delimiter: '/', prefix: 'b/' })).toEqual(['b/c/*', 'b/e'])
    expect(await entries(fixture, { delimiter: '/', prefix: 'b' })).toEqual(['b/*'])
    expect(await entries(fixture, { delimiter: '/', prefix: 'none' })).toEqual([])
    expect(await entries(fixture, { delimiter: '', prefix: 'a/' })).toEqual(['a/1', 'a/2'])
  })

  test('leaves out what has expired, prefixes of nothing else included', async () => {
    const fixture = await openWithBucket(mode)
    const attributes = { contentType: undefined, metadata: {}, tags: [], expiresAt: new Date(Date.now() - 1000) }
    await write(fixture.files, 'a/1', 'x', { attributes })
    await write(fixture.files, 'b/1', 'x', { attributes })
    await write(fixture.files, 'b/2', 'x')
    expect(await entries(fixture, { delimiter: '/' })).toEqual(['b/*'])
  })

  test('has pages of the size asked for, and no token after the last', async () => {
    const fixture = await openWithBucket(mode)
    for (let number = 0; number < 6; number += 1) await write(fixture.files, `k${number}`, 'x')
    const page = (pageToken: string | undefined) =>
      fixture.files.list({ bucket: 'b', prefix: '', delimiter: undefined, pageSize: 3, pageToken }, call())
    const first = await page(undefined)
    expect(first.items).toHaveLength(3)
    const second = await page(first.nextPageToken)
    expect(second.items).toHaveLength(3)
    expect(second.nextPageToken).toBeUndefined()
  })

  test('goes on where it was while keys come and go', async () => {
    const fixture = await openWithBucket(mode)
    for (const key of ['a', 'b', 'c', 'd']) await write(fixture.files, key, 'x')
    const request = { bucket: 'b', prefix: '', delimiter: undefined, pageSize: 2, pageToken: undefined }
    const { nextPageToken } = await fixture.files.list(request, call())
    await fixture.files.deleteMany({ bucket: 'b', keys: ['b', 'c'] }, call())
    await write(fixture.files, 'aa', 'x')
    const { items } = await fixture.files.list({ ...request, pageToken: nextPageToken }, call())
    expect(items.map((entry) => entry.kind === 'file' && entry.file.key)).toEqual(['d'])
  })

  test('refuses a token of another listing and any other text', async () => {
    const fixture = await openWithBucket(mode)
    await addBucket(fixture, 'c')
    for (const key of ['a', 'b']) await write(fixture.files, key, 'x')
    const request = { bucket: 'b', prefix: '', delimiter: undefined, pageSize: 1, pageToken: undefined }
    const { nextPageToken = '' } = await fixture.files.list(request, call())
    const wrong = [
      { ...request, bucket: 'c', pageToken: nextPageToken },
      { ...request, prefix: 'a', pageToken: nextPageToken },
      { ...request, delimiter: '/', pageToken: nextPageToken },
      ...['', 'x', 'a', '{}', 'bnVsbA', `x${nextPageToken}`].map((pageToken) => ({ ...request, pageToken })),
    ]
    for (const question of wrong) {
      await expect(fixture.files.list(question, call())).rejects.toMatchObject({ code: 'invalid-argument' })
    }
  })

  test('is what looking at every key would give', async () => {
    const fixture = await openWithBucket(mode)
    const key = fc.string({
      unit: fc.constantFrom('a', 'b', '/', '-', 'é', '\u{10ffff}', '\uffff', '🐈'),
      minLength: 1,
      maxLength: 7,
    })
    let number = 0
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key, { maxLength: 25 }),
        fc.oneof(
          fc.constant(''),
          key.map((text) => text.slice(0, 2)).filter((text) => text.isWellFormed()),
        ),
        fc.constantFrom(undefined, '/', '-', 'a/', '\u{10ffff}'),
        fc.integer({ min: 1, max: 5 }),
        async (keys, prefix, delimiter, pageSize) => {
          const bucket = `bucket ${(number += 1)}`
          await addBucket(fixture, bucket)
          await Promise.all(keys.map((text) => write(fixture.files, text, 'x', { bucket })))
          const question = { bucket, prefix, delimiter, pageSize }
          expect(await entries(fixture, question)).toEqual(naively(keys, prefix, delimiter))
        },
      ),
      { numRuns: mode === 'memory' ? 150 : 15 },
    )
  })
})

test('a delimited listing costs by its entries, not by the keys below them', async () => {
  const fixture = await openWithBucket('memory')
  const { database } = fixture.engine
  const insert = database.statement(
    `INSERT INTO files VALUES ('b', ?, ?, 0, 0, '00000000', ?, NULL, NULL, NULL, NULL, 0, 0)`,
  )
  database.transaction(() => {
    for (let number = 0; number < 100_000; number += 1) {
      const key = `${number % 10}/${number}`
      insert.run(key, key, key)
    }
  })
  const start = process.cpuUsage()
  expect(await entries(fixture, { delimiter: '/' })).toHaveLength(10)
  const { user, system } = process.cpuUsage(start)
  expect((user + system) / 1000).toBeLessThan(50)
})

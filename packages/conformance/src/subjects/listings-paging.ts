import assert from 'node:assert/strict'
import type { ListFilesOptions } from '@stowage/core'
import { type Check, check, type CheckOptions } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { collect, expectError } from '../expectation.ts'
import type { FileArea } from '../file-area.ts'
import { describeEntry, expectedEntries, listedEntries, listedPages } from './listing-oracle.ts'
import { makeFiles } from './made-files.ts'

const needs: CheckOptions = { needs: ['files.write', 'files.list'] }
const thirty = Array.from({ length: 30 }, (_, index) => `${index % 3}/${index}.txt`)

/** A listing comes in pages, and the pages make up the whole. */
export const listingPagingChecks: readonly Check[] = [
  ...[1, 2, 7, 29, 30, 31].map((pageSize) =>
    check(
      `listings/pages-of-${pageSize}`,
      `30 files come in pages of at most ${pageSize}, each once`,
      needs,
      (context) => checkPages(context, pageSize),
    ),
  ),
  check(
    'listings/page-limit',
    'a page of as many as the backend states holds no more, and a larger one is not asked for',
    needs,
    async (context) => {
      const area = await makeFiles(context, thirty)
      const limit = context.capabilities.limits.pageSize ?? 1000
      for (const pageSize of [limit, limit + 1, limit * 3]) {
        const pages = await listedPages(area, { pageSize })
        assert.ok(pages.every((page) => page.length <= limit))
        assert.deepEqual(pages.flat(), expectedEntries(thirty, {}))
      }
      const asked = context.log.calls.filter(({ operation }) => operation === 'files.list')
      assert.ok(asked.every(({ request }) => 'pageSize' in request && Number(request.pageSize) <= limit))
    },
  ),
  check(
    'listings/folded-pages',
    'a shared prefix is one entry, also where its files fill several pages',
    needs,
    async (context) => {
      const keys = [...Array.from({ length: 25 }, (_, index) => `b/${index}.txt`), 'a.txt', 'c/d/e.txt', 'c.txt']
      const area = await makeFiles(context, keys)
      for (const pageSize of [1, 2, 3, 7]) {
        const pages = await listedPages(area, { delimiter: '/', pageSize })
        assert.ok(pages.every((page) => page.length <= pageSize))
        assert.deepEqual(pages.flat(), expectedEntries(keys, { delimiter: '/' }), `in pages of ${pageSize}`)
      }
    },
  ),
  check(
    'listings/restart',
    'a page token gives the same page again, later and through another storage',
    needs,
    async (context) => {
      const area = await makeFiles(context, thirty)
      const options = { prefix: area.prefix, pageSize: 7 }
      const tokens = await tokensOf(area, 7)
      assert.equal(new Set(tokens).size, tokens.length, 'two pages have one token')
      const again = context.openStorage().bucket(area.bucket.name).files(options)
      const expected = expectedEntries(thirty, {})
      let from = (await again.page()).items.length
      for (const token of tokens) {
        assert.ok(typeof token === 'string' && token !== '')
        for (const listing of [again, area.bucket.files(options), again]) {
          const { items } = await listing.page(token)
          assert.deepEqual(
            items.map((entry) => describeEntry(area, entry)),
            expected.slice(from, from + items.length),
          )
        }
        from += (await again.page(token)).items.length
      }
      assert.equal(from, 30)
    },
  ),
  check(
    'listings/restart-folded',
    'a page token of a folded listing goes on where the page ended',
    needs,
    async (context) => {
      const keys = ['a/1', 'a/2', 'b', 'b/1', 'b/2', 'c', 'd/1', 'e']
      const area = await makeFiles(context, keys)
      const listing = area.bucket.files({ prefix: area.prefix, delimiter: '/', pageSize: 1 })
      const found: string[] = []
      let token: string | undefined
      do {
        const page = await listing.page(token)
        found.push(...page.items.map((entry) => describeEntry(area, entry)))
        token = page.nextPageToken
      } while (token !== undefined)
      assert.deepEqual(found, expectedEntries(keys, { delimiter: '/' }))
    },
  ),
  check(
    'listings/strange-token',
    'a page token that is none is not taken for the start of the listing',
    needs,
    async (context) => {
      const area = await makeFiles(context, thirty)
      const listing = area.bucket.files({ prefix: area.prefix, pageSize: 7 })
      const first = await listing.page()
      assert.ok(first.items.length > 0)
      await expectNoStart(() => listing.page('~~~ no token'), first.items)
      await expectNoStart(() => listing.page(''), first.items)
    },
  ),
  check(
    'listings/lazy',
    'nothing is sent before the first file is asked for, and then only the pages that hold what is read',
    needs,
    async (context) => {
      const area = await makeFiles(context, thirty)
      const options = { prefix: area.prefix, pageSize: 2 }
      const [one, two, three] = [
        await pagesFor(area, options, 1),
        await pagesFor(area, options, 2),
        await pagesFor(area, options, 3),
      ]
      const before = { calls: countLists(context), requests: context.requestCount }
      const reading = area.bucket.files(options)[Symbol.asyncIterator]()
      assert.equal(countLists(context), before.calls)
      assert.equal(context.requestCount, before.requests)
      for (const pages of [one, two, three]) {
        await reading.next()
        assert.equal(countLists(context), before.calls + pages)
      }
      await reading.return?.()
      // A request for a credential or a signature may come on top of each; one for all that is there may not.
      const sent = (context.requestCount ?? 0) - (before.requests ?? 0)
      assert.ok(sent <= 4 * three, `${sent} requests for three files`)
    },
  ),
  check(
    'listings/stop-early',
    'a listing that is left early asks for no more pages, and can be read again',
    needs,
    async (context) => {
      const area = await makeFiles(context, thirty)
      const options = { prefix: area.prefix, pageSize: 5 }
      const pages = await pagesFor(area, options, 7)
      const before = countLists(context)
      const listing = area.bucket.files(options)
      for await (const entry of listing) if (describeEntry(area, entry) === expectedEntries(thirty, {})[6]) break
      assert.equal(countLists(context), before + pages)
      assert.equal((await collect(listing)).length, 30)
    },
  ),
  check('listings/aborted', 'an abort ends a listing between two pages', needs, async (context) => {
    const area = await makeFiles(context, thirty)
    const controller = new AbortController()
    const seen: string[] = []
    const read = async (): Promise<void> => {
      const listing = area.bucket.files({ prefix: area.prefix, pageSize: 5, signal: controller.signal })
      for await (const entry of listing) {
        seen.push(describeEntry(area, entry))
        if (seen.length === 3) controller.abort()
      }
    }
    await expectError(read(), 'aborted')
    assert.deepEqual(seen, expectedEntries(thirty, {}).slice(0, seen.length))
    assert.ok(seen.length <= 5, 'the next page was read')
  }),
  check(
    'listings/changing',
    'files that stay are listed exactly once while others are written and deleted',
    { needs: ['files.write', 'files.list', 'files.delete'] },
    async (context) => {
      const stay = Array.from({ length: 30 }, (_, index) => `${10 + index}.txt`)
      const go = stay.map((key) => `${key}.gone`)
      const area = await makeFiles(context, [...stay, ...go])
      const listing = area.bucket.files({ prefix: area.prefix, pageSize: 5 })
      const seen: string[] = []
      let round = 0
      for await (const items of listing.pages()) {
        seen.push(...items.map((entry) => area.nameOf(entry)))
        const behind = go[round]
        const ahead = go[go.length - 1 - round]
        if (round < 8 && behind !== undefined && ahead !== undefined) {
          await Promise.all([behind, ahead].map((key) => area.file(key).delete()))
          await Promise.all(
            [`${10 + round}.new`, `${39 - round}.new`, `0${round}`].map((key) => area.file(key).put('x')),
          )
        }
        round += 1
      }
      assert.deepEqual(
        seen.filter((name) => stay.includes(name)),
        stay,
      )
      assert.equal(new Set(seen).size, seen.length, 'an entry is listed twice')
    },
  ),
]

async function checkPages(context: CheckContext, pageSize: number): Promise<void> {
  const area = await makeFiles(context, thirty)
  const pages = await listedPages(area, { pageSize })
  for (const page of pages) assert.ok(page.length <= pageSize, `a page holds ${page.length}`)
  assert.deepEqual(pages.flat(), expectedEntries(thirty, {}))
  assert.deepEqual(await listedEntries(area, { pageSize, prefix: '1/' }), expectedEntries(thirty, { prefix: '1/' }))
}

async function tokensOf(area: FileArea, pageSize: number): Promise<string[]> {
  const listing = area.bucket.files({ prefix: area.prefix, pageSize })
  const tokens: string[] = []
  for (let { nextPageToken } = await listing.page(); nextPageToken !== undefined;) {
    tokens.push(nextPageToken)
    nextPageToken = (await listing.page(nextPageToken)).nextPageToken
  }
  return tokens
}

async function expectNoStart(
  work: () => Promise<{ readonly items: readonly unknown[] }>,
  first: readonly unknown[],
): Promise<void> {
  try {
    assert.notDeepEqual((await work()).items, first, 'the listing starts again')
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error
    await expectError(Promise.reject(error), 'invalid-argument')
  }
}

/** How many pages hold the first so many files; pages may be short, or empty. */
async function pagesFor(area: FileArea, options: ListFilesOptions, count: number): Promise<number> {
  let [pages, files] = [0, 0]
  for await (const items of area.bucket.files(options).pages()) {
    pages += 1
    files += items.length
    if (files >= count) break
  }
  return pages
}

function countLists(context: CheckContext): number {
  return context.log.operations.filter((operation) => operation === 'files.list').length
}

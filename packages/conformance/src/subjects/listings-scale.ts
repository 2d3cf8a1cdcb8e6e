import assert from 'node:assert/strict'
import { type Check, check } from '../check.ts'
import { expectedEntries, listedEntries, listedPages } from './listing-oracle.ts'
import { makeFiles } from './made-files.ts'

/** Listings that no single page holds. */
export const listingScaleChecks: readonly Check[] = [
  check(
    'listings/ten-thousand',
    'thousands of files are listed completely, in order and once each: all, by prefix, folded, and in pages of the limit',
    { needs: ['files.write', 'files.list'], timeoutMs: 300_000 },
    async (context) => {
      const units = ['a', 'é', '\uffff', '🐈', 'Z', '-', '~', '\ue000', '0', 'aa']
      const keys = Array.from(
        { length: context.listedFiles },
        (_, index) => `${units[index % 10] ?? ''}/${index % 7}/${index}.txt`,
      )
      const area = await makeFiles(context, keys)
      assert.deepEqual(await listedEntries(area), expectedEntries(keys, {}))
      for (const question of [
        { delimiter: '/' },
        { prefix: '🐈/' },
        { prefix: 'a/3' },
        { prefix: 'a/', delimiter: '/' },
      ])
        assert.deepEqual(await listedEntries(area, question), expectedEntries(keys, question), JSON.stringify(question))
      const limit = context.capabilities.limits.pageSize ?? 1000
      const pages = await listedPages(area, { pageSize: limit })
      assert.ok(pages.every((page) => page.length <= limit))
      assert.deepEqual(pages.flat(), expectedEntries(keys, {}))
    },
  ),
]

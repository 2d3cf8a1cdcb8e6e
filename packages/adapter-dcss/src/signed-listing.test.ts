import { ReceiptRecorder } from '@stowage/core/driver'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareKeys, type ObjectPage } from './list-objects.ts'
import { SignedListing } from './signed-listing.ts'

const call = { signal: new AbortController().signal, receipt: new ReceiptRecorder() }

/** A service whose signed listings show the first few keys below a prefix. */
function service(keys: readonly string[], pageSize: number, isOpenEnded: boolean) {
  const sorted = keys.toSorted(compareKeys)
  return (prefix: string, startAfter: string | undefined): Promise<ObjectPage> => {
    if (/(?:^|\/)\.{1,2}(?:\/|$)/.test(prefix)) throw new Error(`asked for ${prefix}`)
    const after = isOpenEnded ? startAfter : undefined
    const found = sorted.filter((key) => key.startsWith(prefix) && (after === undefined || compareKeys(key, after) > 0))
    const entries = found.slice(0, pageSize).map((key) => {
      const object = { key, sizeBytes: 0, etag: undefined, modifiedAt: undefined, storageClass: undefined }
      return { kind: 'object', object } as const
    })
    return Promise.resolve({
      entries,
      isTruncated: found.length > pageSize,
      continuationToken: undefined,
      isOpenEnded,
    })
  }
}

async function list(listing: SignedListing, prefix: string, after?: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of listing.objectsAfter(prefix, after, call)) keys.push(key)
  return keys
}

const key = fc.string({ unit: fc.constantFrom('a', 'b', '.', '/', '~', ' '), minLength: 1, maxLength: 4 })
const keySet = fc.uniqueArray(
  key.filter((one) => !/(?:^|\/)\.{1,2}(?:\/|$)/.test(one)),
  { maxLength: 20 },
)
const place = {
  keys: keySet,
  pageSize: fc.integer({ min: 1, max: 5 }),
  prefix: fc.constantFrom('', 'a', 'a/', 'a/.', 'b~'),
}

describe('a listing through signed URLs', () => {
  test('that is narrowed has all keys of printable ASCII, once and in order, from any of them on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.record(place), fc.nat(), async ({ keys, pageSize, prefix }, at) => {
        const listing = new SignedListing(service(keys, pageSize, false), 'narrow')
        const expected = keys.filter((one) => one.startsWith(prefix)).toSorted(compareKeys)
        expect(await list(listing, prefix)).toEqual(expected)
        const after = expected[at % Math.max(1, expected.length)]
        if (after === undefined) return
        expect(await list(listing, prefix, after)).toEqual(expected.slice(expected.indexOf(after) + 1))
      }),
      { numRuns: 25 },
    )
  })

  test('that takes a start key has all keys', async () => {
    await fc.assert(
      fc.asyncProperty(fc.record(place), async ({ keys, pageSize, prefix }) => {
        const listing = new SignedListing(service(keys, pageSize, true), 'refuse')
        const expected = keys.filter((one) => one.startsWith(prefix)).toSorted(compareKeys)
        expect(await list(listing, prefix)).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })

  test('is never short: it fails where there is more than is shown', async () => {
    await fc.assert(
      fc.asyncProperty(fc.record(place), async ({ keys, pageSize }) => {
        const listing = new SignedListing(service(keys, pageSize, false), 'refuse')
        const outcome = await list(listing, '').then(
          (found) => found.length,
          (error: { readonly nativeCode: string }) => error.nativeCode,
        )
        expect(outcome).toBe(keys.length <= pageSize ? keys.length : 'ListingTruncated')
      }),
      { numRuns: 60 },
    )
  })
})

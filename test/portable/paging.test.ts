import type { StorageDriver } from '@stowage/core/driver'
import { interceptDriver } from '@stowage/core/driver'
import { expect, test } from 'vitest'
import { makeBucket, makePeople, openMemory } from './embedded.ts'

/** A driver that gives the first page whatever it is asked for, and a token with it. */
function ignoreTokens(driver: StorageDriver): StorageDriver {
  let calls = 0
  return interceptDriver(driver, (call, next) => {
    if (!('pageToken' in call.request)) return next(call)
    calls += 1
    if (calls > 20) throw new Error('asked for ever')
    return next({ ...call, request: { ...call.request, pageToken: undefined } })
  })
}

const stuck = { code: 'internal', message: expect.stringContaining('page token') }

test('a listing from a backend that stays at one page fails and is not read for ever', async () => {
  const storage = await openMemory(ignoreTokens)
  const bucket = await makeBucket(storage)
  for (const name of ['a', 'b', 'c']) {
    await bucket.file(name).put('x')
    await bucket.table(name).create({ columns: { id: 'string' } })
    await storage.bucket(`other ${name}`).create()
  }
  const listings = [
    [bucket.files({ pageSize: 1 }), 'files.list'],
    [bucket.tables({ pageSize: 1 }), 'tables.list'],
    [storage.buckets({ pageSize: 1 }), 'buckets.list'],
  ] as const
  for (const [listing, operation] of listings)
    await expect(listing.toArray()).rejects.toMatchObject({ ...stuck, operation })
})

test('a query on a backend that stays at one page fails and is not read for ever', async () => {
  const people = await makePeople(await openMemory(ignoreTokens))
  await expect(people.find({}, { pageSize: 2 }).toArray()).rejects.toMatchObject({ ...stuck, operation: 'tables.find' })
})

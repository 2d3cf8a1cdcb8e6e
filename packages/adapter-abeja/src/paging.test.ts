import { expect, test } from 'vitest'
import { byLastId, byOffset, byToken } from './paging.ts'

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = []
  for await (const item of items) found.push(item)
  return found
}

test('offsets go on by what came, and what comes twice is given once', async () => {
  const pages = new Map([
    [0, { items: ['a', 'b'], hasNext: true }],
    [2, { items: ['b', 'c', 'd'], hasNext: true }],
    [5, { items: [], hasNext: false }],
  ])
  const fetch = async (offset: number): Promise<{ items: string[]; hasNext: boolean }> =>
    pages.get(offset) ?? { items: [`nothing at ${offset}`], hasNext: false }
  expect(await all(byOffset(fetch, (item) => item))).toEqual(['a', 'b', 'c', 'd'])
})

test('an empty page that says there are more is a failure, not an endless loop', async () => {
  const fetch = async (): Promise<{ items: string[]; hasNext: boolean }> => ({ items: [], hasNext: true })
  await expect(all(byOffset(fetch, (item: string) => item))).rejects.toMatchObject({ code: 'unavailable' })
})

test('an empty page with a token is not the end', async () => {
  const pages = new Map([
    [undefined, { items: ['a'], next: 't1' }],
    ['t1', { items: [], next: 't2' }],
    ['t2', { items: ['b'], next: undefined }],
  ])
  const fetch = async (token: string | undefined): Promise<{ items: string[]; next: string | undefined }> =>
    pages.get(token) ?? { items: [], next: undefined }
  expect(await all(byToken(fetch, undefined))).toEqual(['a', 'b'])
})

test('a token that leads to itself is a failure', async () => {
  const fetch = async (): Promise<{ items: string[]; next: string }> => ({ items: [], next: 't' })
  await expect(all(byToken(fetch, undefined))).rejects.toMatchObject({ code: 'unavailable' })
})

test('pages after an id end with an empty one, also when the last one names an id', async () => {
  const pages = new Map([
    [undefined, { items: ['a', 'b'], next: 'b' }],
    ['b', { items: ['c'], next: 'c' }],
    ['c', { items: [], next: undefined }],
  ])
  const asked: unknown[] = []
  const fetch = async (lastId: string | undefined): Promise<{ items: string[]; next: string | undefined }> => {
    asked.push(lastId)
    return pages.get(lastId) ?? { items: [], next: undefined }
  }
  expect(await all(byLastId(fetch, undefined))).toEqual(['a', 'b', 'c'])
  expect(asked).toEqual([undefined, 'b', 'c'])
})

test('pages after an id end when the service stays where it is, without giving anything twice', async () => {
  const fetch = async (): Promise<{ items: string[]; next: string }> => ({ items: ['a'], next: 'a' })
  expect(await all(byLastId(fetch, undefined))).toEqual(['a'])
})

test('one may be taken and the rest iterated later, without loss or repeat', async () => {
  const fetch = async (token: string | undefined): Promise<{ items: string[]; next: string | undefined }> =>
    token === undefined ? { items: ['a', 'b'], next: 't' } : { items: ['c'], next: undefined }
  const items = byToken(fetch, undefined)
  expect((await items.next()).value).toBe('a')
  expect(await all(items)).toEqual(['b', 'c'])
})

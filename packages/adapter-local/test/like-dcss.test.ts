import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createStorage, type Storage } from '@stowage/core'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { createLocalDriver } from '../src/index.ts'

const directory = await mkdtemp(join(tmpdir(), 'stowage-like-'))
afterAll(() => rm(directory, { recursive: true, force: true }))

async function openLike(options: { readonly path: string } | { readonly memory: true }): Promise<Storage> {
  const storage = createStorage(await createLocalDriver({ ...options, like: 'dcss' }))
  onTestFinished(() => storage.close())
  return storage
}

async function keysOf(storage: Storage, space: string, prefix = ''): Promise<string[]> {
  const entries = await storage.bucket(space).files({ prefix }).toArray()
  return entries.map((entry) => (entry.kind === 'file' ? entry.file.key : entry.prefix))
}

describe('the embedded backend like dcss', () => {
  test('has the spaces of the service from the start and again when it is opened again', async () => {
    const path = join(directory, 'spaces')
    const first = await openLike({ path })
    for (const space of ['public', 'private', 'user']) await first.bucket(space).file('a').put(space)
    const second = await openLike({ path })
    expect(await second.bucket('public').file('a').text()).toBe('public')
  })

  test('knows no other space, and creates and lists none', async () => {
    const storage = await openLike({ memory: true })
    await expect(storage.bucket('race').file('a').put('x')).rejects.toMatchObject({ code: 'not-found' })
    await expect(storage.bucket('Race').file('a').put('x')).rejects.toMatchObject({ code: 'invalid-argument' })
    await expect(storage.bucket('race').create()).rejects.toMatchObject({ code: 'unsupported' })
    expect(() => storage.buckets()).toThrow(expect.objectContaining({ code: 'unsupported' }))
  })

  test('opens a space that was created without it', async () => {
    const path = join(directory, 'more')
    const plain = createStorage(await createLocalDriver({ path }))
    await plain.bucket('race').create()
    await plain.close()
    const storage = await openLike({ path })
    await storage.bucket(' race ').file('a').put('x')
    expect(await keysOf(storage, 'race')).toEqual(['a'])
  })

  test('keeps keys of user in the folder of the user and shows them with it', async () => {
    const storage = await openLike({ memory: true })
    await storage.bucket('user').file('notes.txt').put('x')
    expect(await keysOf(storage, 'user')).toEqual(['-1/notes.txt'])
    expect(await keysOf(storage, 'user', 'notes')).toEqual(['-1/notes.txt'])
    expect(await storage.bucket('user').file('-1/notes.txt').text()).toBe('x')
    expect(await storage.bucket('user').file('notes.txt').stat()).toMatchObject({ bucket: 'user', key: 'notes.txt' })
    const outcomes = await storage.bucket('user').deleteFiles(['notes.txt', '-1/none'])
    expect(outcomes.map(({ key, outcome }) => `${key} ${outcome}`)).toEqual(['notes.txt deleted', '-1/none not-found'])
  })

  test('refuses what the service would not keep', async () => {
    const storage = await openLike({ memory: true })
    const file = storage.bucket('private').file('a.csv')
    await expect(file.put('x', { contentType: 'text/csv' })).rejects.toMatchObject({ code: 'unsupported' })
    await expect(file.put('x', { tags: ['a'] })).rejects.toMatchObject({ code: 'unsupported' })
    await expect(file.put('x', { overwrite: false })).rejects.toMatchObject({ code: 'unsupported' })
    await expect(storage.bucket('private').file('/a').put('x')).rejects.toMatchObject({ code: 'invalid-argument' })
  })

  test('lists 1,000 keys of a signed space and refuses more, and lists all of public', async () => {
    const storage = await openLike({ memory: true })
    const put = async (space: string, index: number): Promise<unknown> =>
      storage.bucket(space).file(`many/${index}`).put('')
    for (const space of ['private', 'public']) {
      await Promise.all(Array.from({ length: 1000 }, (_, index) => put(space, index)))
    }
    expect(await keysOf(storage, 'private')).toHaveLength(1000)
    await Promise.all([put('private', 1000), put('public', 1000)])
    await expect(keysOf(storage, 'private')).rejects.toMatchObject({ code: 'unsupported', operation: 'files.list' })
    const folded = storage.bucket('private').files({ delimiter: '/' }).toArray()
    await expect(folded).rejects.toMatchObject({ code: 'unsupported' })
    expect(await keysOf(storage, 'private', 'many/99')).toHaveLength(11)
    expect(await keysOf(storage, 'public')).toHaveLength(1001)
  })
})

test('a service that is not known is refused by name', async () => {
  const options = { memory: true, like: 's3' } as unknown as { memory: true }
  await expect(createLocalDriver(options)).rejects.toThrow('like')
})

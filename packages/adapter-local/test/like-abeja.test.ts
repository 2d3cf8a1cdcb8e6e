import { createStorage, type Storage } from '@stowage/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createLocalDriver } from '../src/index.ts'

const dayMs = 86_400_000
const inDays = (days: number): Date => new Date(Date.now() + days * dayMs)

async function openLike(): Promise<Storage> {
  const storage = createStorage(await createLocalDriver({ memory: true, like: 'abeja' }))
  onTestFinished(() => storage.close())
  await storage.bucket('cam').create({ description: 'lobby' })
  return storage
}

describe('the embedded backend like abeja', () => {
  test('has channels that can be archived, but not deleted', async () => {
    const storage = await openLike()
    const channel = storage.bucket('cam')
    expect(await channel.info()).toMatchObject({ kind: 'channel', displayName: 'cam', description: 'lobby' })
    expect(await channel.update({ description: 'door' })).toMatchObject({ kind: 'channel', description: 'door' })
    await channel.archive()
    expect(await storage.buckets().toArray()).toMatchObject([{ name: 'cam', kind: 'channel', isArchived: true }])
    await expect(channel.file('a').put('x')).rejects.toMatchObject({ code: 'permission-denied' })
    await expect(channel.delete()).rejects.toMatchObject({ code: 'unsupported' })
  })

  test('gives display names itself, and takes no address for a name', async () => {
    const storage = await openLike()
    const named = storage.bucket('b').create({ displayName: 'B' })
    await expect(named).rejects.toMatchObject({ code: 'unsupported' })
    await expect(storage.bucket('cam').update({ displayName: 'B' })).rejects.toMatchObject({ code: 'unsupported' })
    await expect(storage.bucket('channel:12').create()).rejects.toMatchObject({ code: 'invalid-argument' })
  })

  test('keeps files for one of five lifetimes, which can be changed and not taken away', async () => {
    const file = (await openLike()).bucket('cam').file('a.csv')
    await expect(file.put('x', { expiresAt: inDays(10) })).rejects.toMatchObject({ code: 'invalid-argument' })
    expect(await file.exists()).toBe(false)
    await file.put('x', { contentType: 'text/csv', expiresAt: inDays(7) })
    await file.update({ expiresAt: inDays(30) })
    expect(Math.round(((await file.stat()).expiresAt?.getTime() ?? 0) / dayMs - Date.now() / dayMs)).toBe(30)
    await expect(file.update({ expiresAt: null })).rejects.toMatchObject({ code: 'unsupported' })
    await expect(file.update({ contentType: 'text/plain' })).rejects.toMatchObject({ code: 'unsupported' })
    expect(await file.update({ contentType: 'text/csv' })).toMatchObject({ contentType: 'text/csv' })
  })

  test('keeps metadata but for reserved names, and no tags', async () => {
    const file = (await openLike()).bucket('cam').file('a')
    await file.put('x', { metadata: { label: '値 1' } })
    for (const metadata of [{ filename: 'b' }, { 'stowage-x': '' }, { 'x-abeja-meta-a': '' }]) {
      await expect(file.put('y', { metadata })).rejects.toMatchObject({ code: 'invalid-argument' })
      await expect(file.update({ metadata })).rejects.toMatchObject({ code: 'invalid-argument' })
    }
    await expect(file.put('y', { tags: ['a'] })).rejects.toMatchObject({ code: 'unsupported' })
    expect([await file.text(), (await file.stat()).metadata]).toEqual(['x', { label: '値 1' }])
  })

  test('signs URLs for an hour, and for reading only of what is there', async () => {
    const channel = (await openLike()).bucket('cam')
    await expect(channel.file('a').signedUrl()).rejects.toMatchObject({ code: 'not-found' })
    await channel.file('a').put('x')
    const { expiresAt } = await channel.file('a').signedUrl({ expiresInMs: 1000 })
    expect(Math.round((expiresAt.getTime() - Date.now()) / 60_000)).toBe(60)
    const long = channel.file('a').signedUrl({ expiresInMs: 2 * 3_600_000 })
    await expect(long).rejects.toMatchObject({ code: 'invalid-argument' })
  })
})

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Bucket } from '@stowage/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type DcssFixture, startDcss } from './dcss-fixture.ts'

const partBytes = 1000
const bytes = Uint8Array.from({ length: 2500 }, (_, index) => (index * 7) % 251)

/** The file in three parts, and what the service stores of it. */
async function start(): Promise<DcssFixture & { space: Bucket; raw: () => Promise<string[]> }> {
  const dcss = await startDcss({ maxObjectBytes: partBytes })
  const space = dcss.open({ partBytes }).bucket('private') as Bucket
  const stored = dcss.stored.bucket('private')
  const raw = async (): Promise<string[]> =>
    (await stored.files().toArray()).map((entry) => (entry.kind === 'file' ? entry.file.key : ''))
  return { ...dcss, space, raw }
}

describe('a file larger than a part', () => {
  test('is stored in the official layout, and read as one file', async () => {
    const { space, raw } = await start()
    await space.file('big').upload(bytes)
    expect(await raw()).toEqual(['big.000', 'big.001', 'big.002'])
    expect(await space.file('big').get()).toEqual(bytes)
    expect(await space.file('big').get({ range: { start: 900, end: 2100 } })).toEqual(bytes.subarray(900, 2100))
    expect(await space.file('big').stat()).toMatchObject({ key: 'big', sizeBytes: 2500 })
    expect(await space.files().toArray()).toMatchObject([{ file: { key: 'big', sizeBytes: 2500 } }])
  })

  test('goes up from a path and from a stream as well, the first part last', async () => {
    const { gateway, space, raw } = await start()
    const directory = await mkdtemp(join(tmpdir(), 'stowage-dcss-test-'))
    onTestFinished(() => rm(directory, { recursive: true, force: true }))
    await writeFile(join(directory, 'big'), bytes)
    const before = (await readdir(tmpdir())).filter(
      (name) => name.startsWith('stowage-dcss-') && !name.includes('test'),
    )
    await space.file('a').upload(join(directory, 'big'))
    await space.file('b').upload(Readable.from([bytes.subarray(0, 1), bytes.subarray(1)]), { sizeBytes: 2500 })
    expect(await raw()).toEqual(['a.000', 'a.001', 'a.002', 'b.000', 'b.001', 'b.002'])
    expect([await space.file('a').get(), await space.file('b').get()]).toEqual([bytes, bytes])
    const puts = gateway.requests.filter(({ server, method }) => server === 's3' && method === 'PUT')
    expect(puts.map(({ path }) => path.slice(-3))).toEqual(['001', '002', '000', '001', '002', '000'])
    const after = (await readdir(tmpdir())).filter((name) => name.startsWith('stowage-dcss-') && !name.includes('test'))
    expect(after).toEqual(before)
  })

  test('reports its parts', async () => {
    const { space } = await start()
    const upload = space.file('big').upload(bytes)
    await upload
    expect(upload.progress).toMatchObject({ parts: 3, percentage: 100 })
  })

  test('is deleted with all its parts', async () => {
    const { space, raw } = await start()
    await space.file('big').upload(bytes)
    await space.file('big').delete()
    expect(await raw()).toEqual([])
    await expect(space.file('big').delete()).rejects.toMatchObject({ code: 'not-found' })
  })

  test('leaves no parts of a longer version behind', async () => {
    const { space, raw } = await start()
    await space.file('big').upload(bytes)
    await space.file('big').upload(bytes.subarray(0, 1500))
    expect(await raw()).toEqual(['big.000', 'big.001'])
    expect(await space.file('big').get()).toEqual(bytes.subarray(0, 1500))
  })

  test('gives way to a small one, and the small one to it', async () => {
    const { space, raw } = await start()
    await space.file('x').upload(bytes)
    await space.file('x').put('small')
    expect(await raw()).toEqual(['x'])
    await space.file('x').upload(bytes)
    expect(await raw()).toEqual(['x.000', 'x.001', 'x.002'])
    expect(await space.file('x').get()).toEqual(bytes)
  })

  test('that can not be seen, for the small one stays, is a failure', async () => {
    const { gateway, space } = await start()
    await space.file('x').put('small')
    gateway.faults.add({ match: { server: 's3', method: 'DELETE' }, status: 403 })
    await expect(space.file('x').upload(bytes)).rejects.toMatchObject({ code: 'permission-denied', applied: 'partly' })
    gateway.faults.clear()
    expect(await space.file('x').text()).toBe('small')
  })

  test('stays when the answer to deleting the small one is lost: nothing is gone', async () => {
    const { gateway, space } = await start()
    await space.file('x').put('small')
    gateway.faults.add({ match: { server: 's3', method: 'DELETE' }, resetSocket: true, when: 'after' })
    await space
      .file('x')
      .upload(bytes)
      .catch(() => undefined)
    gateway.faults.clear()
    expect(await space.file('x').get()).toEqual(bytes)
  })

  test('that lacks a part is damaged, never short', async () => {
    const { space, stored } = await start()
    await space.file('big').upload(bytes)
    await stored.bucket('private').file('big.001').delete()
    await expect(space.file('big').get()).rejects.toMatchObject({ code: 'corrupt-data', message: /part 2 of 3/ })
    await stored.bucket('private').file('big.002').delete()
    await expect(space.file('big').stat()).rejects.toMatchObject({ code: 'corrupt-data' })
    expect(await space.files().toArray()).toMatchObject([{ file: { key: 'big.000' } }])
  })

  test('that failed half way leaves nothing where nothing was', async () => {
    const { gateway, space, raw } = await start()
    gateway.faults.add({ match: { server: 's3', method: 'PUT', path: /big\.000/ }, status: 403 })
    await expect(space.file('big').upload(bytes)).rejects.toMatchObject({ code: 'permission-denied' })
    expect(await raw()).toEqual([])
  })

  test('has a new etag whenever it is written anew, and a read of the old version fails', async () => {
    const { space } = await start()
    await space.file('big').upload(bytes)
    const { etag } = await space.file('big').stat()
    expect(await space.file('big').get({ ifEtag: etag })).toEqual(bytes)
    await space.file('big').upload(bytes.toReversed())
    await expect(space.file('big').get({ ifEtag: etag })).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('an object that looks like a part', () => {
  test('stays a file of its own: listed, read and never deleted with another', async () => {
    const { space, raw } = await start()
    await space.file('log.000').put('rotated')
    await space.file('log.001').put('older')
    await expect(space.file('log').get()).rejects.toMatchObject({ code: 'not-found' })
    await space.file('log').put('now')
    await space.file('log').delete()
    expect(await raw()).toEqual(['log.000', 'log.001'])
    expect(await space.file('log.000').text()).toBe('rotated')
  })

  test('is read as the file where parts are not strict, as the official library does', async () => {
    const { open, space } = await start()
    await space.file('log.000').put('rotated')
    const loose = open({ partBytes, strictParts: false }).bucket('private')
    expect(await loose.file('log').text()).toBe('rotated')
  })

  test('is shown in listings that begin with it, and a part of a file never', async () => {
    const { space } = await start()
    await space.file('big').upload(bytes)
    await space.file('big.000-notes').put('x')
    const keys = async (prefix: string, pageSize = 1000): Promise<string[]> =>
      (await space.files({ prefix, pageSize }).toArray()).map((entry) => (entry.kind === 'file' ? entry.file.key : ''))
    expect(await keys('big.0')).toEqual(['big.000-notes'])
    expect(await keys('big.002')).toEqual([])
    expect(await keys('', 1)).toEqual(['big', 'big.000-notes'])
  })
})

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { inspect } from 'node:util'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { DcssTransferStatus } from '../src/index.ts'
import { startDcss } from './dcss-fixture.ts'

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'stowage-dcss-test-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

describe('the client', () => {
  test('lists, heads, tells and deletes in the words of the service', async () => {
    const { open } = await startDcss()
    const space = open().native.space('private')
    await space.upload(Buffer.from('hello'), 'a/b.txt').joinOrThrow()
    const items = await collect(space.list('a/'))
    expect(items).toMatchObject([{ key: 'a/b.txt', size: 5, storageClass: 'STANDARD' }])
    const head = await space.head('a/b.txt')
    expect(head).toMatchObject({ contentLength: 5, parts: 1, metadata: { 'owner-id': '-1', 'number-of-parts': '1' } })
    expect(await space.exists('a/b.txt')).toBe(true)
    await space.delete('a/b.txt')
    expect(await space.exists('a/b.txt')).toBe(false)
    await expect(space.delete('a/b.txt')).rejects.toMatchObject({ code: 'not-found' })
    await space.delete('a/b.txt', { missingOk: true })
    await expect(space.head('a/b.txt')).rejects.toMatchObject({ code: 'not-found' })
  })

  test('opens the folder of the user, whose keys are shown with its name or without', async () => {
    const { open } = await startDcss()
    const withUid = open().native.space('user')
    await withUid.upload(Buffer.from('x'), 'a').joinOrThrow()
    await withUid.upload(Buffer.from('y'), '-1/b').joinOrThrow()
    expect((await collect(withUid.list())).map(({ key }) => key)).toEqual(['-1/a', '-1/b'])
    const without = open({ userKeys: 'without-uid' }).native.space('user')
    expect((await collect(without.list())).map(({ key }) => key)).toEqual(['a', 'b'])
    expect((await without.head('b')).contentLength).toBe(1)
  })

  test('gives the URL of a public file, and shows the token nowhere', async () => {
    const { gateway, open } = await startDcss()
    const { native } = open()
    expect(native.space('public').publicUrl('a b')).toBe(`${gateway.s3Url}/duckietown-public-storage/a%20b`)
    expect(native.token).toMatchObject({ uid: -1, version: 'dt1', signature: 'valid' })
    expect(inspect(native, { depth: 9, showHidden: true })).not.toContain(gateway.token)
  })

  test('gives a URL for one action, which works without a credential', async () => {
    const { open } = await startDcss()
    const { native } = open()
    await native.space('private').upload(Buffer.from('x'), 'a').joinOrThrow()
    const url = await native.authorize({ action: 'get_object', bucket: native.space('private').bucket, key: 'a' })
    expect(await (await fetch(url)).text()).toBe('x')
  })
})

describe('a transfer', () => {
  test('to memory has the bytes, and ends as FINISHED', async () => {
    const { open } = await startDcss()
    const space = open().native.space('private')
    await space.upload(Buffer.from('hello'), 'a').joinOrThrow()
    const transfer = await space.download('a')
    expect(await transfer.join()).toBe(DcssTransferStatus.FINISHED)
    expect(Buffer.from(transfer.data ?? []).toString()).toBe('hello')
    expect(transfer.progress).toMatchObject({ total: 5, transferred: 5, percentage: 100, part: 1, parts: 1 })
    const range = await space.download('a', undefined, { range: { start: 1, end: 3 } })
    await range.joinOrThrow()
    expect(Buffer.from(range.data ?? []).toString()).toBe('el')
    await expect(space.download('a', undefined, { maxBytes: 4 })).rejects.toMatchObject({ code: 'invalid-argument' })
  })

  test('to disk fails before there is a handle: missing file, destination there, directory', async () => {
    const { open } = await startDcss()
    const space = open().native.space('private')
    await space.upload(Buffer.from('new'), 'a').joinOrThrow()
    const directory = await temporaryDirectory()
    const path = join(directory, 'copy')
    await writeFile(path, 'old')
    await expect(space.download('missing', path)).rejects.toMatchObject({ code: 'not-found' })
    await expect(space.download('a', path)).rejects.toMatchObject({ code: 'already-exists' })
    await expect(space.download('a', directory, { force: true })).rejects.toMatchObject({ code: 'invalid-argument' })
    expect(await readFile(path, 'utf8')).toBe('old')
    await (await space.download('a', path, { force: true })).joinOrThrow()
    expect(await readFile(path, 'utf8')).toBe('new')
    expect(await readdir(directory)).toEqual(['copy'])
  })

  test('of nothing stores an empty object, in one part', async () => {
    const { open } = await startDcss()
    const space = open().native.space('private')
    const transfer = space.upload(new Uint8Array(), 'empty')
    expect(await transfer.join()).toBe(DcssTransferStatus.FINISHED)
    expect(transfer.progress.percentage).toBe(100)
    expect(await space.head('empty')).toMatchObject({ contentLength: 0, parts: 1 })
  })

  test('calls callbacks on every status and at the end, also those that come too late', async () => {
    const { open } = await startDcss()
    const transfer = open().native.space('private').upload(Buffer.alloc(100_000), 'a')
    expect(transfer.status).toBe(DcssTransferStatus.READY)
    const seen: number[] = []
    const percentages: number[] = []
    transfer.registerCallback(({ status }) => seen.push(status))
    transfer.progress.registerCallback(({ percentage }) => percentages.push(percentage))
    await transfer.join()
    expect(seen[0]).toBe(DcssTransferStatus.ACTIVE)
    expect(seen.at(-1)).toBe(DcssTransferStatus.FINISHED)
    expect(percentages.at(-1)).toBe(100)
    const late = vi.fn<() => void>()
    transfer.registerCallback(late)
    expect(late).toHaveBeenCalledOnce()
  })

  test('goes on when a callback throws or takes itself away', async () => {
    const { open } = await startDcss()
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    onTestFinished(() => warn.mockRestore())
    const transfer = open().native.space('private').upload(Buffer.from('x'), 'a')
    transfer.registerCallback(() => {
      throw new Error('broken')
    })
    const once = vi.fn<() => void>(() => transfer.unregisterCallback(once))
    transfer.registerCallback(once)
    expect(await transfer.join()).toBe(DcssTransferStatus.FINISHED)
    expect(once).toHaveBeenCalledOnce()
    expect(warn).toHaveBeenCalled()
  })

  test('that is aborted is STOPPED, at once, and leaves nothing', async () => {
    const { open } = await startDcss()
    const space = open().native.space('private')
    const endless = Readable.from(
      (async function* () {
        yield Buffer.alloc(1000)
        await new Promise(() => {})
      })(),
    )
    const transfer = space.upload(endless, 'a', { length: 1_000_000 })
    while (transfer.progress.transferred === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    await transfer.abort('enough')
    expect(transfer.status).toBe(DcssTransferStatus.STOPPED)
    expect(await transfer.join()).toBe(DcssTransferStatus.STOPPED)
    await expect(transfer.joinOrThrow()).rejects.toMatchObject({ code: 'aborted' })
    expect(await space.exists('a')).toBe(false)
  })

  test('that is refused is ERROR, with the reason', async () => {
    const { gateway, open } = await startDcss()
    gateway.faults.add({ match: { server: 's3', method: 'PUT' }, status: 403 })
    const transfer = open().native.space('private').upload(Buffer.from('x'), 'a')
    expect(await transfer.join()).toBe(DcssTransferStatus.ERROR)
    expect(transfer.reason).toMatch(/403/)
    expect(transfer.progress.percentage).toBeLessThan(100)
    expect(transfer.data).toBeNull()
  })
})

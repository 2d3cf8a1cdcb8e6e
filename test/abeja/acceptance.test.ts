/** The contract's acceptance list, as far as our client can run it; the official one is run by others. Each test is one of its eleven lines. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AbejaClient, createAbejaDriver } from '@stowage/adapter-abeja'
import { createStorage } from '@stowage/core'
import { retryLayer, toStorageError } from '@stowage/core/driver'
import { expect, onTestFinished, test } from 'vitest'
import { type AbejaFixture, startAbeja } from '../../packages/adapter-abeja/test/abeja-fixture.ts'

interface Place extends AbejaFixture {
  readonly native: AbejaClient
  readonly channelId: string
}

async function startWithChannel(): Promise<Place> {
  const fixture = await startAbeja()
  const { native } = fixture.drive()
  const { channelId } = await native.createChannel({ name: 'cam-east', description: 'lobby' })
  return { ...fixture, native, channelId }
}

async function read(url: string | undefined): Promise<Response> {
  return fetch(url ?? '')
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'none',
    (error: unknown) => toStorageError(error, createAbejaDriver({ authToken: 'x' }, { environment: {} })).code,
  )
}

async function gather<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

test('a channel is created, read, listed and changed; archived it is listed only when asked for, and comes back', async () => {
  const { native, channelId } = await startWithChannel()
  const facts = { channelId, name: 'cam-east', description: 'lobby', storageType: 'datalake', isArchived: false }
  expect(await native.getChannel(channelId)).toMatchObject(facts)
  expect(await gather(native.channels())).toMatchObject([facts])
  expect(await native.patchChannel(channelId, { description: 'door' })).toMatchObject({ ...facts, description: 'door' })
  await native.archiveChannel(channelId)
  expect((await native.listChannels()).items).toEqual([])
  expect((await native.listChannels({ includeArchived: true })).items).toMatchObject([{ isArchived: true }])
  expect(await native.getChannel(channelId)).toMatchObject({ isArchived: true })
  expect(await native.unarchiveChannel(channelId)).toMatchObject({ isArchived: false })
  expect((await native.listChannels()).items).toHaveLength(1)
})

test('bytes with metadata of any characters and a lifetime come back, as bytes and as text', async () => {
  const { native, channelId, open } = await startWithChannel()
  const metadata = { filename: '門 1.txt', 名: '値 1' }
  const sent = await native.postChannelFileUpload(channelId, Buffer.from('東'), { metadata, lifetime: '1day' })
  const file = await native.getChannelFileDownload(channelId, sent.fileId)
  expect(file).toMatchObject({ metadata, lifetime: '1day' })
  expect(Buffer.from(await (await read(file.downloadUrl)).arrayBuffer())).toEqual(Buffer.from('東'))
  expect(await open().bucket('cam-east').file('門 1.txt').text()).toBe('東')
})

test('an empty file, and one without a content type, go up and come back', async () => {
  const { native, channelId } = await startWithChannel()
  const { fileId } = await native.postChannelFileUpload(channelId, Buffer.alloc(0))
  const file = await native.getChannelFileDownload(channelId, fileId)
  expect(file.contentType).toBe('application/octet-stream')
  const response = await read(file.downloadUrl)
  expect([response.status, await response.text()]).toEqual([200, ''])
})

test('eleven files in pages of three come each once, also when one goes on after the first two', async () => {
  const { native, channelId } = await startWithChannel()
  for (let index = 0; index < 11; index += 1)
    await native.postChannelFileUpload(channelId, Buffer.from('x'), { metadata: { filename: String(index) } })
  const names = Array.from({ length: 11 }, (_, index) => String(index))
  const nameOf = ({ metadata }: { metadata: Readonly<Record<string, string>> }): string => metadata['filename'] ?? ''
  expect((await gather(native.channelFiles(channelId, { itemsPerPage: 3 }))).map(nameOf)).toEqual(names)
  const files = native.channelFiles(channelId, { itemsPerPage: 3 })
  const first = [await files.next(), await files.next()].map(({ value }) => (value === undefined ? '' : nameOf(value)))
  expect([...first, ...(await gather(files)).map(nameOf)]).toEqual(names)
})

test('files are found by name, last first, and by days of a time zone', async () => {
  const { native, channelId } = await startWithChannel()
  for (const filename of ['a.csv', 'b.csv', 'a.png'])
    await native.postChannelFileUpload(channelId, Buffer.from('x'), { metadata: { filename } })
  const search = { query: 'x-abeja-meta-filename:.csv', sort: '-uploaded_at' }
  const found = await native.listChannelFiles(channelId, search)
  expect(found.items.map(({ metadata }) => metadata['filename'])).toEqual(['b.csv', 'a.csv'])
  const today = { start: new Date(), end: new Date(), timezone: 'Asia/Tokyo' }
  expect((await native.listChannelFiles(channelId, today)).items).toHaveLength(3)
  const before = { start: '20200101', end: '20200102', timezone: 'Asia/Tokyo' }
  expect((await native.listChannelFiles(channelId, before)).items).toEqual([])
})

test('a second file of a name that must be alone, a wrong lifetime, a deleted file and no credential have codes of their own', async () => {
  const { native, channelId, gateway } = await startWithChannel()
  const upload = (lifetime?: string): Promise<{ readonly fileId: string }> => {
    const facts = { metadata: { filename: 'a' }, conflictTarget: 'filename', lifetime }
    return native.postChannelFileUpload(channelId, Buffer.from('x'), facts)
  }
  const { fileId } = await upload()
  expect(await codeOf(upload())).toBe('already-exists')
  expect(await codeOf(upload('2days'))).toBe('invalid-argument')
  await native.deleteChannelFile(channelId, fileId)
  expect(await codeOf(native.getChannelFileDownload(channelId, fileId))).toBe('not-found')
  const stranger = createAbejaDriver({ baseUrl: gateway.url, authToken: 'wrong' }, { environment: {} })
  expect(await codeOf(stranger.native.listChannelFiles(channelId))).toBe('unauthenticated')
  await stranger.close()
})

test('metadata and lifetime change together, or neither', async () => {
  const { native, open, gateway } = await startWithChannel()
  const file = open().bucket('cam-east').file('a')
  await file.put('x', { metadata: { Owner: 'ann' } })
  const inDays = (days: number): Date => new Date(Date.now() + days * 86_400_000)
  await file.update({ metadata: { Owner: '100% 安 %20' }, expiresAt: inDays(1) })
  gateway.faults.add({ match: { path: /\/lifetime$/ }, times: 1, status: 400 })
  const refused = file.update({ metadata: { Owner: 'eve' }, expiresAt: inDays(7) })
  await expect(refused).rejects.toMatchObject({ code: 'invalid-argument' })
  const [channel] = await gather(native.channels())
  const { items } = await native.listChannelFiles(channel?.channelId ?? '')
  expect(items).toMatchObject([{ lifetime: '1day' }])
  expect((await file.stat()).metadata).toEqual({ Owner: '100% 安 %20' })
})

test('a file that is put to a signed URL is there, and not before', async () => {
  const { native, channelId } = await startWithChannel()
  const facts = { contentType: 'image/png', metadata: { filename: 'door 1.png' } }
  const { fileId, uploadUrl } = await native.getChannelFileUpload(channelId, facts)
  expect((await native.listChannelFiles(channelId)).items).toEqual([])
  const put = await fetch(uploadUrl, { method: 'PUT', headers: { 'content-type': 'image/png' }, body: 'bytes' })
  expect(put.status).toBe(200)
  const file = await native.getChannelFileDownload(channelId, fileId)
  expect(file).toMatchObject(facts)
  expect(await (await read(file.downloadUrl)).text()).toBe('bytes')
})

test('a bucket takes single files and directories, is walked in pages of one, and finds paths with and without a slash', async () => {
  const { native } = await startWithChannel()
  const { bucketId } = await native.createBucket({ name: 'reports' })
  await native.uploadBucketFile(bucketId, 'dir/sub/日本 "q" a.txt', Buffer.from('q'))
  const directory = await mkdtemp(join(tmpdir(), 'stowage-abeja-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  await mkdir(join(directory, 'x/y'), { recursive: true })
  for (const path of ['a', 'x/b', 'x/y/c']) await writeFile(join(directory, path), path)
  expect((await native.uploadBucketFiles(bucketId, directory)).isComplete).toBe(true)
  const walked = await gather(native.walkBucketFiles(bucketId, { itemsPerPage: 1 }))
  expect(walked.map(({ fileId }) => fileId)).toEqual(['a', 'dir/sub/日本 "q" a.txt', 'x/b', 'x/y/c'])
  for (const path of ['x/y/c', '/x/y/c']) {
    const file = await native.getBucketFile(bucketId, path)
    expect([file.fileId, await (await read(file.downloadUrl)).text()]).toEqual(['x/y/c', 'x/y/c'])
  }
})

test('a datasource is connected once, listed, works where it is connected, and is disconnected', async () => {
  const { native, channelId, gateway } = await startWithChannel()
  const { datasourceId } = gateway
  const { secret: datasourceSecret } = await native.putChannelDatasource(channelId, datasourceId)
  expect(await codeOf(native.putChannelDatasource(channelId, datasourceId))).toBe('already-exists')
  expect(await gather(native.channelDatasources(channelId))).toMatchObject([{ datasourceId }])
  const device = createAbejaDriver({ baseUrl: gateway.url, datasourceId, datasourceSecret }, { environment: {} })
  await device.native.postChannelFileUpload(channelId, Buffer.from('x'))
  await native.deleteChannelDatasource(channelId, datasourceId)
  expect(await codeOf(device.native.postChannelFileUpload(channelId, Buffer.from('x')))).toBe('permission-denied')
  expect(await gather(native.channelDatasources(channelId))).toEqual([])
  await device.close()
})

test('two answers of 503 and then success leave one file, whole', async () => {
  const { gateway, drive } = await startWithChannel()
  const file = createStorage(retryLayer({ baseDelayMs: 1 })(drive()))
    .bucket('cam-east')
    .file('a')
  const content = Buffer.alloc(300_000, 'body')
  gateway.faults.add({ match: { method: 'POST', path: /\/upload$/ }, times: 2, status: 503 })
  await file.put(content)
  gateway.faults.add({ match: { method: 'GET' }, times: 2, status: 503 })
  expect(Buffer.from(await file.get())).toEqual(content)
  expect(await createStorage(drive()).bucket('cam-east').files().toArray()).toHaveLength(1)
})

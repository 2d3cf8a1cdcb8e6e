import type { FaultRule } from '@stowage/gateway'
import { createStorage, StorageError } from '@stowage/core'
import { retryLayer } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { startAbeja } from './abeja-fixture.ts'

const upload: FaultRule['match'] = { method: 'POST', path: /\/(?:upload|files)$/ }
const signed: FaultRule['match'] = { path: /^\/abeja-datalake-/ }
const chunk = Buffer.alloc(700_000, 'chunk')

async function* stream(chunks = 3): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < chunks; index += 1) yield await Promise.resolve(chunk)
}

function posts(requests: readonly { readonly method: string; readonly path: string }[]): number {
  return requests.filter(({ method, path }) => method === 'POST' && /\/(?:upload|files)(?:\?|$)/.test(path)).length
}

describe('an upload whose answer is lost is looked up and sent once', () => {
  test.each([
    ['of a channel, when the connection breaks', 'channel', { resetSocket: true, when: 'after' }],
    ['of a channel, behind an error', 'channel', { status: 502, when: 'after' }],
    ['of a bucket, when the connection breaks', 'bucket', { resetSocket: true, when: 'after' }],
    ['of a bucket, behind an error', 'bucket', { status: 503, when: 'after' }],
  ] as const)('%s', async (_, kind, rule) => {
    const { gateway, open } = await startAbeja()
    const bucket = open({ kind }).bucket('lost')
    await bucket.create()
    for (const [key, source] of [
      ['bytes', Buffer.from('bytes')],
      ['stream', stream()],
    ] as const) {
      gateway.requests.length = 0
      gateway.faults.add({ match: upload, times: 1, ...rule })
      await bucket.file(key).upload(source)
      expect(posts(gateway.requests)).toBe(1)
    }
    expect((await bucket.file('stream').get()).byteLength).toBe(3 * chunk.byteLength)
    expect(await bucket.files().toArray()).toHaveLength(2)
  })

  test('where nothing arrived, the failure is told, and a stream is never sent again', async () => {
    const { gateway, open } = await startAbeja()
    const bucket = open().bucket('lost')
    await bucket.create()
    gateway.faults.add({ match: upload, times: 1, dropRequestAfterBytes: 1_000_000 })
    await expect(bucket.file('a').upload(stream())).rejects.toMatchObject({ applied: 'unknown' })
    expect(posts(gateway.requests)).toBeLessThanOrEqual(1)
    expect(await bucket.file('a').exists()).toBe(false)
  })
})

test('a 409 about our own earlier attempt is a success, one about another file is not', async () => {
  const { gateway, drive } = await startAbeja()
  const storage = createStorage(retryLayer({ baseDelayMs: 1 })(drive()))
  const bucket = storage.bucket('conflicts')
  await bucket.create()
  // The answer is lost, and so are those of the look-ups that follow.
  gateway.faults.add({ match: upload, times: 1, resetSocket: true, when: 'after' })
  gateway.faults.add({ match: { method: 'GET', path: /^\/channels\// }, times: 1, status: 503 })
  const { receipt } = await bucket.file('a').put('mine', { overwrite: false })
  expect(receipt.retries).toBe(1)
  expect(await bucket.file('a').text()).toBe('mine')
  expect(await bucket.files().toArray()).toHaveLength(1)
  await expect(bucket.file('a').put('mine', { overwrite: false })).rejects.toMatchObject({ code: 'already-exists' })
})

test('two 503 and then success: nothing is there twice', async () => {
  const { gateway, drive } = await startAbeja()
  const storage = createStorage(retryLayer({ baseDelayMs: 1 })(drive()))
  const bucket = storage.bucket('busy')
  await bucket.create()
  gateway.faults.add({ match: upload, times: 2, status: 503 })
  await bucket.file('a').upload(Buffer.alloc(2_000_000, 'x'))
  gateway.faults.add({ match: signed, times: 2, status: 503 })
  expect((await bucket.file('a').get()).byteLength).toBe(2_000_000)
  expect(await bucket.files().toArray()).toHaveLength(1)
})

describe('signed URLs', () => {
  test('one that is refused is replaced by a fresh one, once', async () => {
    const { gateway, open } = await startAbeja()
    const bucket = open().bucket('links')
    await bucket.create()
    await bucket.file('a').put('content')
    gateway.faults.add({ match: signed, times: 1, status: 403 })
    expect(await bucket.file('a').text()).toBe('content')
    gateway.faults.add({ match: signed, times: 2, status: 403 })
    await expect(bucket.file('a').text()).rejects.toMatchObject({ code: 'permission-denied' })
  })

  test('one that is about to expire is not used', async () => {
    const { gateway, drive } = await startAbeja()
    const { native } = drive()
    const { channelId } = await native.createChannel({ name: 'links' })
    await native.postChannelFileUpload(channelId, Buffer.from('x'))
    gateway.requests.length = 0
    const nearly = { now: () => Date.now() + 59.5 * 60_000, sleep: async () => {} }
    const { createAbejaDriver } = await import('../src/index.ts')
    const { url: baseUrl, organizationId, userId, personalAccessToken } = gateway
    const options = { baseUrl, organizationId, userId, personalAccessToken }
    const driver = createAbejaDriver(options, { environment: {}, clock: nearly })
    const [entry] = await createStorage(driver).bucket('links').files().toArray()
    expect(entry).toMatchObject({ kind: 'file', file: { sizeBytes: 1 } })
    const asked = gateway.requests.map(({ path }) =>
      path.replaceAll(/\d{13}/g, '#').replaceAll(/[\dT]+-[0-9a-f-]{36}/g, 'file'),
    )
    expect(asked.filter((path) => path.startsWith('/channels/#/file'))).toHaveLength(1)
    await driver.close()
  })
})

describe('files that others uploaded', () => {
  test('have a length and a media type, in stat, listing and reading', async () => {
    const { drive } = await startAbeja()
    const driver = drive()
    const { channelId } = await driver.native.createChannel({ name: 'foreign' })
    for (const [filename, text] of [
      ['a.txt', 'four'],
      ['empty', ''],
    ] as const)
      await driver.native.postChannelFileUpload(channelId, Buffer.from(text), {
        contentType: 'text/plain',
        metadata: { filename, Owner: 'ann' },
      })
    const bucket = createStorage(driver).bucket('foreign')
    const facts = { sizeBytes: 4, contentType: 'text/plain', metadata: { owner: 'ann' }, checksums: {} }
    expect(await bucket.file('a.txt').stat()).toMatchObject(facts)
    expect(await bucket.file('a.txt').text()).toBe('four')
    expect(await bucket.files().toArray()).toMatchObject([
      { kind: 'file', file: { key: 'a.txt', ...facts } },
      { kind: 'file', file: { key: 'empty', sizeBytes: 0 } },
    ])
  })

  test('without a name go by their id', async () => {
    const { drive } = await startAbeja()
    const driver = drive()
    const { channelId } = await driver.native.createChannel({ name: 'foreign' })
    const { fileId } = await driver.native.postChannelFileUpload(channelId, Buffer.from('x'))
    const bucket = createStorage(driver).bucket(`channel:${channelId}`)
    expect(await bucket.file(fileId).text()).toBe('x')
    expect(await bucket.files().toArray()).toMatchObject([{ file: { key: fileId } }])
    await bucket.file(fileId).delete()
    expect(await bucket.file(fileId).exists()).toBe(false)
  })

  test('of one name count as one, the newest, and are deleted together', async () => {
    const { drive } = await startAbeja()
    const driver = drive()
    const { channelId } = await driver.native.createChannel({ name: 'twice' })
    for (const text of ['old', 'newer', 'newest'])
      await driver.native.postChannelFileUpload(channelId, Buffer.from(text), { metadata: { filename: 'a' } })
    const bucket = createStorage(driver).bucket('twice')
    expect(await bucket.file('a').text()).toBe('newest')
    expect(await bucket.files().toArray()).toHaveLength(1)
    await bucket.file('a').delete()
    expect(await bucket.file('a').exists()).toBe(false)
    expect(await bucket.files().toArray()).toEqual([])
  })
})

describe('containers', () => {
  test('of one name are told apart by their addresses, never taken for one another', async () => {
    const { drive } = await startAbeja()
    const driver = drive()
    const made = [
      await driver.native.createChannel({ name: 'twin' }),
      await driver.native.createChannel({ name: 'twin' }),
    ]
    const storage = createStorage(driver)
    await expect(storage.bucket('twin').info()).rejects.toMatchObject({ code: 'conflict' })
    await expect(storage.bucket('twin').file('a').put('x')).rejects.toMatchObject({ code: 'conflict' })
    const addresses = made.map(({ channelId }) => `channel:${channelId}`)
    expect((await storage.buckets().toArray()).map(({ name }) => name)).toEqual(addresses.toSorted())
    await storage
      .bucket(addresses[0] ?? '')
      .file('a')
      .put('x')
    expect(
      await storage
        .bucket(addresses[1] ?? '')
        .files()
        .toArray(),
    ).toEqual([])
  })

  test('of both kinds are listed together, and what only channels can is refused for buckets', async () => {
    const { drive } = await startAbeja()
    const driver = drive()
    await driver.native.createBucket({ name: 'b' })
    await driver.native.createChannel({ name: 'c' })
    const storage = createStorage(driver)
    expect((await storage.buckets().toArray()).map(({ name, kind }) => [name, kind])).toEqual([
      ['b', 'bucket'],
      ['c', 'channel'],
    ])
    const file = storage.bucket('b').file('a')
    await file.put('x')
    for (const work of [file.delete(), file.update({ metadata: {} }), file.put('y', { overwrite: false })])
      await expect(work).rejects.toMatchObject({ code: 'unsupported' })
    expect(await file.text()).toBe('x')
  })

  test('there are no buckets for an account that has no access to them', async () => {
    const { gateway, open } = await startAbeja()
    gateway.faults.add({ match: { path: /\/buckets$/ }, status: 403 })
    const storage = open()
    await storage.bucket('c').create()
    expect(await storage.buckets().toArray()).toHaveLength(1)
    await expect(open({ kind: 'bucket' }).buckets().toArray()).rejects.toMatchObject({ code: 'permission-denied' })
  })

  test('are created once, however many ask at once', async () => {
    const { gateway, open } = await startAbeja()
    const storage = open()
    const results = await Promise.allSettled([1, 2, 3].map(() => storage.bucket('one').create()))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    gateway.faults.add({ match: { method: 'POST', path: /\/channels$/ }, times: 1, resetSocket: true, when: 'after' })
    expect((await storage.bucket('two').create()).name).toBe('two')
    expect(await storage.buckets().toArray()).toHaveLength(2)
  })
})

test('of writers that replace one version at once, one succeeds', async () => {
  const { open } = await startAbeja()
  const storage = open()
  const other = open()
  await storage.bucket('race').create()
  const { file } = await storage.bucket('race').file('a').put('0')
  const ifEtag = file.etag ?? ''
  const writers = Array.from({ length: 6 }, (_, index) => (index % 2 === 0 ? storage : other))
  const results = await Promise.allSettled(
    writers.map((one, index) =>
      one
        .bucket('race')
        .file('a')
        .put(`${index + 1}`, { ifEtag }),
    ),
  )
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
  expect(failures).toHaveLength(5)
  expect(failures.every((error) => StorageError.is(error, 'conflict'))).toBe(true)
})

test('a lifetime is kept, and what is no lifetime is refused before anything is sent', async () => {
  const { gateway, open } = await startAbeja()
  for (const kind of ['channel', 'bucket'] as const) {
    const bucket = open({ kind }).bucket(`life-${kind}`)
    await bucket.create()
    const week = new Date(Date.now() + 7 * 24 * 60 * 60 * 1000)
    const { file } = await bucket.file('a').put('x', { expiresAt: week })
    for (const { expiresAt } of [file, await bucket.file('a').stat()])
      expect(Math.abs((expiresAt?.getTime() ?? 0) - week.getTime())).toBeLessThan(60_000)
    const sent = posts(gateway.requests)
    const put = bucket.file('b').put('x', { expiresAt: new Date(Date.now() + 60_000) })
    await expect(put).rejects.toMatchObject({ code: 'invalid-argument' })
    expect(posts(gateway.requests)).toBe(sent)
  }
})

test('a refused lifetime puts the metadata back', async () => {
  const { gateway, open } = await startAbeja()
  const bucket = open().bucket('back')
  await bucket.create()
  await bucket.file('a').put('x', { metadata: { Owner: 'ann' } })
  gateway.faults.add({ match: { path: /\/lifetime$/ }, times: 1, status: 400 })
  const expiresAt = new Date(Date.now() + 24 * 60 * 60 * 1000)
  const update = bucket.file('a').update({ metadata: { Owner: 'bob' }, expiresAt })
  await expect(update).rejects.toMatchObject({ code: 'invalid-argument' })
  expect((await bucket.file('a').stat()).metadata).toEqual({ Owner: 'ann' })
})

test('metadata that means something to the service or to us is refused', async () => {
  const { open } = await startAbeja()
  const bucket = open().bucket('reserved')
  await bucket.create()
  for (const name of ['filename', 'FileName', 'stowage', 'Content-Type', 'x-abeja-meta-a', 'a/b'])
    await expect(bucket.file('a').put('x', { metadata: { [name]: '1' } })).rejects.toMatchObject({
      code: 'invalid-argument',
    })
  expect(await bucket.files().toArray()).toEqual([])
})

import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalDriver } from '@stowage/adapter-local'
import { createStorage } from '@stowage/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { basic, startAbeja, type TestAbeja } from './abeja-fixture.ts'

const brokenOff = /hang up|ECONNRESET|EPIPE|aborted/

async function makeDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'stowage-abeja-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** Runs a gateway over a directory, and ends it. */
async function during<Result>(path: string, work: (gateway: TestAbeja) => Promise<Result>): Promise<Result> {
  const storage = createStorage(await createLocalDriver({ path }))
  const gateway = await startAbeja({ storage })
  try {
    return await work(gateway)
  } finally {
    await gateway.close()
    await storage.close()
  }
}

test('all that was said and stored is there after a restart', async () => {
  const directory = await makeDirectory()
  const before = await during(directory, async (gateway) => {
    const channel = await gateway.createChannel({ name: 'cam', description: 'lobby', storage_type: 'file' })
    const bucket = await gateway.createBucket({ name: '' })
    const hidden = await gateway.createChannel({ name: 'old' })
    await gateway.call('POST', `${gateway.root}/channels/${hidden}/archive`)
    await gateway.clock.advance(1000)
    await gateway.call('PATCH', `${gateway.root}/channels/${channel}`, { body: { description: '' } })
    const path = `${gateway.root}/channels/${channel}/datasources/${gateway.datasourceId}`
    const secret = (await gateway.call('PUT', path)).json.datasource.secret as string
    for (const name of ['a', 'b', 'c']) {
      const headers = { 'content-type': 'image/png', 'x-abeja-meta-filename': name, 'x-abeja-meta-odd': `%2f ${name}` }
      await gateway.upload(channel, name, { headers, query: '?lifetime=1week' })
    }
    await gateway.uploadForm(bucket, 'x/y', 'content', { parameters: '{"lifetime":"1month"}' })
    return { channel, bucket, hidden, secret, seen: await look(gateway, channel, bucket) }
  })
  await during(directory, async (gateway) => {
    const { channel, bucket, hidden, secret, seen } = before
    expect(await look(gateway, channel, bucket)).toEqual(seen)
    expect((await gateway.call('GET', `${gateway.root}/channels/${hidden}`)).json.channel.archived).toBe(true)
    const authorization = basic(`datasource-${gateway.datasourceId}`, secret)
    expect((await gateway.call('GET', `/channels/${channel}`, { authorization })).status).toBe(200)
    const again = await gateway.upload(channel, 'd', {
      headers: { 'x-abeja-meta-filename': 'a' },
      query: '?conflict_target=filename',
    })
    expect(again.status).toBe(409)
    await gateway.clock.advance(2000)
    await gateway.upload(channel, 'd', { headers: { 'x-abeja-meta-filename': 'd' } })
    const { json } = await gateway.call('GET', `/channels/${channel}`)
    const names = json.files.map((file: { metadata: Record<string, string> }) => file.metadata['x-abeja-meta-filename'])
    expect(names).toEqual(['a', 'b', 'c', 'd'])
    expect([channel, bucket, hidden]).not.toContain(await gateway.createChannel())
  })
})

async function look(gateway: TestAbeja, channel: string, bucket: string): Promise<object> {
  const { json } = await gateway.call('GET', `/channels/${channel}`)
  const file = await gateway.call('GET', `${gateway.root}/buckets/${bucket}/files/x/y`)
  return {
    channel: (await gateway.call('GET', `${gateway.root}/channels/${channel}`)).json as unknown,
    buckets: (await gateway.call('GET', `${gateway.root}/buckets`)).json as unknown,
    files: json.files.map(withoutLinks) as unknown,
    file: withoutLinks(file.json as Record<string, unknown>),
  }
}

function withoutLinks(file: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(file).filter(([name]) => !/^(download_|url_expires_on)/.test(name)))
}

test('with the computer’s clock the storage knows when a file may go', async () => {
  const gateway = await startAbeja({ clock: undefined })
  const channel = await gateway.createChannel()
  const { json } = await gateway.upload(channel, 'x', { query: '?lifetime=1day' })
  const file = gateway.storage.bucket(`abeja-channel-${channel}`).file(json.file_id as string)
  const days = async (): Promise<number> => ((await file.stat()).expiresAt?.getTime() ?? 0) - Date.now()
  expect(Math.round((await days()) / 86_400_000)).toBe(1)
  await gateway.call('PUT', `/channels/${channel}/${json.file_id}/lifetime`, { body: { lifetime: '1week' } })
  expect(Math.round((await days()) / 86_400_000)).toBe(7)
})

describe('faults', () => {
  test('two answers of 503, then success, without a second file', async () => {
    const gateway = await startAbeja()
    const channel = await gateway.createChannel()
    gateway.faults.add({
      match: { method: 'POST', path: /upload$/ },
      nth: 1,
      times: 2,
      status: 503,
      retryAfterSeconds: 0,
    })
    const statuses: number[] = []
    for (const _ of [1, 2, 3]) statuses.push((await gateway.upload(channel, 'x')).status)
    expect(statuses).toEqual([503, 503, 200])
    expect((await gateway.call('GET', `/channels/${channel}`)).json.files).toHaveLength(1)
  })

  test('an answer that is lost after the work was done', async () => {
    const gateway = await startAbeja()
    const channel = await gateway.createChannel()
    const headers = { 'x-abeja-meta-filename': 'a' }
    gateway.faults.add({ match: { server: 'api', method: 'POST' }, nth: 1, resetSocket: true, when: 'after' })
    await expect(gateway.upload(channel, 'x', { headers })).rejects.toThrow(brokenOff)
    expect((await gateway.upload(channel, 'x', { headers, query: '?conflict_target=filename' })).status).toBe(409)
  })

  test.each(['upload', 'form'])('a body that breaks off stores nothing (%s)', async (kind) => {
    const gateway = await startAbeja()
    const channel = await gateway.createChannel()
    const bucket = await gateway.createBucket()
    gateway.faults.add({ match: { method: 'POST' }, nth: 1, dropRequestAfterBytes: 2_000_000 })
    const content = Buffer.alloc(3_000_000, 'x')
    const sent = kind === 'upload' ? gateway.upload(channel, content) : gateway.uploadForm(bucket, 'a', content)
    await expect(sent).rejects.toThrow(brokenOff)
    expect((await gateway.call('GET', `/channels/${channel}`)).json.files).toEqual([])
    expect((await gateway.call('GET', `${gateway.root}/buckets/${bucket}/files`)).json.files).toEqual([])
    expect((await gateway.upload(channel, content)).status).toBe(200)
  })

  test.each([
    ['of known length', {}],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
  ])('a file %s whose last byte is missing is not stored', async (_how, headers) => {
    const gateway = await startAbeja()
    const channel = await gateway.createChannel()
    gateway.faults.add({ match: { method: 'POST' }, dropRequestAfterBytes: 999 })
    await expect(gateway.upload(channel, Buffer.alloc(1000, 'x'), { headers })).rejects.toThrow(brokenOff)
    expect((await gateway.call('GET', `/channels/${channel}`)).json.files).toEqual([])
  })

  test('a download that breaks off ends short', async () => {
    const gateway = await startAbeja()
    const channel = await gateway.createChannel()
    const { json } = await gateway.upload(channel, Buffer.alloc(100_000, 'x'))
    const { download_uri: url } = (await gateway.call('GET', `/channels/${channel}/${json.file_id}`)).json
    gateway.faults.add({ match: { path: '/abeja-datalake-' }, nth: 1, dropAfterBytes: 1000 })
    await expect(gateway.call('GET', url as string, { authorization: undefined })).rejects.toThrow(brokenOff)
  })

  test('a refused upload does not get in the way of the next request on its connection', async () => {
    const gateway = await startAbeja()
    const { hostname, port } = new URL(gateway.url)
    const body = 'x'.repeat(500_000)
    const upload = `POST /channels/1/upload HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const socket = connect(Number(port), hostname)
    socket.write(`${upload}GET /channels/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
    let text = ''
    for await (const chunk of socket) text += String(chunk)
    expect(text.match(/HTTP\/1\.1 401 /g)).toHaveLength(2)
  })
})

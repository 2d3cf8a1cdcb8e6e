// First, for nock has to be there before anything takes hold of Node's request functions.
import { channelFile, makeClient, origin, useNock } from './wire-fixture.ts'
import { createStorage, type File } from '@stowage/core'
import { toStorageError } from '@stowage/core/driver'
import nock from 'nock'
import { describe, expect, test } from 'vitest'
import { createAbejaDriver } from '../src/index.ts'

useNock()

const channelId = '1519283746501'
const store = 'https://signed.example'
const later = new Date(Date.now() + 30 * 60_000).toISOString()
const stored = { ...channelFile, metadata: { 'x-abeja-meta-filename': 'a' }, url_expires_on: later }

/** Opens a channel that holds one file, `a`, whose URL leads to another host. */
function openFile(file: object = {}): File {
  nock(origin)
    .get(`/channels/${channelId}`)
    .query(true)
    .times(4)
    .reply(200, { files: [{ ...stored, ...file }], next_page_token: null })
  const options = { baseUrl: origin, organizationId: '1', authToken: 'a-secret-token' }
  return createStorage(createAbejaDriver(options, { environment: {} }))
    .bucket(`channel:${channelId}`)
    .file('a')
}

describe('reading from the URL the service signed', () => {
  test('sends no credential there, and nothing of ABEJA', async () => {
    let headers: Readonly<Record<string, unknown>> = {}
    nock(store)
      .get('/door?Signature=s')
      .reply(function () {
        headers = this.req.headers
        return [200, 'content', { 'content-length': '7' }]
      })
    expect(await openFile().text()).toBe('content')
    expect(Object.keys(headers).toSorted()).toEqual(['accept-encoding', 'connection', 'host'])
  })

  test('follows a redirect, without a credential as well', async () => {
    nock(store).get('/door?Signature=s').reply(302, '', { location: 'https://other.example/door' })
    nock('https://other.example', { badheaders: ['authorization'] })
      .get('/door')
      .reply(200, 'moved', { 'content-length': '5' })
    expect(await openFile().text()).toBe('moved')
  })

  test.each([
    ['as it was asked', 206, 'nte', { 'content-range': 'bytes 2-4/7' }],
    ['whole, past what is not wanted', 200, 'content', { 'content-length': '7' }],
  ])('takes a range that is served %s', async (_, status, body, headers) => {
    nock(store, { reqheaders: { range: 'bytes=2-4' } })
      .get('/door?Signature=s')
      .reply(status, body, headers)
    expect(Buffer.from(await openFile().get({ range: { start: 2, end: 5 } })).toString()).toBe('nte')
  })

  test('refuses a range nobody asked for', async () => {
    nock(store).get('/door?Signature=s').reply(206, 'con', { 'content-range': 'bytes 0-2/7' })
    const reading = openFile().get({ range: { start: 2, end: 5 } })
    await expect(reading).rejects.toMatchObject({ code: 'corrupt-data' })
  })

  test('asks for the first byte to learn a length, and of an empty file learns it from the refusal', async () => {
    nock(store, { reqheaders: { range: 'bytes=0-0' } })
      .get('/door?Signature=s')
      .reply(206, 'c', { 'content-range': 'bytes 0-0/1234' })
      .get('/door?Signature=s')
      .reply(416, '', { 'content-range': 'bytes */0' })
    const file = openFile()
    expect((await file.stat()).sizeBytes).toBe(1234)
    expect((await file.stat()).sizeBytes).toBe(0)
  })

  test('fails where no length is told: nobody could know whether all came', async () => {
    nock(store).get('/door?Signature=s').reply(200, 'content')
    await expect(openFile().get()).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('never goes to a URL that is not https, or none', async () => {
    for (const download_uri of ['http://signed.example/door', 'file:///etc/passwd', 'door'])
      await expect(openFile({ download_uri }).get()).rejects.toMatchObject({ code: 'invalid-argument' })
  })

  test('shows no signature in its error', async () => {
    nock(store)
      .get('/door?Signature=s')
      .times(2)
      .reply(403, '<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>')
    nock(origin).get(`/channels/${channelId}/${channelFile.file_id}`).reply(200, stored)
    const error = await openFile()
      .get()
      .then(
        () => undefined,
        (reason: unknown) => toStorageError(reason, { backend: 'abeja' }),
      )
    expect(error).toMatchObject({ code: 'permission-denied', status: 403 })
    expect(error?.message).not.toContain('Signature')
  })
})

test('what an answer notes of its length and what is served have to agree', async () => {
  const metadata = { ...stored.metadata, 'x-abeja-meta-stowage': 'size%3D3' }
  nock(store).get('/door?Signature=s').reply(200, 'content', { 'content-length': '7' })
  await expect(openFile({ metadata }).get()).rejects.toMatchObject({ code: 'corrupt-data' })
})

test('a call that gets no answer in its time ends, and a write may have been applied', async () => {
  nock(origin).get(/.*/).delay(500).reply(200, {}).post(/.*/).delay(500).reply(200, {})
  const client = makeClient({ timeoutMs: 20 })
  await expect(client.getChannel('1')).rejects.toMatchObject({ name: 'TimeoutError' })
  await expect(client.createChannel({ name: 'n' })).rejects.toMatchObject({ code: 'timeout', applied: 'unknown' })
})

test('a call may take as long as it likes where the time is 0', async () => {
  nock(origin)
    .get(/.*/)
    .delay(60)
    .reply(200, { channel: { channel_id: '1' } })
  expect((await makeClient({ timeoutMs: 0 }).getChannel('1')).channelId).toBe('1')
})

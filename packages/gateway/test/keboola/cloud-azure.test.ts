import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Answered, Sent } from '../abeja/abeja-fixture.ts'
import { startFiles, type TestFiles } from './files-fixture.ts'

type Json = Answered['json']

/** Calls a blob as Azure's clients do: with the parts of the connection string, their order and encoding changed. */
interface BlobClient {
  call(method: string, blob: string, sent?: Sent & { readonly query?: string }): Promise<Answered>
}

function blobClient(keboola: TestFiles, { container, absCredentials }: Json): BlobClient {
  const parts = (absCredentials.SASConnectionString as string).split(';').map((part) => {
    const equals = part.indexOf('=')
    return [part.slice(0, equals), part.slice(equals + 1)] as const
  })
  const { BlobEndpoint, SharedAccessSignature } = Object.fromEntries(parts)
  const reordered = [...new URLSearchParams(SharedAccessSignature)].toReversed()
  const signature = reordered.map(([name, value]) => `${name}=${value.replaceAll(':', '%3a')}`).join('&')
  return {
    call: (method, blob, { query, ...sent } = {}) =>
      keboola.call(
        method,
        `${BlobEndpoint}/${container}/${blob}?${query === undefined ? '' : `${query}&`}${signature}`,
        sent,
      ),
  }
}

const putHeaders = { 'x-ms-blob-type': 'BlockBlob', 'x-ms-version': '2021-12-02', 'if-none-match': '*' }

async function startAzure(): Promise<TestFiles> {
  return startFiles({ fileProvider: 'azure' })
}

async function download(keboola: TestFiles, id: number): Promise<{ json: Json; reader: BlobClient }> {
  const { json } = await keboola.call('GET', `files/${id}?federationToken=1`)
  return { json, reader: blobClient(keboola, { ...json.absPath, ...json }) }
}

const errorOf = ({ status, headers }: Answered): unknown => [status, headers['x-ms-error-code']]

describe('files in Azure', () => {
  it('are uploaded in one request and downloaded by their URL and in ranges', async () => {
    const keboola = await startAzure()
    const file = await keboola.prepare()
    expect(file).toMatchObject({ provider: 'azure', absUploadParams: { accountName: 'emu', blobName: 'orders.csv' } })
    const writer = blobClient(keboola, file.absUploadParams)
    const put = await writer.call('PUT', 'orders.csv', { body: 'id,name\n1,Ann\n', headers: putHeaders })
    expect(put.status).toBe(201)
    expect(put.headers).toMatchObject({ etag: expect.stringMatching(/^"0x[0-9A-F]{16}"$/), 'content-length': '0' })
    expect(put.headers['x-ms-request-id']).toBeDefined()
    expect(put.headers['last-modified']).toMatch(/GMT$/)
    const { json, reader } = await download(keboola, file.id as number)
    const whole = await keboola.call('GET', json.url as string)
    expect(whole.body.toString()).toBe('id,name\n1,Ann\n')
    expect(whole.headers['content-disposition']).toBe('attachment; filename="orders.csv"')
    const range = { 'x-ms-range': 'bytes=0-33554431' }
    const first = await reader.call('GET', json.absPath.name as string, { headers: range })
    expect([first.status, first.headers['content-range']]).toEqual([206, 'bytes 0-13/14'])
    const part = { 'x-ms-range': 'bytes=3-6', 'if-match': first.headers['etag'] as string }
    expect((await reader.call('GET', 'orders.csv', { headers: part })).body.toString()).toBe('name')
    expect(errorOf(await reader.call('GET', 'orders.csv', { headers: { 'if-match': '"0x1"' } }))).toEqual([
      412,
      'ConditionNotMet',
    ])
    const head = await reader.call('HEAD', 'orders.csv')
    expect([head.status, head.headers['content-length'], head.headers['x-ms-blob-type']]).toEqual([
      200,
      '14',
      'BlockBlob',
    ])
  })

  it('are made of blocks in the order of their list', async () => {
    const keboola = await startAzure()
    const file = await keboola.prepare()
    const writer = blobClient(keboola, file.absUploadParams)
    const blocks = [randomBytes(70_000), randomBytes(10), randomBytes(200_000)]
    const id = (index: number): string => Buffer.from(`block-${index}/+`).toString('base64')
    for (const [index, body] of [...blocks.entries()].toReversed()) {
      const query = `comp=block&blockid=${encodeURIComponent(id(index))}`
      expect((await writer.call('PUT', 'orders.csv', { body, query })).status).toBe(201)
    }
    const latest = blocks.map((_, index) => `<Latest>${id(index)}</Latest>`).join('')
    const body = `<?xml version='1.0' encoding='utf-8'?>\n<BlockList>${latest}</BlockList>`
    expect((await writer.call('PUT', 'orders.csv', { body, query: 'comp=blocklist' })).status).toBe(201)
    const { json } = await download(keboola, file.id as number)
    expect((await keboola.call('GET', json.url as string)).body.equals(Buffer.concat(blocks))).toBe(true)
    // The blocks are gone with the list.
    expect(errorOf(await writer.call('PUT', 'orders.csv', { body, query: 'comp=blocklist' }))).toEqual([
      400,
      'InvalidBlockList',
    ])
  })

  it('that are empty answer a range with 416, and all of them without', async () => {
    const keboola = await startAzure()
    const file = await keboola.prepare()
    await blobClient(keboola, file.absUploadParams).call('PUT', 'orders.csv', { headers: putHeaders })
    const { reader } = await download(keboola, file.id as number)
    const ranged = await reader.call('GET', 'orders.csv', { headers: { 'x-ms-range': 'bytes=0-33554431' } })
    expect(errorOf(ranged)).toEqual([416, 'InvalidRange'])
    expect(ranged.body.toString()).toContain('<Code>InvalidRange</Code>')
    const whole = await reader.call('GET', 'orders.csv')
    expect([whole.status, whole.body.length]).toEqual([200, 0])
  })

  it('are missing by the name Azure has for it', async () => {
    const keboola = await startAzure()
    const file = await keboola.prepare()
    const { reader } = await download(keboola, file.id as number)
    expect(errorOf(await reader.call('GET', 'orders.csv'))).toEqual([404, 'BlobNotFound'])
    expect(errorOf(await reader.call('HEAD', 'orders.csv'))).toEqual([404, 'BlobNotFound'])
    await keboola.call('DELETE', `files/${file.id}`)
    expect(errorOf(await reader.call('GET', 'orders.csv'))).toEqual([404, 'BlobNotFound'])
    const writer = blobClient(keboola, file.absUploadParams)
    expect(errorOf(await writer.call('PUT', 'orders.csv', { body: 'x', headers: putHeaders }))).toEqual([
      404,
      'ContainerNotFound',
    ])
  })

  it('are written once where the client says so', async () => {
    const keboola = await startAzure()
    const writer = blobClient(keboola, (await keboola.prepare()).absUploadParams)
    const put = (headers: Record<string, string>): Promise<Answered> =>
      writer.call('PUT', 'orders.csv', { body: 'x', headers })
    const both = await Promise.all([put(putHeaders), put(putHeaders)])
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([201, 409]))
    expect(errorOf(await put(putHeaders))).toEqual([409, 'BlobAlreadyExists'])
    expect((await put({ 'x-ms-blob-type': 'BlockBlob' })).status).toBe(201)
    expect(errorOf(await put({}))).toEqual([400, 'InvalidHeaderValue'])
    expect(errorOf(await put({ 'x-ms-blob-type': 'BlockBlob', 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }))).toEqual([
      400,
      'Md5Mismatch',
    ])
  })

  it('are out of reach of signatures for another file, another direction, another time', async () => {
    const keboola = await startAzure()
    const [mine, other] = [await keboola.prepare(), await keboola.prepare()]
    const writer = blobClient(keboola, mine.absUploadParams)
    const put = (client: BlobClient, blob: string): Promise<Answered> =>
      client.call('PUT', blob, { body: 'x', headers: putHeaders })
    const { container } = other.absUploadParams
    const stray = blobClient(keboola, { ...mine.absUploadParams, container })
    expect(errorOf(await put(stray, 'orders.csv'))).toEqual([403, 'AuthenticationFailed'])
    expect(errorOf(await put(writer, 'other.csv'))).toEqual([403, 'AuthorizationPermissionMismatch'])
    expect((await put(writer, 'orders.csv')).status).toBe(201)
    const { json, reader } = await download(keboola, mine.id as number)
    expect(errorOf(await put(reader, 'orders.csv'))).toEqual([403, 'AuthorizationPermissionMismatch'])
    const url = json.url as string
    const tampered = url.replace(/sp=rl/, 'sp=rw')
    for (const wrong of [tampered, url.replace(/sig=[^&]+/, 'sig=AAAA'), url.replace('orders.csv', 'ordersxcsv')]) {
      expect(errorOf(await keboola.call('GET', wrong))).toEqual([403, 'AuthenticationFailed'])
    }
    expect(errorOf(await keboola.call('GET', url.split('?')[0] as string))).toEqual([
      401,
      'NoAuthenticationInformation',
    ])
    await keboola.clock.advance(3600 * 1000)
    expect(errorOf(await keboola.call('GET', url))).toEqual([403, 'AuthenticationFailed'])
    expect((await reader.call('GET', 'orders.csv')).status).toBe(200)
    keboola.expireUrls()
    expect(errorOf(await reader.call('GET', 'orders.csv'))).toEqual([403, 'AuthenticationFailed'])
  })

  it('in slices are written below their name, with a manifest that their URL leads to', async () => {
    const keboola = await startAzure()
    const file = await keboola.prepare({ isSliced: 1 })
    const { container, blobName } = file.absUploadParams
    const writer = blobClient(keboola, file.absUploadParams)
    const url = `azure://emu.blob.core.windows.net/${container}/${blobName}slice001`
    const manifest = JSON.stringify({ entries: [{ url }] })
    expect((await writer.call('PUT', `${blobName}slice001`, { body: '1,Ann\n', headers: putHeaders })).status).toBe(201)
    expect((await writer.call('PUT', `${blobName}manifest`, { body: manifest, headers: putHeaders })).status).toBe(201)
    const { json, reader } = await download(keboola, file.id as number)
    expect((await keboola.call('GET', json.url as string)).body.toString()).toBe(manifest)
    expect((await reader.call('GET', `${json.absPath.name}manifest`)).body.toString()).toBe(manifest)
    expect((await reader.call('GET', `${json.absPath.name}slice001`)).body.toString()).toBe('1,Ann\n')
  })

  it('refuse what is malformed', async () => {
    const keboola = await startAzure()
    const writer = blobClient(keboola, (await keboola.prepare()).absUploadParams)
    const put = async (query: string, body: string): Promise<unknown> =>
      errorOf(await writer.call('PUT', 'orders.csv', { body, query }))
    for (const blockId of ['', '&', 'not%20base64', Buffer.alloc(65).toString('base64')]) {
      expect(await put(`comp=block&blockid=${blockId}`, 'x')).toEqual([400, 'InvalidBlockId'])
    }
    for (const xml of ['', '<BlockList>', '<BlockList><Latest>!</Latest></BlockList>', '<BlockLists></BlockLists>']) {
      expect(await put('comp=blocklist', xml)).toEqual([400, 'InvalidXmlDocument'])
    }
    expect(await put('comp=blocklist', '<BlockList><Latest>QUFB</Latest></BlockList>')).toEqual([
      400,
      'InvalidBlockList',
    ])
    expect(await put('comp=page', 'x')).toEqual([400, 'UnsupportedQueryParameter'])
    expect(errorOf(await writer.call('DELETE', 'orders.csv'))).toEqual([405, 'UnsupportedHttpVerb'])
    expect((await keboola.call('GET', `${keboola.url}/blob/`)).status).toBe(400)
    expect((await keboola.call('GET', `${keboola.url}/blob/a/%ff`)).status).toBe(400)
    const chunked = { ...putHeaders, 'transfer-encoding': 'chunked' }
    expect(errorOf(await writer.call('PUT', 'orders.csv', { body: 'x', headers: chunked }))).toEqual([
      411,
      'MissingContentLengthHeader',
    ])
  })
})

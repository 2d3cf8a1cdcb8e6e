import { describe, expect, it } from 'vitest'
import type { Answered } from '../abeja/abeja-fixture.ts'
import { startFiles } from './files-fixture.ts'

describe('files', () => {
  it('are prepared by a form as the official Python client sends it', async () => {
    const { form } = await startFiles()
    const body =
      'isPublic=0&isPermanent=0&isEncrypted=1&isSliced=0&notify=0&name=orders.csv&tags%5B%5D=a&tags%5B%5D=b&tags%5B%5D=a&sizeBytes=20&federationToken=1'
    const { status, headers, json } = await form('POST', 'files/prepare', body)
    expect(status).toBe(201)
    expect(headers['content-type']).toBe('application/json')
    expect(json).toMatchObject({
      created: '2026-11-20T10:15:02+0100',
      isPublic: false,
      isSliced: false,
      isEncrypted: true,
      name: 'orders.csv',
      provider: 'aws',
      region: 'us-east-1',
      sizeBytes: 20,
      tags: ['a', 'b'],
      maxAgeDays: 15,
      runId: null,
      runIds: [],
    })
    expect(json.uploadParams).toMatchObject({ acl: 'private', 'x-amz-server-side-encryption': 'AES256' })
    expect(Object.keys(json.uploadParams.credentials)).toEqual([
      'AccessKeyId',
      'SecretAccessKey',
      'SessionToken',
      'Expiration',
    ])
    expect(json.credentials).toBeUndefined()
  })

  it('need a name and federationToken, and take tags as a list only', async () => {
    const { call } = await startFiles()
    const refused = async (body: object): Promise<unknown> => {
      const { status, json } = await call('POST', 'files/prepare', { body })
      return [status, json.code]
    }
    expect(await refused({ federationToken: true })).toEqual([400, 'storage.validation'])
    expect(await refused({ name: '', federationToken: true })).toEqual([400, 'storage.validation'])
    expect(await refused({ name: 'a' })).toEqual([400, 'storage.validation'])
    expect(await refused({ name: 'a', federationToken: 0 })).toEqual([400, 'storage.validation'])
    expect(await refused({ name: 'a', federationToken: 1, tags: 'x' })).toEqual([400, 'storage.validation'])
    expect((await call('GET', 'files?tags=x')).status).toBe(400)
  })

  it('are described without credentials unless those are asked for', async () => {
    const { call, prepare } = await startFiles()
    const { id } = await prepare({ isPermanent: true, tags: [] })
    const { status, json } = await call('GET', `files/${id}`)
    expect(status).toBe(200)
    expect(json).toMatchObject({ id, maxAgeDays: null, sizeBytes: null, tags: [] })
    expect(json).not.toHaveProperty('credentials')
    expect(json).not.toHaveProperty('uploadParams')
    const withCredentials = (await call('GET', `files/${id}?federationToken=true`)).json
    expect(withCredentials.s3Path).toEqual({
      bucket: 'stowage-keboola-files',
      key: expect.stringContaining('orders.csv'),
    })
    expect(withCredentials.credentials.SessionToken).toEqual(expect.any(String))
  })

  it('that are unknown, deleted or expired are not found', async () => {
    const { call, prepare, clock } = await startFiles()
    const one = await prepare()
    const other = await prepare()
    for (const id of ['0', '999999', 'x', '1e3', '%2e%2e']) {
      const { status, json } = await call('GET', `files/${id}`)
      expect([id, status, json.code]).toEqual([id, 404, 'storage.files.notFound'])
    }
    expect((await call('DELETE', `files/${one.id}`)).status).toBe(204)
    expect((await call('GET', `files/${one.id}`)).status).toBe(404)
    expect((await call('DELETE', `files/${one.id}`)).status).toBe(404)
    await clock.advance(15 * 24 * 60 * 60 * 1000)
    expect((await call('GET', `files/${other.id}`)).json.code).toBe('storage.files.notFound')
    expect((await call('GET', 'files')).json).toEqual([])
    expect((await call('GET', 'files?showExpired=1')).json).toMatchObject([{ id: other.id }])
  })

  it('are deleted by a job on request', async () => {
    const { call, prepare, job } = await startFiles()
    const { id } = await prepare()
    const answer = await call('DELETE', `files/${id}?async=1`)
    expect(answer.status).toBe(202)
    expect(await job(answer)).toMatchObject({ operationName: 'fileDelete', status: 'success', results: null })
    expect((await call('GET', `files/${id}`)).status).toBe(404)
  })

  it('are listed newest first, in pages and between ids', async () => {
    const { call, prepare } = await startFiles()
    const ids: number[] = []
    for (let count = 0; count < 5; count += 1) ids.unshift((await prepare()).id as number)
    const list = async (query: string): Promise<number[]> =>
      (await call('GET', `files?${query}`)).json.map(({ id }: { id: number }) => id)
    expect(await list('')).toEqual(ids)
    expect(await list('limit=2')).toEqual(ids.slice(0, 2))
    expect(await list('limit=2&offset=4')).toEqual(ids.slice(4))
    expect(await list(`sinceId=${ids[3]}`)).toEqual(ids.slice(0, 3))
    expect(await list(`maxId=${ids[1]}`)).toEqual(ids.slice(2))
    expect((await call('GET', 'files?limit=x')).status).toBe(400)
  })

  it('are found by any of several tags, by a run, and by a query', async () => {
    const { call, prepare } = await startFiles()
    const [a, ab, c] = [
      await prepare({ tags: ['a'], name: 'sales.csv' }),
      await prepare({ tags: ['a', 'b'] }),
      (
        await call('POST', 'files/prepare', {
          body: { name: 'x', federationToken: 1, tags: ['c d'] },
          headers: { 'x-kbc-runid': '77.1' },
        })
      ).json,
    ]
    const list = async (query: string): Promise<number[]> =>
      (await call('GET', `files?${query}`)).json.map(({ id }: { id: number }) => id)
    const search = (q: string): Promise<number[]> => list(`q=${encodeURIComponent(q)}`)
    expect(await list('tags[]=a')).toEqual([ab.id, a.id])
    expect(await list('tags[]=b&tags[]=c+d')).toEqual([c.id, ab.id])
    expect(await list('runId=77.1')).toEqual([c.id])
    expect(c.runIds).toEqual(['77.1'])
    expect(await search('tags:"a" AND tags:"b"')).toEqual([ab.id])
    expect(await search('tags:a AND NOT tags:b')).toEqual([a.id])
    expect(await search('tags:a -tags:b')).toEqual([a.id])
    expect(await search('+tags:a tags:b')).toEqual([ab.id, a.id])
    expect(await search(`id:${c.id}`)).toEqual([c.id])
    expect(await search('tags:"c d" OR name:sal*')).toEqual([c.id, a.id])
    expect(await search('(tags:b OR tags:"c d") AND name:x')).toEqual([c.id])
    expect(await search('sales')).toEqual([a.id])
    expect(await search('nothing:here')).toEqual([])
    for (const q of ['tags:', 'tags:"a', '(tags:a', 'AND', 'tags:a)', 'a:b:c']) {
      const { status, json } = await call('GET', `files?q=${encodeURIComponent(q)}`)
      expect([q, status, json.code]).toEqual([q, 400, 'query.syntax'])
    }
  })

  it('take tags and lose them, whatever characters they have', async () => {
    const { call, prepare, form } = await startFiles()
    const { id } = await prepare({ tags: ['a'] })
    const tags = async (): Promise<unknown> => (await call('GET', `files/${id}`)).json.tags
    expect((await call('POST', `files/${id}/tags`, { body: { tag: 'x/y#z' } })).status).toBe(204)
    expect((await form('POST', `files/${id}/tags`, 'tag=a')).status).toBe(204)
    expect(await tags()).toEqual(['a', 'x/y#z'])
    expect((await call('DELETE', `files/${id}/tags/${encodeURIComponent('x/y#z')}`)).status).toBe(204)
    expect(await tags()).toEqual(['a'])
    expect((await call('POST', `files/${id}/tags`, { body: {} })).status).toBe(400)
  })

  it('of others are seen by those only who may', async () => {
    const { call, prepare } = await startFiles({
      tokens: [{ token: 'small' }, { token: 'wide', canReadAllFileUploads: true }],
    })
    const { id } = await prepare()
    const as = (token: string): { headers: Record<string, string> } => ({ headers: { 'x-storageapi-token': token } })
    expect((await call('GET', 'files', as('small'))).json).toEqual([])
    expect((await call('GET', `files/${id}`, as('small'))).json.code).toBe('accessDenied')
    expect((await call('DELETE', `files/${id}`, as('small'))).status).toBe(403)
    expect((await call('GET', 'files', as('wide'))).json).toMatchObject([{ id }])
  })

  it('are there after a restart, and their ids are never given again', async () => {
    const { storage, prepare, call } = await startFiles()
    const one = await prepare({ tags: ['kept'] })
    const two = await prepare()
    await call('DELETE', `files/${two.id}`)
    const again = await startFiles({ storage })
    expect((await again.call('GET', 'files')).json).toMatchObject([{ id: one.id, tags: ['kept'] }])
    expect((await again.prepare()).id).toBeGreaterThan(two.id as number)
  })

  it('show in lists a moment later, as at the service, where that is wanted', async () => {
    const { call, prepare, clock } = await startFiles({ fileListDelayMs: 1000 })
    const list = async (): Promise<unknown> => (await call('GET', 'files')).json.map(({ id }: { id: number }) => id)
    const { id } = await prepare()
    expect(await list()).toEqual([])
    expect((await call('GET', `files/${id}`)).status).toBe(200)
    await clock.advance(1000)
    expect(await list()).toEqual([id])
    await call('DELETE', `files/${id}`)
    expect((await call('GET', `files/${id}`)).status).toBe(404)
    expect(await list()).toEqual([id])
    await clock.advance(1000)
    expect(await list()).toEqual([])
  })

  it('leave nothing in the storage when they have expired or were deleted', async () => {
    const { storage, call, prepare, clock } = await startFiles({ fileProvider: 'azure' })
    const [expiring, kept] = [await prepare(), await prepare({ isPermanent: true })]
    const put = async ({ absUploadParams }: Answered['json'], query = ''): Promise<number> => {
      const { container, blobName, absCredentials } = absUploadParams
      const [endpoint, signature] = (absCredentials.SASConnectionString as string).split(/=(.*);S[^=]*=(.*)/s).slice(1)
      const url = `${endpoint}/${container}/${blobName}?${signature}${query}`
      return (await call('PUT', url, { body: 'x', headers: { 'x-ms-blob-type': 'BlockBlob' } })).status
    }
    expect([await put(expiring), await put(kept)]).toEqual([201, 201])
    expect(await put(expiring, '&comp=block&blockid=QUFB')).toBe(201)
    const keys = async (): Promise<string[]> => {
      const found: string[] = []
      for await (const entry of storage.bucket('keboola-files').files())
        if (entry.kind === 'file') found.push(entry.file.key)
      return found
    }
    // What an upload wrote that outlived its file.
    await storage.bucket('keboola-files').file('exp-15-files-999/late').put('x')
    expect(await keys()).toHaveLength(4)
    await clock.advance(16 * 24 * 3600 * 1000)
    const { id } = await prepare()
    expect(await keys()).toEqual([`exp-15-files-${kept.id}/orders.csv`])
    expect((await call('GET', `files?showExpired=1&maxId=${id}`)).json).toHaveLength(2)
    await clock.advance(31 * 24 * 3600 * 1000)
    await prepare({ isPermanent: true })
    expect((await call('GET', 'files?showExpired=1')).json).toHaveLength(3)
    await call('DELETE', `files/${kept.id}`)
    expect(await keys()).toEqual([])
  })

  it('show no credentials in the log of requests', async () => {
    const { prepare, call, requests } = await startFiles({ fileProvider: 'azure' })
    const file = await prepare()
    const { json } = await call('GET', `files/${file.id}`)
    await call('GET', json.url as string)
    const signature = new URL(json.url as string).searchParams.get('sig') ?? ''
    expect(signature).toMatch(/^.{20,}$/)
    expect(JSON.stringify(requests)).not.toContain(signature)
  })
})

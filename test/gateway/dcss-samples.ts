import type { DcssGateway } from '@stowage/gateway'
import { expect } from 'vitest'
import { type Answered, callApi, requireStatus, type Sent } from './call-api.ts'
import type { Serve } from './serve.ts'

type Act = (method: string, action: string, object: string, sent?: Sent, space?: string) => Promise<Answered>

/** The two steps of the official library: a signed URL from the data API, then the action itself. */
function libraryOf({ url, token }: DcssGateway): Act {
  return async (method, action, object, sent = {}, space = 'private') => {
    const path = `duckietown-${space}-storage/${object}`
    const authorized = await callApi('GET', `${url}/api/v1/dcss/authorize/${action}/${path}`, {
      headers: { authorization: `Token ${token}`, ...sent.headers },
    })
    requireStatus(authorized, 200)
    return callApi(method, authorized.json.result.url as string, sent)
  }
}

const meta = { 'x-amz-meta-number-of-parts': '1', 'x-amz-meta-owner-id': '-1' }

/** What the guide of DCSS shows, with the requests of the official library and a restart in between. */
export async function dcssSamples(serve: Serve<DcssGateway>): Promise<void> {
  let gateway = await serve()
  await upload(libraryOf(gateway))
  await replaceByLarger(libraryOf(gateway))
  await readPublic(gateway)
  await olderGeneration(gateway)
  gateway = await serve()
  await read(libraryOf(gateway))
  await list(libraryOf(gateway))
  await remove(libraryOf(gateway))
  await refuse(gateway)
}

async function upload(act: Act): Promise<void> {
  for (const [object, body] of [
    ['maps/a.yaml', 'tiles: []\n'],
    ['maps/b c+.yaml', 'tiles: [1]\n'],
  ] as const) {
    const put = await act('PUT', 'put_object', encodeURIComponent(object).replaceAll('%2F', '/'), {
      body,
      headers: meta,
    })
    requireStatus(put, 200)
  }
  expect((await act('PUT', 'put_object', '-1/own', { body: 'mine', headers: meta }, 'user')).status).toBe(200)
  expect((await act('PUT', 'put_object', 'logo.txt', { body: 'logo', headers: meta }, 'public')).status).toBe(200)
}

// More than gateways gather in memory.
const large = Buffer.alloc(2_500_000, 'large ')

async function replaceByLarger(act: Act): Promise<void> {
  for (const body of ['small', large])
    requireStatus(await act('PUT', 'put_object', 'maps/z', { body, headers: meta }), 200)
  const [start, end] = [1_000_000, 2_000_000]
  const range = await act('GET', 'get_object', 'maps/z', { headers: { range: `bytes=${start}-${end}` } })
  expect([range.status, range.text === large.toString('utf8', start, end + 1)]).toEqual([206, true])
}

async function readPublic({ s3Url }: DcssGateway): Promise<void> {
  const read = await callApi('GET', `${s3Url}/duckietown-public-storage/logo.txt`)
  expect([read.status, read.text]).toEqual([200, 'logo'])
  const listed = await callApi('GET', `${s3Url}/duckietown-public-storage/?prefix=`)
  expect(listed.text).toContain('<Key>logo.txt</Key>')
  expect((await callApi('GET', `${s3Url}/duckietown-private-storage/maps/a.yaml`)).status).toBe(403)
}

async function olderGeneration({ url, token }: DcssGateway): Promise<void> {
  const path = 'get_object/duckietown-private-storage/maps/a.yaml'
  const answer = await callApi('GET', `${url}/v1/${path}`, { headers: { 'x-duckietown-token': token } })
  expect([answer.status, answer.json.code]).toEqual([200, 200])
  expect((await callApi('GET', answer.json.data.url as string)).text).toBe('tiles: []\n')
}

async function read(act: Act): Promise<void> {
  const head = await act('HEAD', 'head_object', 'maps/a.yaml')
  expect([head.status, head.headers]).toMatchObject([
    200,
    { 'content-length': '10', 'x-amz-meta-number-of-parts': '1' },
  ])
  expect((await act('GET', 'get_object', 'maps/b%20c+.yaml')).text).toBe('tiles: [1]\n')
  const range = await act('GET', 'get_object', 'maps/a.yaml', { headers: { range: 'bytes=0-4' } })
  expect([range.status, range.text]).toEqual([206, 'tiles'])
  expect((await act('GET', 'get_object', '-1/own', {}, 'user')).text).toBe('mine')
  const missing = await act('GET', 'get_object', 'maps/none')
  expect([missing.status, missing.text]).toEqual([404, expect.stringContaining('<Code>NoSuchKey</Code>')])
}

async function list(act: Act): Promise<void> {
  const listed = await act('GET', 'list_objects_v2', 'maps/')
  const keys = [...listed.text.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key)
  expect(keys).toEqual(['maps/a.yaml', 'maps/b c+.yaml', 'maps/z'])
  const whole = await act('GET', 'get_object', 'maps/z')
  expect([whole.status, whole.text === large.toString()]).toEqual([200, true])
  expect(listed.text).toMatch(/<LastModified>[^<]*\.000Z<\/LastModified>/)
}

async function remove(act: Act): Promise<void> {
  expect((await act('DELETE', 'delete_object', 'maps/a.yaml')).status).toBe(204)
  expect((await act('HEAD', 'head_object', 'maps/a.yaml')).status).toBe(404)
  expect((await act('DELETE', 'delete_object', 'maps/a.yaml')).status).toBe(204)
}

async function refuse({ url, token }: DcssGateway): Promise<void> {
  const ask = (path: string, credential: string): Promise<Answered> =>
    callApi('GET', `${url}/api/v1/dcss/authorize/${path}`, { headers: { authorization: `Token ${credential}` } })
  expect((await ask('get_object/duckietown-private-storage/maps/a.yaml', 'None')).status).toBe(401)
  expect((await ask('get_object/duckietown-user-storage/7/own', token)).status).toBe(403)
  expect((await ask('get_object/duckietown-nothing-storage/a', token)).status).toBe(404)
  expect((await ask('copy_object/duckietown-private-storage/a', token)).status).toBe(400)
}

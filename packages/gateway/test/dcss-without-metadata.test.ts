import { createLocalDriver } from '@stowage/adapter-local'
import { createStorage } from '@stowage/core'
import { expect, test } from 'vitest'
import { signedUrl, startGateway, type TestGateway } from './dcss-gateway.ts'

/** Serves a storage that keeps no metadata. */
async function serve(): Promise<TestGateway> {
  return startGateway({ storage: createStorage(await createLocalDriver({ memory: true, like: 'dcss' })) })
}

async function put(gateway: TestGateway, key: string, headers: Readonly<Record<string, string>>): Promise<Response> {
  const url = await signedUrl(gateway, `put_object/duckietown-private-storage/${key}`, { headers })
  return fetch(url, { method: 'PUT', body: 'abc', headers })
}

const ofWholeFile = { 'x-amz-meta-number-of-parts': '1', 'x-amz-meta-owner-id': '-1' }

test('a whole file is taken as the official library sends it, and says that it is one', async () => {
  const gateway = await serve()
  expect((await put(gateway, 'a', ofWholeFile)).status).toBe(200)
  const head = await fetch(await signedUrl(gateway, 'head_object/duckietown-private-storage/a'), { method: 'HEAD' })
  expect(head.headers.get('x-amz-meta-number-of-parts')).toBe('1')
  expect(head.headers.get('x-amz-meta-owner-id')).toBeNull()
})

test.each([
  ['a part of a file, which nobody could put together again', { ...ofWholeFile, 'x-amz-meta-number-of-parts': '2' }],
  ['metadata of somebody else', { ...ofWholeFile, 'x-amz-meta-color': 'red' }],
])('%s is refused', async (_, headers) => {
  const gateway = await serve()
  const answer = await put(gateway, 'a.000', headers)
  expect([answer.status, await answer.text()]).toEqual([501, expect.stringContaining('NotImplemented')])
  const key = 'head_object/duckietown-private-storage/a.000'
  expect((await fetch(await signedUrl(gateway, key), { method: 'HEAD' })).status).toBe(404)
})

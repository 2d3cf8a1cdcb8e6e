import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { run } from './run-command.ts'
import { serve } from './serve-in-process.ts'

type Access = Readonly<Record<string, string>>

async function putPublic({ url = '', token = '' }: Access, key: string, body: string): Promise<number> {
  const path = `put_object/duckietown-public-storage/${key}`
  const answer = await fetch(`${url}/api/v1/dcss/authorize/${path}`, { headers: { authorization: `Token ${token}` } })
  const { result } = (await answer.json()) as { result: { url: string } }
  return (await fetch(result.url, { method: 'PUT', body })).status
}

function askLake({ url = '', userId = '', personalAccessToken = '' }: Access, path: string): Promise<Response> {
  const pair = Buffer.from(`user-${userId}:${personalAccessToken}`).toString('base64')
  return fetch(url + path, { headers: { authorization: `Basic ${pair}` } })
}

test('all are served at once, a line for each, and stop together', async () => {
  const { access, error, stop } = await serve('all')
  expect(access.map(({ api }) => api)).toEqual(['dcss', 'abeja', 'keboola', 'zerodb'])
  const [dcss = {}, , keboola = {}, zerodb = {}] = access
  expect(Object.keys(dcss)).toEqual(['api', 'url', 'token', 's3Url', 'accessKeyId', 'secretAccessKey', 'region'])
  const headers = { 'x-storageapi-token': keboola['token'] ?? '', 'x-api-key': zerodb['apiKey'] ?? '' }
  expect((await fetch(`${keboola['url']}/v2/storage/buckets`, { headers })).status).toBe(200)
  expect((await fetch(`${zerodb['url']}/tables`, { headers })).status).toBe(200)
  expect(await stop()).toBe(0)
  expect(error()).toMatch(/GET \/v2\/storage\/buckets 200 \{"api":"keboola"/)
  await expect(fetch(`${keboola['url']}/v2/storage/buckets`, { headers })).rejects.toThrow('fetch failed')
})

test('they share one storage, kept where --dir says, and options have the name of their API', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'stowage-several-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const { access, stop } = await serve('dcss,abeja', '--dir', directory, '--abeja-token', 'my-own-token')
  const [dcss = {}, abeja = {}] = access
  expect([dcss['api'], abeja['api'], abeja['personalAccessToken']]).toEqual(['dcss', 'abeja', 'my-own-token'])
  expect(await putPublic(dcss, 'a.txt', 'shared')).toBe(200)
  const root = `/organizations/${abeja['organizationId']}/buckets`
  const { buckets } = (await (await askLake(abeja, root)).json()) as { buckets: { bucket_id: string; name: string }[] }
  const id = buckets.find(({ name }) => name === 'public')?.bucket_id
  const file = (await (await askLake(abeja, `${root}/${id}/files/a.txt`)).json()) as { download_uri: string }
  expect(await (await fetch(file.download_uri)).text()).toBe('shared')
  await stop()
})

test('a fault is for all that can have it, or for the one that is named', async () => {
  const faults = ['--fault', 'zerodb:status=500,nth=1', '--fault', 'status=418,nth=2', '--fault', 'job=slow,times=1']
  const { access } = await serve('keboola,zerodb', ...faults)
  const statuses: number[][] = []
  for (const { url = '', token = '', apiKey = '', api } of access) {
    const path = api === 'keboola' ? '/v2/storage/buckets' : '/tables'
    const headers = { 'x-storageapi-token': token, 'x-api-key': apiKey }
    const first = await fetch(url + path, { headers })
    const second = await fetch(url + path, { headers })
    statuses.push([first.status, second.status])
  }
  expect(statuses).toEqual([
    [200, 418],
    [500, 418],
  ])
})

test('when one can not be served none is, and nothing is announced', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  onTestFinished(() => void taken.close())
  const { port } = taken.address() as AddressInfo
  const { code, out, error } = await run(['serve', 'keboola,zerodb', '--zerodb-port', String(port)])
  expect([code, out]).toEqual([4, ''])
  expect(error).toContain(`error: port ${port} of 127.0.0.1 is in use`)
})

test.each([
  [['keboola,zerodp'], "error: unknown API 'zerodp': use dcss, abeja, keboola, zerodb"],
  [['keboola,keboola'], 'error: keboola is given twice: give it once'],
  [['keboola,'], "error: unknown API '': use"],
  [['keboola,zerodb', '--port', '4000'], 'write --dcss-port, --abeja-port, --keboola-port, --zerodb-port.'],
  [['all', '--tier', 'free'], "It is one API's: write --zerodb-tier."],
  [['keboola,zerodb', '--dcss-s3-port', '1'], 'error: --dcss-s3-port is for dcss, which is not served: leave it out'],
  [['keboola,zerodb', '--keboola-file-provider', 'ftp'], 'Allowed choices are aws, azure, gcp.'],
  [
    ['keboola,zerodb', '--host', '0.0.0.0'],
    '0.0.0.0 can be reached from other machines: give a token of your own and TLS',
  ],
])('stowage serve %j is refused', async (words, problem) => {
  const { code, out, error } = await run(['serve', ...words])
  expect([code, out]).toEqual([words.includes('--host') ? 5 : 2, ''])
  expect(error).toContain(problem)
})

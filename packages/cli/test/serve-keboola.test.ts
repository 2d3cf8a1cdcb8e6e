import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startStowage } from './serve-process.ts'

interface Access {
  readonly api: string
  readonly url: string
  readonly token: string
}

async function call({ url, token }: Access, method: string, path: string, body?: object): Promise<Response> {
  const headers = { 'x-storageapi-token': token, 'content-type': 'application/json' }
  return fetch(`${url}/v2/storage${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

describe('stowage serve keboola', () => {
  test('prints one object with all a client needs, and its project is empty', async () => {
    const { child, exit, firstLine, out, error } = startStowage(['serve', 'keboola', '--json'])
    const access = JSON.parse(await firstLine()) as Access
    expect(Object.keys(access)).toEqual(['api', 'url', 'token'])
    expect(access.api).toBe('keboola')
    expect(await (await call(access, 'GET', '/buckets')).json()).toEqual([])
    child.kill('SIGTERM')
    expect(await exit()).toBe(0)
    expect(out()).toBe(`${JSON.stringify(access)}\n`)
    expect(error()).toContain('GET /v2/storage/buckets 200')
    expect(error()).not.toContain(access.token)
  })

  test('a directory keeps what was created, and a token of your own is used and not shown', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'stowage-serve-'))
    onTestFinished(() => rm(directory, { recursive: true, force: true }))
    const words = ['serve', 'keboola', '--dir', directory, '--token', 'my-own-token', '--file-provider', 'azure']
    const first = startStowage([...words, '--json'])
    const access = JSON.parse(await first.firstLine()) as Access
    expect(access.token).toBe('my-own-token')
    expect((await call(access, 'POST', '/buckets', { name: 'main' })).status).toBe(201)
    first.child.kill('SIGINT')
    expect(await first.exit()).toBe(0)
    const second = startStowage(words)
    expect(await second.firstLine()).toMatch(
      /^Serving keboola: Storage API at http:\/\/127\.0\.0\.1:\d+, files as on azure\n$/,
    )
    const url = /http:\S+(?=,)/.exec(second.out())?.[0] ?? ''
    expect(await (await call({ ...access, url }, 'GET', '/buckets')).json()).toMatchObject([{ id: 'in.c-main' }])
    const prepared = await call({ ...access, url }, 'POST', '/files/prepare', { name: 'x', federationToken: true })
    expect(await prepared.json()).toMatchObject({ provider: 'azure' })
  })
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type ServeProcess, startStowage } from './serve-process.ts'

interface Access {
  readonly api: string
  readonly url: string
  readonly apiKey: string
}

async function serveZerodb(...words: readonly string[]): Promise<ServeProcess & { readonly access: Access }> {
  const served = startStowage(['serve', 'zerodb', '--json', ...words])
  return { ...served, access: JSON.parse(await served.firstLine()) as Access }
}

function call({ url, apiKey }: Access, method: string, path: string, body?: object): Promise<Response> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  return fetch(url + path, { method, headers: { 'x-api-key': apiKey, 'content-type': 'application/json' }, ...sent })
}

const table = { table_name: 't', schema: { fields: { key: 'string' } } }

describe('stowage serve zerodb', () => {
  test('prints one object with all a client needs, and never the key in its log', async () => {
    const { access, child, exit, out, error } = await serveZerodb()
    expect(Object.keys(access)).toEqual(['api', 'url', 'apiKey'])
    expect(access.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1\/public\/database$/)
    expect((await call(access, 'POST', '/tables', table)).status).toBe(201)
    expect(await (await call(access, 'POST', '/tables/t/query', {})).json()).toMatchObject({ rows: [], total: 0 })
    child.kill('SIGTERM')
    expect(await exit()).toBe(0)
    expect(out()).toBe(`${JSON.stringify(access)}\n`)
    expect(error()).toContain('POST /v1/public/database/tables 201')
    expect(error()).not.toContain(access.apiKey)
  })

  test('a directory keeps tables, a plan limits, and a key of your own is used and not shown', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'stowage-serve-'))
    onTestFinished(() => rm(directory, { recursive: true, force: true }))
    const first = await serveZerodb('--dir', directory, '--token', 'my-own-key', '--tier', 'free')
    expect(first.access.apiKey).toBe('my-own-key')
    expect((await call(first.access, 'POST', '/tables', table)).status).toBe(201)
    const rows = Array.from({ length: 101 }, () => ({ key: 'a' }))
    expect((await call(first.access, 'POST', '/tables/t/rows', { row_data: rows })).status).toBe(400)
    first.child.kill('SIGINT')
    expect(await first.exit()).toBe(0)
    const second = startStowage(['serve', 'zerodb', '--dir', directory, '--token', 'my-own-key'])
    expect(await second.firstLine()).toMatch(/^Serving zerodb: Tables API at http:\/\/127\.0\.0\.1:\d+\/\S+\n$/)
    const url = /http:\S+/.exec(second.out())?.[0] ?? ''
    const list = await call({ ...first.access, url }, 'GET', '/tables')
    expect(await list.json()).toMatchObject({ tables: [{ table_name: 't' }], total: 1 })
  })
})

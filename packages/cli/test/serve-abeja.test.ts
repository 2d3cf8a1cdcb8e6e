import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type ServeProcess, startStowage } from './serve-process.ts'

interface Access {
  readonly api: string
  readonly url: string
  readonly organizationId: string
  readonly userId: string
  readonly personalAccessToken: string
  readonly datasourceId: string
}

async function serveAbeja(...words: readonly string[]): Promise<ServeProcess & { readonly access: Access }> {
  const served = startStowage(['serve', 'abeja', '--json', ...words])
  return { ...served, access: JSON.parse(await served.firstLine()) as Access }
}

function call({ url, userId, personalAccessToken }: Access, method: string, path: string): Promise<Response> {
  const pair = Buffer.from(`user-${userId}:${personalAccessToken}`).toString('base64')
  return fetch(url + path, { method, headers: { authorization: `Basic ${pair}` } })
}

describe('stowage serve abeja', () => {
  test('prints one object with all a client needs, and its datasource is connected to nothing', async () => {
    const { access, child, exit, out, error } = await serveAbeja()
    const names = ['api', 'url', 'organizationId', 'userId', 'personalAccessToken', 'datasourceId']
    expect(Object.keys(access)).toEqual(names)
    expect(access).toMatchObject({ api: 'abeja', organizationId: '1402938475610', datasourceId: '1733344455566' })
    const root = `/organizations/${access.organizationId}/channels`
    const created = (await (await call(access, 'POST', root)).json()) as { channel: { channel_id: string } }
    const datasources = `${root}/${created.channel.channel_id}/datasources`
    expect(await (await call(access, 'GET', datasources)).json()).toMatchObject({ datasources: [] })
    expect((await call(access, 'PUT', `${datasources}/${access.datasourceId}`)).status).toBe(200)
    child.kill('SIGTERM')
    expect(await exit()).toBe(0)
    expect(out()).toBe(`${JSON.stringify(access)}\n`)
    expect(error()).toContain(`POST ${root} 200`)
    expect(error()).not.toContain(access.personalAccessToken)
  })

  test('a directory keeps what was created, and a token of your own is used and not shown', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'stowage-serve-'))
    onTestFinished(() => rm(directory, { recursive: true, force: true }))
    const first = await serveAbeja('--dir', directory, '--token', 'my-own-token')
    expect(first.access.personalAccessToken).toBe('my-own-token')
    const root = `/organizations/${first.access.organizationId}/buckets`
    expect((await call(first.access, 'POST', root)).status).toBe(200)
    first.child.kill('SIGINT')
    expect(await first.exit()).toBe(0)
    const second = startStowage(['serve', 'abeja', '--dir', directory, '--token', 'my-own-token'])
    expect(await second.firstLine()).toMatch(
      /^Serving abeja: datalake at http:\/\/127\.0\.0\.1:\d+, organization 1402938475610, user 1112223334445\n$/,
    )
    const url = /http:\S+(?=,)/.exec(second.out())?.[0] ?? ''
    const list = await call({ ...first.access, url }, 'GET', root)
    expect(((await list.json()) as { buckets: unknown[] }).buckets).toHaveLength(1)
  })
})

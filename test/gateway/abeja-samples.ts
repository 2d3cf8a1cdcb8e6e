import type { AbejaGateway } from '@stowage/gateway'
import { expect } from 'vitest'
import { type Answered, callApi, requireStatus, type Sent } from './call-api.ts'
import type { Serve } from './serve.ts'

interface Lake {
  /** Calls a path; that of an organization without its beginning. */
  readonly call: (method: string, path: string, sent?: Sent) => Promise<Answered>
  readonly root: string
}

function lakeOf({ url, organizationId, userId, personalAccessToken }: AbejaGateway): Lake {
  const pair = Buffer.from(`user-${userId}:${personalAccessToken}`).toString('base64')
  const credential = { authorization: `Basic ${pair}` }
  return {
    call: (method, path, sent = {}) => callApi(method, url + path, sent, credential),
    root: `/organizations/${organizationId}`,
  }
}

/** What the reference of ABEJA's datalake client shows, with the requests of the official SDK and a restart in between. */
export async function abejaSamples(serve: Serve<AbejaGateway>): Promise<void> {
  let lake = lakeOf(await serve())
  const channel = await createChannel(lake)
  const file = await uploadToChannel(lake, channel)
  const announced = await uploadByUrl(lake, channel)
  const bucket = await createBucket(lake)
  await uploadToBucket(lake, bucket)
  lake = lakeOf(await serve())
  await replaceByLarger(lake, bucket)
  await readChannel(lake, channel, file, announced)
  await changeFile(lake, channel, file)
  await readBucket(lake, bucket)
  await archive(lake, channel)
}

async function createChannel({ call, root }: Lake): Promise<string> {
  const json = { name: 'cam-east', description: 'lobby', storage_type: 'datalake' }
  const created = await call('POST', `${root}/channels`, { json })
  expect([created.status, created.json.channel]).toMatchObject([200, { ...json, archived: false }])
  const id = created.json.channel.channel_id as string
  expect((await call('GET', `${root}/channels/${id}`)).json.channel).toMatchObject(json)
  const listed = await call('GET', `${root}/channels?limit=50&offset=0&filter_archived=exclude_archived`)
  expect(listed.json).toMatchObject({ has_next: false, limit: 50, offset: 0 })
  expect((listed.json.channels as { channel_id: string }[]).map(({ channel_id }) => channel_id)).toContain(id)
  const patched = await call('PATCH', `${root}/channels/${id}`, { json: { description: 'hall' } })
  expect(patched.json.channel).toMatchObject({ name: 'cam-east', description: 'hall' })
  return id
}

const image = {
  'content-type': 'image/png',
  'x-abeja-meta-filename': 'door%201.png',
  'x-abeja-meta-%E5%90%8D': '%E5%80%A4',
}

async function uploadToChannel({ call }: Lake, channel: string): Promise<string> {
  const path = `/channels/${channel}/upload?lifetime=1week&conflict_target=filename`
  const sent = { body: new Uint8Array([137, 80, 78, 71]), headers: image }
  const uploaded = await call('POST', path, sent)
  expect([uploaded.status, uploaded.json]).toMatchObject([200, { content_type: 'image/png', lifetime: '1week' }])
  expect(uploaded.json.metadata).toMatchObject({ 'x-abeja-meta-filename': 'door%201.png' })
  const again = await call('POST', path, sent)
  expect([again.status, again.json.error]).toEqual([409, 'conflict'])
  const wrong = await call('POST', `/channels/${channel}/upload?lifetime=2years`, sent)
  expect([wrong.status, wrong.json.error]).toEqual([400, 'bad_request'])
  return uploaded.json.file_id as string
}

async function uploadByUrl({ call }: Lake, channel: string): Promise<string> {
  const headers = { 'content-type': 'text/csv', 'x-abeja-meta-filename': 'a.csv' }
  const announced = await call('POST', `/channels/${channel}`, { headers })
  expect([announced.status, announced.json]).toMatchObject([200, { content_type: 'text/csv', uploaded_at: null }])
  const put = await callApi('PUT', announced.json.upload_url as string, {
    body: 'id\n1\n',
    headers: { 'content-type': 'text/csv' },
  })
  requireStatus(put, 200)
  return announced.json.file_id as string
}

async function createBucket({ call, root }: Lake): Promise<string> {
  const created = await call('POST', `${root}/buckets`, { json: { name: 'reports', description: 'of 2026' } })
  expect([created.status, created.json.bucket]).toMatchObject([200, { name: 'reports', description: 'of 2026' }])
  return created.json.bucket.bucket_id as string
}

function formOf(path: string, content: string): Sent {
  const part = (head: string, body: string): string =>
    `--b7\r\nContent-Disposition: form-data; ${head}\r\n\r\n${body}\r\n`
  const body =
    part(`name="file"; filename="${path}"\r\nContent-Type: text/csv`, content) +
    part('name="parameters"; filename="params.json"\r\nContent-Type: application/json', '{"lifetime": "1day"}')
  const headers = { 'content-type': 'multipart/form-data; boundary=b7', 'x-abeja-meta-filename': path }
  return { body: `${body}--b7--\r\n`, headers }
}

async function uploadToBucket({ call, root }: Lake, bucket: string): Promise<void> {
  for (const path of ['reports/2026/a.csv', 'reports/b.csv']) {
    const uploaded = await call('POST', `${root}/buckets/${bucket}/files`, formOf(path, 'id,name\n'))
    expect([uploaded.status, uploaded.json]).toMatchObject([200, { file_id: path, lifetime: '1day' }])
  }
}

async function replaceByLarger({ call, root }: Lake, bucket: string): Promise<void> {
  // More than gateways gather in memory.
  const content = 'large '.repeat(400_000)
  for (const one of ['small', content]) {
    requireStatus(await call('POST', `${root}/buckets/${bucket}/files`, formOf('big/a.txt', one)), 200)
  }
  const found = await call('GET', `${root}/buckets/${bucket}/files/big/a.txt`)
  expect(found.json).toMatchObject({ size: content.length, metadata: { 'x-abeja-meta-filename': 'big/a.txt' } })
  expect((await (await fetch(found.json.download_uri as string)).text()) === content).toBe(true)
}

async function readChannel({ call }: Lake, channel: string, file: string, announced: string): Promise<void> {
  const found = await call('GET', `/channels/${channel}/${file}`)
  expect([found.status, found.json]).toMatchObject([
    200,
    { file_id: file, content_type: 'image/png', lifetime: '1week' },
  ])
  expect(found.json.metadata).toMatchObject({
    'x-abeja-meta-filename': 'door%201.png',
    'x-abeja-meta-%e5%90%8d': '%E5%80%A4',
  })
  const content = await fetch(found.json.download_uri as string)
  expect([content.headers.get('content-type'), [...new Uint8Array(await content.arrayBuffer())]]).toEqual([
    'image/png',
    [137, 80, 78, 71],
  ])
  const first = await call('GET', `/channels/${channel}?items_per_page=1&sort=uploaded_at`)
  const token = first.json.next_page_token as string
  const second = await call('GET', `/channels/${channel}?next_page_token=${encodeURIComponent(token)}`)
  const ids = [...first.json.files, ...second.json.files].map(({ file_id }: { file_id: string }) => file_id)
  expect(ids).toEqual([file, announced])
  const q = encodeURIComponent('x-abeja-meta-filename:a.c')
  expect((await call('GET', `/channels/${channel}?q=${q}`)).json.files).toMatchObject([{ file_id: announced }])
}

async function changeFile({ call }: Lake, channel: string, file: string): Promise<void> {
  const path = `/channels/${channel}/${file}`
  const changed = await call('PUT', `${path}/metadata`, { json: { 'x-abeja-meta-filename': 'b.png' } })
  expect([changed.status, changed.json.metadata]).toMatchObject([200, { 'x-abeja-meta-filename': 'b.png' }])
  expect((await call('GET', path)).json.metadata).not.toHaveProperty('x-abeja-meta-%e5%90%8d')
  const kept = await call('PUT', `${path}/lifetime`, { json: { lifetime: '1month' } })
  expect([kept.status, kept.json]).toEqual([200, { channel_id: channel, file_id: file, lifetime: '1month' }])
  expect((await call('GET', path)).json.lifetime).toBe('1month')
  expect((await call('DELETE', path)).json).toEqual({ message: `deleted file (${file})` })
  const gone = await call('GET', path)
  expect([gone.status, gone.json.error]).toEqual([404, 'not_found'])
}

async function readBucket({ call, root }: Lake, bucket: string): Promise<void> {
  const files = `${root}/buckets/${bucket}/files`
  const listed = await call('GET', `${files}?target_dir=reports&items_per_page=100`)
  const entries = (listed.json.files as { file_id: string; is_file: boolean }[]).map((one) => [
    one.file_id,
    one.is_file,
  ])
  expect(new Map(entries as [string, boolean][])).toEqual(
    new Map([
      ['/reports/2026/', false],
      ['/reports/b.csv', true],
    ]),
  )
  const found = await call('GET', `${files}/reports/2026/a.csv`)
  expect([found.status, found.json]).toMatchObject([200, { file_id: '/reports/2026/a.csv', is_file: true, size: 8 }])
  expect(await (await fetch(found.json.download_uri as string)).text()).toBe('id,name\n')
}

async function archive({ call, root }: Lake, channel: string): Promise<void> {
  const archived = await call('POST', `${root}/channels/${channel}/archive`)
  expect([archived.status, archived.json.channel.archived]).toEqual([200, true])
  const listed = await call('GET', `${root}/channels?filter_archived=exclude_archived`)
  expect((listed.json.channels as { channel_id: string }[]).map(({ channel_id }) => channel_id)).not.toContain(channel)
  const back = await call('POST', `${root}/channels/${channel}/unarchive`)
  expect(back.json.channel.archived).toBe(false)
}

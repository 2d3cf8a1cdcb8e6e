import { expect, test } from 'vitest'
import { run } from './run-command.ts'
import { serve } from './serve-in-process.ts'

interface Project {
  readonly url: string
  readonly token: string
}

function call({ url, token }: Project, method: string, path: string, body?: object): Promise<Response> {
  const headers = { 'x-storageapi-token': token, 'content-type': 'application/json', 'accept-encoding': 'identity' }
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  return fetch(`${url}/v2/storage${path}`, { method, headers, ...sent })
}

test('requests go wrong as every --fault says, and the rest goes on', async () => {
  const { access, error } = await serve(
    'keboola',
    '--fault',
    'status=503,after=commit,method=POST,nth=1',
    '--fault',
    'status=429,retry-after=7,path=/v2/storage/tokens,times=1',
    '--fault',
    'truncate=1,method=GET,path=~/buckets$,nth=2',
  )
  const project = access[0] as unknown as Project
  const lost = await call(project, 'POST', '/buckets', { name: 'main', stage: 'in' })
  expect(lost.status).toBe(503)
  expect(await (await call(project, 'GET', '/buckets')).json()).toMatchObject([{ id: 'in.c-main' }])
  const limited = await call(project, 'GET', '/tokens/verify')
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7'])
  expect((await call(project, 'GET', '/tokens/verify')).status).toBe(200)
  expect(await (await call(project, 'GET', '/buckets')).text()).toBe('[')
  expect(error()).toMatch(/POST \/v2\/storage\/buckets 503 .*"isFaulted":true/)
})

test('jobs of Keboola fail, and URLs of files expire', async () => {
  const { access } = await serve(
    'keboola',
    '--fault',
    'job=error,operation=tableCreate,code=csvImport.broken,message="no, not this"',
    '--fault',
    'expire-urls,path=/stowage-keboola-files,nth=1',
  )
  const project = access[0] as unknown as Project
  await call(project, 'POST', '/buckets', { name: 'main', stage: 'in' })
  const fields = { name: 't', dataString: 'id\n1\n' }
  const accepted = (await (await call(project, 'POST', '/buckets/in.c-main/tables-async', fields)).json()) as {
    id: number
  }
  const job = await (await call(project, 'GET', `/jobs/${accepted.id}`)).json()
  expect(job).toMatchObject({ status: 'error', error: { code: 'csvImport.broken', message: 'no, not this' } })
  const again = (await (await call(project, 'POST', '/buckets/in.c-main/tables-async', fields)).json()) as {
    id: number
  }
  expect(await (await call(project, 'GET', `/jobs/${again.id}`)).json()).toMatchObject({ status: 'success' })
  const prepared = (await (
    await call(project, 'POST', '/files/prepare', { name: 'x', federationToken: true })
  ).json()) as { id: number }
  const { url } = (await (await call(project, 'GET', `/files/${prepared.id}`)).json()) as { url: string }
  expect((await fetch(url)).status).toBe(403)
  const fresh = (await (await call(project, 'GET', `/files/${prepared.id}`)).json()) as { url: string }
  expect((await fetch(fresh.url)).status).toBe(404)
})

test('ZeroDB answers oddly', async () => {
  const { access } = await serve('zerodb', '--fault', 'drops-body,operation=deleteRows', '--bucket', 'shop')
  const { url = '', apiKey = '' } = access[0] ?? {}
  const send = (method: string, path: string, body: object): Promise<Response> =>
    fetch(url + path, { method, headers: { 'x-api-key': apiKey }, body: JSON.stringify(body) })
  await send('POST', '/tables', { table_name: 't', schema: { fields: { n: 'number' } } })
  await send('POST', '/tables/t/rows', { row_data: [{ n: 1 }] })
  expect((await send('DELETE', '/tables/t/rows', { filter: { n: 1 } })).status).toBe(400)
})

test.each([
  [['keboola', '--fault', 'staus=503'], 'error: --fault: "staus" is unknown: did you mean "status"?\n'],
  [['keboola', '--fault', 'status=9'], "error: --fault: status=9 can't be: write a whole number from 200 to 599\n"],
  [['keboola', '--fault', 'drops-body'], 'error: --fault: keboola has no such oddities\n'],
  [['keboola', '--fault', 'server=s3,reset'], 'error: --fault: keboola has no server s3, but api\n'],
  [['dcss', '--fault', 'job=slow'], 'error: --fault: dcss has no jobs\n'],
  [['zerodb', '--fault', 'expire-urls'], 'error: --fault: zerodb has no URLs that could expire\n'],
  [['abeja,dcss', '--fault', 'job=slow'], 'error: --fault: abeja has no jobs, dcss has no jobs\n'],
  [
    ['abeja,dcss', '--fault', 'keboola:reset'],
    'error: --fault: keboola is not served: begin with abeja, dcss and a colon, or with no name\n',
  ],
])('stowage serve %j is refused before anything is served', async (words, problem) => {
  expect(await run(['serve', ...words])).toEqual({ code: 2, out: '', error: problem })
})

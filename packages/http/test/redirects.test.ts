import { describe, expect, test } from 'vitest'
import { type LoopbackServer, serveHttp } from './loopback-server.ts'
import { startTransport } from './start-transport.ts'

const credentials = { authorization: 'Token abc', 'x-storageapi-token': 'def', cookie: 'a=b' }

/** Answers with the headers it got, below `/to`; redirects elsewhere. */
function serve(location: () => string, status = 302): Promise<LoopbackServer> {
  return serveHttp((request, response) => {
    if (request.url?.startsWith('/to') === true) response.end(JSON.stringify(request.headers))
    else response.writeHead(status, { location: location() }).end('moved')
  })
}

describe.each([301, 302, 303, 307, 308])('a redirect by %i', (status) => {
  test('is followed within the origin with all headers', async () => {
    const server = await serve(() => '/to?x=1', status)
    const response = await startTransport().send({ method: 'GET', url: `${server.url}/from`, headers: credentials })
    expect(JSON.parse(await response.text())).toMatchObject(credentials)
    expect(response.url).toBe(`${server.url}/to?x=1`)
  })

  test('is followed to another origin without anything that may be a credential', async () => {
    const other = await serve(() => '/')
    const server = await serve(() => `${other.url}/to`, status)
    const headers = { ...credentials, range: 'bytes=0-', 'if-match': '"a"', 'x-custom': 'b' }
    const response = await startTransport().send({ method: 'GET', url: server.url, headers })
    const got = JSON.parse(await response.text()) as Record<string, string>
    expect(Object.keys(got).toSorted()).toEqual(['accept-encoding', 'connection', 'host', 'if-match', 'range'])
  })

  test.each(['PUT', 'POST', 'DELETE'])('is given as it is for %s', async (method) => {
    const server = await serve(() => '/to', status)
    const body = method === 'DELETE' ? undefined : Buffer.from('abc')
    const response = await startTransport().send({ method, url: server.url, body })
    expect([response.status, response.headers['location']]).toEqual([status, '/to'])
  })
})

test.each(['ftp://127.0.0.1/to', 'http://user:pass@127.0.0.1/to', 'http://[', 'javascript:alert(1)', ''])(
  'a redirect to "%s" is given as it is',
  async (location) => {
    const server = await serveHttp((_, response) => response.writeHead(302, { location }).end())
    const response = await startTransport().send({
      method: 'GET',
      url: `${server.url}/a`,
      maxRedirects: location === '' ? 0 : 3,
    })
    expect(response.status).toBe(302)
  },
)

test('a redirect to plain http beyond this machine is refused', async () => {
  const server = await serve(() => 'http://example.com/to')
  const sent = startTransport().send({ method: 'GET', url: server.url })
  await expect(sent).rejects.toMatchObject({
    code: 'invalid-argument',
    message: expect.stringContaining('plain http') as string,
  })
})

test('redirects in a circle end after three, and are given as they are', async () => {
  const server = await serve(() => '/again')
  const receipt = { requests: 0, retries: 0 }
  const response = await startTransport().send({ method: 'GET', url: server.url, receipt })
  expect([response.status, receipt.requests]).toEqual([302, 4])
})

test('a redirect without a place is an answer', async () => {
  const server = await serveHttp((_, response) =>
    response.writeHead(301, { 'x-amz-bucket-region': 'eu-west-1' }).end('<Error/>'),
  )
  const response = await startTransport().send({ method: 'GET', url: server.url })
  expect([response.status, response.headers['x-amz-bucket-region']]).toEqual([301, 'eu-west-1'])
})

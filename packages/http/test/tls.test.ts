import { createServer } from 'node:https'
import { readAll } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { type LoopbackServer, serveHttp, started } from './loopback-server.ts'
import { selfSigned } from './self-signed.ts'
import { startTransport } from './start-transport.ts'

const mebibyte = 1024 * 1024
const certificate = selfSigned()

function serveTls(data: Uint8Array, { key, cert } = certificate): Promise<LoopbackServer> {
  const server = createServer({ key, cert }, (request, response) => {
    request.resume().on('end', () => response.writeHead(200, { 'content-length': data.byteLength }).end(data))
  })
  return started(server, 'https')
}

describe('over TLS', () => {
  test.each([10, 70_000, 20 * mebibyte + 1])('a body of %i bytes arrives as it was sent', async (sizeBytes) => {
    const data = Buffer.alloc(sizeBytes, 'over TLS')
    const server = await serveTls(data)
    const transport = startTransport({ ca: certificate.cert })
    const response = await transport.send({ method: 'PUT', url: server.url, body: Buffer.alloc(3 * mebibyte) })
    expect(data.equals(await readAll(response.body, sizeBytes))).toBe(true)
  })

  test('a connection is used again', async () => {
    const server = await serveTls(Buffer.from('ok'))
    const transport = startTransport({ ca: [certificate.cert] })
    for (let count = 0; count < 3; count += 1) {
      expect(await (await transport.send({ method: 'GET', url: server.url })).text()).toBe('ok')
    }
    expect(server.accepted()).toBe(1)
  })

  test('a certificate nobody trusts is refused before anything is sent', async () => {
    const server = await serveTls(Buffer.from('ok'))
    const sent = startTransport().send({ method: 'PUT', url: server.url, body: Buffer.from('abc') })
    await expect(sent).rejects.toMatchObject({ code: 'unavailable', retryable: false, applied: 'no' })
  })

  test('a certificate for another host is refused', async () => {
    const other = selfSigned([10, 0, 0, 1])
    const server = await serveTls(Buffer.from('ok'), other)
    const sent = startTransport({ ca: other.cert }).send({ method: 'GET', url: server.url })
    await expect(sent).rejects.toMatchObject({ nativeCode: 'ERR_TLS_CERT_ALTNAME_INVALID', retryable: false })
  })

  test('a server that speaks plain HTTP is named as such', async () => {
    const server = await serveHttp((_, response) => response.end())
    const sent = startTransport().send({ method: 'GET', url: server.url.replace('http:', 'https:') })
    await expect(sent).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('speaks TLS') as string,
    })
  })

  test('a redirect to plain http is given as it is', async () => {
    const { key, cert } = certificate
    const plain = await serveHttp((_, response) => response.end())
    const redirecting = createServer({ key, cert }, (_, response) =>
      response.writeHead(302, { location: plain.url }).end(),
    )
    const server = await started(redirecting, 'https')
    const response = await startTransport({ ca: cert }).send({ method: 'GET', url: server.url })
    expect([response.status, plain.accepted()]).toEqual([302, 0])
  })
})

import { connect } from 'node:net'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { authorizeUrl, startGateway } from './dcss-gateway.ts'
import { selfSigned } from './self-signed.ts'
import { serve } from './serving.ts'

const tls = selfSigned()

// A request may name another host than the certificate does, as one through a proxy would.
function get(url: string, headers: Record<string, string> = {}): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { ca: tls.cert, headers, agent: false, checkServerIdentity: () => undefined },
      (response) => {
        text(response).then((body) => resolve({ status: response.statusCode, body }), reject)
      },
    )
    sent.on('error', reject)
    sent.end()
  })
}

describe('https', () => {
  test('serves with a certificate, faults included', async () => {
    const { server, faults } = await serve((_request, response) => void response.end('hello'), { tls })
    expect(server.url).toBe(`https://127.0.0.1:${server.port}`)
    expect(await get(server.url)).toEqual({ status: 200, body: 'hello' })
    faults.add({ resetSocket: true, times: 1 })
    await expect(get(server.url)).rejects.toMatchObject({ code: 'ECONNRESET' })
    faults.add({ dropAfterBytes: 2 })
    await expect(get(server.url)).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  test('with a token of its own it may listen beyond loopback', async () => {
    const { server } = await serve((_request, response) => void response.end('hello'), { tls, host: '0.0.0.0' }, true)
    expect(await get(server.url)).toEqual({ status: 200, body: 'hello' })
    await expect(serve(() => {}, { tls, host: '0.0.0.0' }, false)).rejects.toMatchObject({
      code: 'permission-denied',
      message: expect.stringContaining('give a token of your own,') as string,
    })
  })

  test('a connection that never agrees on encryption does not keep it from closing', async () => {
    const { server } = await serve(() => {}, { tls, closeDeadlineMs: 30 })
    const silent = connect(server.port, '127.0.0.1').on('error', () => {})
    await new Promise((resolve) => silent.once('connect', resolve))
    await new Promise((resolve) => setTimeout(resolve, 10))
    const began = performance.now()
    await server.close()
    expect(performance.now() - began).toBeLessThan(5000)
    silent.destroy()
  })

  test('a certificate that is none is refused', async () => {
    await expect(serve(() => {}, { tls: { cert: 'x', key: 'y' } })).rejects.toMatchObject({ code: 'invalid-argument' })
  })
})

describe('a DCSS gateway beyond loopback', () => {
  test('is refused with the sample token, whatever else', async () => {
    await expect(startGateway({ host: '0.0.0.0', tls })).rejects.toMatchObject({ code: 'permission-denied' })
    await expect(startGateway({ host: '::' })).rejects.toMatchObject({ code: 'permission-denied' })
  })

  test('signs URLs for the host by which the client reached it', async () => {
    const token = (await startGateway()).mintToken({ uid: 5 })
    const gateway = await startGateway({ host: '0.0.0.0', tls, token })
    await gateway.storage.bucket('private').file('a').put('hello')
    const url = authorizeUrl(gateway, 'get_object/duckietown-private-storage/a')
    const answer = await get(url, { authorization: `Token ${token}` })
    const signed = (JSON.parse(answer.body) as { result: { url: string } }).result.url
    expect(signed.startsWith(`${gateway.s3Url}/`)).toBe(true)
    expect(await get(signed)).toEqual({ status: 200, body: 'hello' })
    const port = new URL(gateway.url).port
    const other = await get(url, { authorization: `Token ${token}`, host: `files.example:${port}` })
    const otherUrl = (JSON.parse(other.body) as { result: { url: string } }).result.url
    expect(new URL(otherUrl).host).toBe(`files.example:${new URL(gateway.s3Url).port}`)
    const odd = await get(url, { authorization: `Token ${token}`, host: 'evil@' })
    expect(odd.status).toBe(400)
  })
})

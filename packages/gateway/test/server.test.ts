import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { send, serve } from './serving.ts'

describe('an idle connection', () => {
  const keepAlive = { toldMs: 40, graceMs: 400 }

  async function connectTo(): Promise<Socket> {
    const { server } = await serve((_request, response) => void response.end('hello'), {}, { keepAlive })
    const socket = connect(server.port, '127.0.0.1').on('error', () => {})
    onTestFinished(() => void socket.destroy())
    return socket
  }

  test('still takes a request that comes a little later than it was told to last, again and again', async () => {
    const socket = await connectTo()
    for (let sent = 1; sent <= 3; sent += 1) {
      socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx')
      expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 200 /)
      await new Promise((resolve) => setTimeout(resolve, 150))
    }
    expect(socket.readableEnded).toBe(false)
  })

  test('is closed in the end', async () => {
    const socket = await connectTo()
    socket.resume().write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    const began = performance.now()
    await once(socket, 'close')
    expect(performance.now() - began).toBeGreaterThan(keepAlive.graceMs)
  })
})

describe('requests', () => {
  test('arrive raw: dot segments, doubled slashes and escapes stay', async () => {
    const { server, log } = await serve((request, response) => void response.end(request.url))
    const path = '/a//b/../%2e%2E/./c?prefix=x%2By&q'
    expect((await send(server.url, { path })).body).toBe(path)
    expect(log.entries[0]).toMatchObject({ path: '/a//b/../%2e%2E/./c', query: 'prefix=x%2By&q' })
  })

  test('are listed when they arrive and completed when they end, bytes and status counted', async () => {
    const { server, log } = await serve(async (incoming, response) => {
      await text(incoming)
      expect(log.entries).toHaveLength(1)
      response.writeHead(201).write('abc')
      response.end('de')
    })
    await send(server.url, { method: 'PUT', headers: { 'x-amz-meta-a': 'b' } }, '0123456')
    await expect.poll(() => log.entries[0]?.durationMs).toBeTypeOf('number')
    expect(log.entries[0]).toMatchObject({
      server: 'test',
      method: 'PUT',
      status: 201,
      requestBytes: 7,
      responseBytes: 5,
      isAborted: false,
      isFaulted: false,
    })
    expect(log.entries[0]?.headers).toMatchObject({ 'x-amz-meta-a': 'b', host: server.url.slice('http://'.length) })
  })

  test('show no secret in the log, only that one was sent', async () => {
    const { server, log } = await serve((_request, response) => void response.end())
    const token =
      'dt1-9Hfd69b5ythetkCiNG12pKDrL987sLJT6KejWP2Eo5QQ-43dzqWFnWd8KBa1yev1g3UKnzVxZkkTbfWWn6of92V5Bf8qGV24rZHe'
    const headers = { authorization: `Token ${token}`, 'x-duckietown-token': token, cookie: 'session=abcdef' }
    await send(`${server.url}/b/k?X-Amz-Signature=0123456789abcdef&Signature=abc%2Bdef&Expires=1`, { headers })
    const shown = JSON.stringify(log.entries)
    expect(shown).toContain('"query":"X-Amz-Signature=***')
    expect(shown).not.toMatch(/dt1-|0123456789abcdef|abc%2Bdef|session/)
    expect(Object.keys(log.entries[0]?.headers ?? {})).toEqual(
      expect.arrayContaining(['authorization', 'x-duckietown-token']),
    )
    expect(log.entries[0]?.query).toContain('Expires=1')
  })

  test('a handler that throws is a 500 that says nothing of it, or a dropped connection once it began', async () => {
    const { server } = await serve((request, response) => {
      if (request.url === '/late') response.writeHead(200, { 'content-length': 10 }).write('abc')
      throw new Error('the secret is 42')
    })
    const answer = await send(server.url)
    expect(answer.status).toBe(500)
    expect(answer.body).not.toContain('42')
    // The headers may not have left yet when the connection is dropped.
    const late = await send(`${server.url}/late`).catch((error: unknown) => ({ error }))
    expect(late.error).toMatchObject({ code: 'ECONNRESET' })
  })

  test('a client that waits for 100 sends nothing to a handler that refuses without reading', async () => {
    const { server, log } = await serve(async (incoming, response) => {
      if (incoming.url === '/refused') return void response.writeHead(403).end('no')
      response.end(await text(incoming))
    })
    const put = (path: string): Promise<{ continued: boolean; status: number | undefined }> =>
      new Promise((resolve, reject) => {
        const headers = { expect: '100-continue', 'content-length': 5 }
        const sent = request(server.url + path, { method: 'PUT', headers, agent: false })
        let continued = false
        sent.on('continue', () => {
          continued = true
          sent.end('01234')
        })
        sent.on('response', (response) => {
          response.resume()
          resolve({ continued, status: response.statusCode })
        })
        sent.on('error', reject)
        sent.flushHeaders()
      })
    expect(await put('/taken')).toEqual({ continued: true, status: 200 })
    expect(await put('/refused')).toEqual({ continued: false, status: 403 })
    expect(log.entries.map(({ requestBytes }) => requestBytes)).toEqual([5, 0])
  })
})

describe('stopping', () => {
  test('waits for a request that is being answered, and closes idle connections at once', async () => {
    let finish = (): void => {}
    const { server } = await serve(
      (request, response) => {
        if (request.url === '/slow') finish = () => void response.end('done')
        else response.end()
      },
      { closeDeadlineMs: 60_000 },
    )
    const agent = new Agent({ keepAlive: true })
    await send(server.url, { agent })
    const silent = connect(server.port, '127.0.0.1')
    await once(silent, 'connect')
    const slow = send(`${server.url}/slow`, { agent })
    await expect.poll(() => finish.name).not.toBe('')
    await new Promise((resolve) => setTimeout(resolve, 20))
    let isClosed = false
    const closed = server.close().then(() => (isClosed = true))
    await expect(send(server.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(isClosed).toBe(false)
    finish()
    expect((await slow).body).toBe('done')
    await closed
    await server.close()
    agent.destroy()
    silent.destroy()
  })

  test('cuts what is not done at the deadline', async () => {
    const { server } = await serve(() => {}, { closeDeadlineMs: 30 })
    const stuck = send(server.url)
    await new Promise((resolve) => setTimeout(resolve, 20))
    await Promise.all([server.close(), expect(stuck).rejects.toMatchObject({ code: 'ECONNRESET' })])
  })
})

describe('listening', () => {
  test('takes a free port of loopback by default', async () => {
    const { server } = await serve(() => {})
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`)
    expect(server.port).toBeGreaterThan(0)
  })

  test('an IPv6 address stands in brackets', async () => {
    const { server } = await serve((_request, response) => void response.end('six'), { host: '::1' })
    expect(server.url).toBe(`http://[::1]:${server.port}`)
    expect((await send(server.url)).body).toBe('six')
  })

  test.each(['0.0.0.0', '::', '192.0.2.1'])('%s is refused without a token and TLS', async (host) => {
    for (const hasToken of [false, true]) {
      await expect(serve(() => {}, { host }, hasToken)).rejects.toMatchObject({
        code: 'permission-denied',
        message: expect.stringMatching(/TLS.*--allow-remote/) as string,
      })
    }
  })

  test('the operator may allow it, and the URL is one that works here', async () => {
    const { server } = await serve((_request, response) => void response.end('ok'), {
      host: '0.0.0.0',
      allowRemote: true,
    })
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`)
    expect((await send(server.url)).body).toBe('ok')
  })

  test('a port that is taken says so', async () => {
    const { server } = await serve(() => {})
    await expect(serve(() => {}, { port: server.port })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`port ${server.port} of 127.0.0.1 is in use`) as string,
    })
  })

  test.each([-1, 1.5, 65_536, Number.NaN])('port %d is refused', async (port) => {
    await expect(serve(() => {}, { port })).rejects.toMatchObject({ code: 'invalid-argument' })
  })

  test('an unknown host and an address of another machine are refused with advice', async () => {
    await expect(serve(() => {}, { host: 'nowhere.invalid' })).rejects.toMatchObject({ code: 'invalid-argument' })
    await expect(serve(() => {}, { host: '192.0.2.1', allowRemote: true })).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('no address of this machine') as string,
    })
  })
})

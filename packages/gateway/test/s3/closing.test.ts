import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { type FileContent, interceptDriver } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { send } from './raw-request.ts'
import { atEnd, type RunningS3, startS3 } from './s3-fixture.ts'

/** Opens a connection, writes to it, and reads nothing unless told. */
async function open(s3: RunningS3, ...pieces: readonly (string | Buffer)[]): Promise<Socket> {
  const socket = connect(s3.port, '127.0.0.1')
  socket.pause()
  socket.on('error', () => undefined)
  atEnd(async () => void socket.destroy())
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  for (const piece of pieces) socket.write(piece)
  return socket
}

function head(s3: RunningS3, method: 'GET' | 'PUT', size: number): string {
  const common = { bucket: 'bucket', key: 'a', expiresInSeconds: 60, version: 'v4', host: s3.host } as const
  const { pathname, search } = new URL(s3.service.signUrl({ ...common, method }))
  return `${method} ${pathname}${search} HTTP/1.1\r\nhost: ${s3.host}\r\ncontent-length: ${size}\r\n\r\n`
}

describe('closing', () => {
  test.each([1000, 9_000_000])('ends uploads of %i bytes that hang, and leaves what was there', async (size) => {
    const arrived = Promise.withResolvers<void>()
    const s3 = await startS3()
    await s3.storage.bucket('bucket').file('a').put('old')
    const socket = await open(s3, head(s3, 'PUT', size), Buffer.alloc(size - 1))
    setTimeout(arrived.resolve, 50)
    await arrived.promise
    await s3.service.close()
    const text = new Promise<string>((resolve) => socket.once('data', (chunk: Buffer) => resolve(chunk.toString())))
    socket.resume()
    expect(await text).toMatch(/^HTTP\/1\.1 503 /)
    expect(await s3.storage.bucket('bucket').file('a').text()).toBe('old')
  })

  test('ends downloads nobody reads, and tells the storage', async () => {
    const begun = Promise.withResolvers<void>()
    const ended = Promise.withResolvers<void>()
    async function* noticing(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      try {
        for await (const chunk of body) {
          yield chunk
          begun.resolve()
        }
      } finally {
        ended.resolve()
      }
    }
    const s3 = await startS3({}, (driver) =>
      interceptDriver(driver, async (call, next) => {
        const answer = await next(call)
        if (call.operation !== 'files.read') return answer
        const content = answer as FileContent
        return { ...content, body: noticing(content.body) }
      }),
    )
    await s3.storage.bucket('bucket').file('a').put(randomBytes(40_000_000))
    await open(s3, head(s3, 'GET', 0))
    await begun.promise
    await s3.service.close()
    await expect(ended.promise).resolves.toBeUndefined()
  })

  test('twice does nothing more, and a closed service says so', async () => {
    const s3 = await startS3()
    await s3.service.close()
    await s3.service.close()
    expect((await send(`${s3.url}/public-bucket`)).status).toBe(503)
  })
})

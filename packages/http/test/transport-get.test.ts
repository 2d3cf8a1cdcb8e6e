import { readAll } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { ByteTransport } from '../src/index.ts'
import { serveHttp } from './loopback-server.ts'

const mebibyte = 1024 * 1024

describe.each([0, 1, 70_000, 5 * mebibyte, 8 * mebibyte, 20 * mebibyte + 1])('a body of %i bytes', (sizeBytes) => {
  test.each([false, true])('arrives as it was sent (lent chunks: %s)', async (mayLend) => {
    const data = Buffer.alloc(sizeBytes, 'any 7 b')
    const server = await serveHttp((_, response) => response.writeHead(200, { 'content-length': sizeBytes }).end(data))
    const transport = new ByteTransport()
    const response = await transport.send({ method: 'GET', url: server.url, mayLend })
    const got = await readAll(response.body, response.sizeBytes)
    transport.close()
    expect(data.equals(got)).toBe(true)
  })
})

/** The server both sides talk to, in a process of its own: `GET /SIZE` gives that many bytes, `PUT` counts what it gets. It ends with its input. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const piece = Buffer.alloc(1024 * 1024, 'some bytes of no meaning ')

function send(response: ServerResponse, sizeBytes: number): void {
  let left = sizeBytes
  const more = (): void => {
    while (left > 0) {
      const chunk = left < piece.byteLength ? piece.subarray(0, left) : piece
      left -= chunk.byteLength
      if (!response.write(chunk)) return void response.once('drain', more)
    }
    response.end()
  }
  response.writeHead(200, { 'content-length': sizeBytes })
  more()
}

const server = createServer((request, response) => {
  if (request.method === 'GET') return send(response, Number(request.url?.slice(1)))
  let gotBytes = 0
  return request
    .on('data', (chunk: Buffer) => (gotBytes += chunk.byteLength))
    .on('end', () => response.end(String(gotBytes)))
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))
process.stdin.resume().on('end', () => {
  server.close()
  server.closeAllConnections()
})

import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const piece = Buffer.alloc(1024 * 1024, 'some bytes of no meaning ')

/** Answers requests as `startServer` wants it: on a free port of loopback, which is printed, until the input ends. */
export function serve(listener: RequestListener): void {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))
  process.stdin.resume().on('end', () => {
    server.close()
    server.closeAllConnections()
  })
}

/** Sends a body of so many bytes of no meaning, no faster than it is taken. */
export function sendBytes(response: ServerResponse, sizeBytes: number): void {
  let left = sizeBytes
  const more = (): void => {
    while (left > 0) {
      const chunk = left < piece.byteLength ? piece.subarray(0, left) : piece
      left -= chunk.byteLength
      if (!response.write(chunk)) return void response.once('drain', more)
    }
    response.end()
  }
  more()
}

import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A server on loopback that a test made; it goes when the test ends. */
export interface LoopbackServer {
  /** Its origin. */
  readonly url: string
  /** How many connections were ever made to it. */
  readonly accepted: () => number
  /** Its open connections. */
  readonly sockets: ReadonlySet<Socket>
  /** Stops it. */
  close(): Promise<void>
}

/** Starts a server that answers by a handler. */
export function serveHttp(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<LoopbackServer> {
  return started(createHttpServer(handler))
}

/** Starts a server that does what it likes with each connection: HTTP it has to speak by itself. */
export function serveRaw(onSocket: (socket: Socket) => void): Promise<LoopbackServer> {
  return started(createServer(onSocket))
}

/** Follows a server's connections once it listens. */
export async function started(server: Server, scheme = 'http'): Promise<LoopbackServer> {
  const sockets = new Set<Socket>()
  let accepted = 0
  server.on('connection', (socket) => {
    accepted += 1
    sockets.add(socket)
    // A client that goes away in the middle is what many tests are about.
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const socket of sockets) socket.destroy()
    await closed
  }
  onTestFinished(close)
  const { port } = server.address() as AddressInfo
  return { url: `${scheme}://127.0.0.1:${port}`, accepted: () => accepted, sockets, close }
}

/** Reads a connection until the head of a request is there, and gives it. */
export function requestHead(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const onData = (chunk: Buffer): void => {
      text += chunk.toString('latin1')
      if (!text.includes('\r\n\r\n')) return
      socket.off('data', onData)
      resolve(text)
    }
    socket.on('data', onData)
  })
}

/** Reads a request's body. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

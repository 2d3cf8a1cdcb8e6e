import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** A server that runs. */
export interface RunningServer {
  readonly url: string
  /** Takes no more requests, and waits until those that run are answered. */
  close(): Promise<void>
}

/** Serves a function from requests to responses on this machine; such a function is all that other servers need as well. */
export async function serve(handle: (request: Request) => Promise<Response>, port: number): Promise<RunningServer> {
  const server = createServer((incoming, outgoing) => {
    // Whoever went away before the end needs no answer.
    void answer(handle, incoming, outgoing).catch(() => outgoing.destroy())
    // A client that keeps its connection open for more requests doesn't keep a server open that takes none.
    outgoing.on('close', () => server.listening || server.closeIdleConnections())
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, close: () => new Promise((resolve) => void server.close(() => resolve())) }
}

async function answer(
  handle: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const response = await handle(toRequest(incoming))
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  if (response.body === null) outgoing.end()
  else await pipeline(Readable.fromWeb(response.body), outgoing)
}

function toRequest(incoming: IncomingMessage): Request {
  const { method = 'GET', url = '/', headersDistinct } = incoming
  const headers = Object.entries(headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  )
  // It reads nothing before it is asked, so that Node can pass over a body nobody wanted.
  const body = method === 'GET' || method === 'HEAD' ? null : ReadableStream.from<Uint8Array>(incoming)
  return new Request(new URL(url, 'http://127.0.0.1'), { method, headers, body, duplex: 'half' })
}

import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server that runs. */
export interface RunningServer {
  readonly url: string
  /** Takes no more requests, and waits until those that run are answered. */
  close(): Promise<void>
}

/** Serves routes on this machine. */
export async function serve({ fetch }: Hono, port: number): Promise<RunningServer> {
  // The storages make requests too, and keep the `Request` and `Response` they know.
  const answer = getRequestListener(fetch, { overrideGlobalObjects: false })
  let running = 0
  const server = createServer((incoming, outgoing) => {
    running += 1
    outgoing.on('close', () => {
      running -= 1
      hangUp()
    })
    void answer(incoming, outgoing)
  })
  // A connection that only waits for more requests, or sends what nobody reads, doesn't keep open a server that takes none.
  const hangUp = (): void => {
    if (!server.listening && running === 0) server.closeAllConnections()
  }
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = async (): Promise<void> => {
    server.close()
    hangUp()
    await once(server, 'close')
  }
  return { url, close }
}

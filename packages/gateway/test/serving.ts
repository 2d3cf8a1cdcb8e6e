import { type IncomingHttpHeaders, request, type RequestOptions } from 'node:http'
import { silentLogger, systemClock } from '@stowage/core/driver'
import { onTestFinished } from 'vitest'
import { Faults } from '../src/server/faults.ts'
import {
  type GatewayServer,
  type ListenOptions,
  type RequestHandler,
  type ServerParts,
  startServer,
} from '../src/server/gateway-server.ts'
import { RequestLog } from '../src/server/request-log.ts'

/** A server that runs until the test ends. */
export interface Serving {
  readonly server: GatewayServer
  readonly faults: Faults
  readonly log: RequestLog
}

/** Starts a server over a handler. */
export async function serve(
  handler: RequestHandler,
  options: ListenOptions = {},
  more: boolean | Pick<ServerParts, 'keepAlive'> = false,
): Promise<Serving> {
  const faults = new Faults()
  const log = new RequestLog(silentLogger)
  const common = { name: 'test', handler, faults, log, logger: silentLogger, clock: systemClock }
  const parts = { ...common, hasToken: more === true, ...(typeof more === 'object' ? more : {}) }
  const server = await startServer(parts, { closeDeadlineMs: 200, ...options })
  onTestFinished(() => server.close())
  return { server, faults, log }
}

/** An answer, and how it ended. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** What went wrong before the end of the body. */
  readonly error: Error | undefined
}

/** Sends a request and reads the answer to its end, whole or not. It fails only when no answer begins. */
export function send(url: string, options: RequestOptions = {}, body: string | Uint8Array = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: false, ...options }, (response) => {
      const chunks: Uint8Array[] = []
      let failure: Error | undefined
      response.on('data', (chunk: Uint8Array) => chunks.push(chunk))
      response.on('error', (error) => (failure = error))
      response.on('close', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
          error: failure,
        }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

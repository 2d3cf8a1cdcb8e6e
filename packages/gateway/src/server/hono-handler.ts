import { getRequestListener, type HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import type { RequestHandler } from './gateway-server.ts'

/** What handlers of a Hono app find in `c.env`: the request as Node has it, whose `url` is raw. */
export interface NodeEnvironment {
  /** Both sides of the exchange. */
  Bindings: HttpBindings
}

/** Has a Hono app answer a server's requests. */
export function honoHandler(app: Hono<NodeEnvironment>): RequestHandler {
  return getRequestListener(app.fetch as Parameters<typeof getRequestListener>[0], { overrideGlobalObjects: false })
}

/**
 * Gives the path of a request as it was sent. For an app's `getPath`: what the URL class makes of a path has lost its dot
 * segments, and with them the difference between keys.
 */
export function rawPath(request: Request, options?: { env?: NodeEnvironment['Bindings'] | undefined }): string {
  const target = options?.env?.incoming.url ?? new URL(request.url).pathname
  const mark = target.indexOf('?')
  return mark === -1 ? target : target.slice(0, mark)
}

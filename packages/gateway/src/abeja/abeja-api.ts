import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from '@stowage/core/driver'
import { addressFor, type GatewayAddress } from '../server/gateway-address.ts'
import { sendJson } from '../server/send-json.ts'
import type { AbejaContext } from './abeja-context.ts'
import { AbejaError, explainFailure } from './abeja-error.ts'
import type { Caller, Credentials } from './credentials.ts'
import { readTarget, type RequestTarget, segmentsOf } from './request-target.ts'
import { findRoute, type FoundRoute } from './routes.ts'
import { putAnnounced } from './put-announced.ts'

// Made once: an error is not cheap, and nobody gets to see this one.
const finished = new Error('the request is over')

/** The API: everything that goes to its port. */
export class AbejaApi {
  readonly #context: AbejaContext
  readonly #credentials: Credentials
  readonly #address: () => GatewayAddress
  readonly #logger: Logger
  readonly #running = new Map<AbortController, Promise<void>>()
  #isClosed = false

  /** @param address - gives where clients reach it: known only once it listens */
  constructor(context: AbejaContext, credentials: Credentials, address: () => GatewayAddress) {
    this.#context = context
    this.#credentials = credentials
    this.#address = address
    this.#logger = context.settings.logger
  }

  /** Answers a request. */
  handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const over = new AbortController()
    if (this.#isClosed) over.abort(finished)
    const work = this.#handle(message, response, over).finally(() => this.#running.delete(over))
    this.#running.set(over, work)
    return work
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const over of this.#running.keys()) over.abort(finished)
    await Promise.all(this.#running.values())
  }

  async #handle(message: IncomingMessage, response: ServerResponse, over: AbortController): Promise<void> {
    const target = readTarget(message.url ?? '/')
    if (this.#context.signedUrls.isSigned(target.path)) return this.#context.signedUrls.handle(message, response)
    if (this.#context.uploadUrls.isSigned(target.path)) {
      await putAnnounced(this.#context, target, { message, response, signal: over.signal })
    } else {
      await this.#answer(target, message, response, over.signal)
    }
    const isRead = message.readableEnded || (message.complete && message.readableLength === 0)
    if (isRead || message.destroyed) return
    // What of a body nobody wanted must not stay in the way of the next request.
    over.abort(finished)
    message.resume()
  }

  async #answer(
    target: RequestTarget,
    message: IncomingMessage,
    response: ServerResponse,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      const caller = this.#credentials.check(message.headers.authorization)
      const found = findRoute(message.method ?? '', segmentsOf(target))
      await this.#authorize(caller, found)
      const address = addressFor(this.#address(), message.headers.host)
      const exchange = { names: found.names, query: target.query, message, caller, address, signal }
      sendJson(response, 200, await found.route.operation(this.#context, exchange))
    } catch (error) {
      this.#refuse(response, explainFailure(error))
    }
  }

  async #authorize(caller: Caller, { route, names }: FoundRoute): Promise<void> {
    if (caller.kind === 'user') {
      if (caller.role !== 'regular' || route.method === 'GET') return
      throw new AbejaError(403, 'a regular user may only read')
    }
    const isConnected = route.isForDatasources && (await this.#isConnected(caller.id, names['container'] ?? ''))
    if (!isConnected) {
      throw new AbejaError(403, 'a datasource may only upload, list and read files of channels it is connected to')
    }
  }

  async #isConnected(datasourceId: string, channelId: string): Promise<boolean> {
    try {
      const { datasourceIds } = await this.#context.containers.find('channel', channelId)
      return datasourceIds.includes(datasourceId)
    } catch (error) {
      // Whether there is such a channel is none of its business.
      if (error instanceof AbejaError && error.status === 404) return false
      throw error
    }
  }

  #refuse(response: ServerResponse, refusal: AbejaError): void {
    if (refusal.status >= 500) this.#logger.error('an ABEJA request failed', { cause: refusal.cause })
    if (response.headersSent) response.destroy()
    else if (!response.destroyed) sendJson(response, refusal.status, refusal.body, refusal.headers)
  }
}

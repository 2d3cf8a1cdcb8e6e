import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendJson } from '../server/send-json.ts'
import { CallRecord, type OpenCall } from './call-record.ts'
import type { QuirkPlan, ZerodbQuirks } from './quirks.ts'
import { createRateWindow, type RateWindow } from './rate-window.ts'
import { type JsonObject, parseBody, readText } from './request-body.ts'
import { findRoute, type FoundRoute, type Route } from './routes.ts'
import type { ZerodbContext } from './zerodb-context.ts'
import { explainFailure, refusal, ZerodbError } from './zerodb-error.ts'

/** The API: everything that goes to its port. */
export class ZerodbApi {
  /** What was asked of it. */
  readonly record = new CallRecord()
  readonly #context: ZerodbContext
  readonly #quirks: ZerodbQuirks
  readonly #keyDigest: Buffer
  readonly #window: RateWindow

  constructor(context: ZerodbContext, quirks: ZerodbQuirks) {
    const { apiKey, rateWindow, requestsPerMinute, clock } = context.settings
    this.#context = context
    this.#quirks = quirks
    this.#keyDigest = digest(apiKey)
    this.#window = createRateWindow(rateWindow, requestsPerMinute, clock)
  }

  /** Answers a request. */
  async handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      this.#checkKey(message.headers['x-api-key'])
      this.#checkRate()
      const [path, query] = splitTarget(message.url ?? '/')
      const found = findRoute(message.method ?? '', path)
      await this.#answer(found, query, message, response)
    } catch (error) {
      this.#refuse(response, explainFailure(error))
    }
    // What of a body nobody wanted must not stay in the way of the next request.
    if (!message.readableEnded && !message.destroyed) message.resume()
  }

  #checkKey(key: string | string[] | undefined): void {
    const isRight = typeof key === 'string' && timingSafeEqual(digest(key), this.#keyDigest)
    if (!isRight) throw refusal('INVALID_API_KEY', 'Invalid or missing API key: send it as X-API-Key')
  }

  #checkRate(): void {
    const waitMs = this.#window.take()
    if (waitMs === undefined) return
    const { requestsPerMinute, sendsRetryAfter } = this.#context.settings
    const headers = sendsRetryAfter ? { 'retry-after': String(Math.ceil(waitMs / 1000)) } : {}
    const detail = `Rate limit of ${requestsPerMinute} requests per minute exceeded`
    throw new ZerodbError(429, detail, { code: 'RATE_LIMIT_EXCEEDED', headers })
  }

  async #answer(
    { route, reference }: FoundRoute,
    query: string,
    message: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const quirks = this.#quirks.planFor(route.name)
    const call = this.record.begin(route.name, reference === '' ? undefined : reference)
    try {
      const body = await this.#readBody(route, quirks, message, call)
      if (quirks.before !== undefined) await this.#runHook(quirks.before)
      const exchange = { reference, query: new URLSearchParams(query), body, quirks }
      const result = await route.operation(this.#context, exchange)
      call.status = route.status
      sendJson(response, route.status, result)
    } catch (error) {
      const { status, code } = explainFailure(error)
      call.status = status
      call.errorCode = code
      throw error
    }
  }

  async #readBody(route: Route, quirks: QuirkPlan, message: IncomingMessage, call: OpenCall): Promise<JsonObject> {
    if (route.bodyCode === undefined) return {}
    const sent = await readText(message, this.#context.settings.maxBodyBytes)
    const text = quirks.dropsBody === true ? '' : sent
    this.record.noteBody(call, text)
    return parseBody(text, route.bodyCode)
  }

  async #runHook(before: () => unknown): Promise<void> {
    await before()
    await this.#context.queries.forget()
  }

  #refuse(response: ServerResponse, failure: ZerodbError): void {
    const { logger } = this.#context.settings
    if (failure.status >= 500) logger.error('a ZeroDB request failed', { cause: failure.cause })
    if (response.headersSent) response.destroy()
    else if (!response.destroyed) sendJson(response, failure.status, failure.body, failure.headers)
  }
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}

function splitTarget(url: string): [path: string, query: string] {
  const mark = url.indexOf('?')
  return mark === -1 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)]
}

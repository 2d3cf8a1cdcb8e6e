import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from '@stowage/core/driver'
import { decodePercent } from '../s3/percent-encoding.ts'
import type { Answer } from './answer.ts'
import type { Callers } from './callers.ts'
import { explainFailure, KeboolaError } from './keboola-error.ts'
import type { KeboolaContext } from './keboola-context.ts'
import { checkGuideTableId, toGuideError } from './guide/guide-error.ts'
import { queryFields, readFields } from './request-fields.ts'
import { type FoundRoute, findRoute } from './routes.ts'
import { sendAnswer } from './send-answer.ts'

// Made once: an error is not cheap, and nobody gets to see this one.
const finished = new Error('the request is over')

/** The API: everything that goes to its port. */
export class KeboolaApi {
  readonly #context: KeboolaContext
  readonly #callers: Callers
  readonly #addressFor: (message: IncomingMessage) => URL
  readonly #logger: Logger
  readonly #running = new Map<AbortController, Promise<void>>()
  #isClosed = false

  /** @param addressFor - gives where a client reaches it */
  constructor(context: KeboolaContext, callers: Callers, addressFor: (message: IncomingMessage) => URL) {
    this.#context = context
    this.#callers = callers
    this.#addressFor = addressFor
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
    const [path, query] = splitTarget(message.url ?? '/')
    const raw = this.#context.rawHandlers.find((one) => one.handles(path))
    if (raw !== undefined) return raw.handle(message, response)
    await this.#answer(path, query, message, response, over.signal)
    const isRead = message.readableEnded || (message.complete && message.readableLength === 0)
    if (isRead || message.destroyed) return
    // What of a body nobody wanted must not stay in the way of the next request.
    over.abort(finished)
    message.resume()
  }

  async #answer(
    path: string,
    query: string,
    message: IncomingMessage,
    response: ServerResponse,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      const answer = await this.#operate(path, query, message, signal)
      if (!response.destroyed) await sendAnswer(message, response, answer)
    } catch (error) {
      const refusal = explainFailure(error)
      const isGuide = this.#context.settings.guideErrors
      await this.#refuse(message, response, isGuide ? toGuideError(refusal) : refusal)
    }
  }

  async #operate(path: string, query: string, message: IncomingMessage, signal: AbortSignal): Promise<Answer> {
    const { settings, maintenance } = this.#context
    checkRequestLine(message, settings.maxRequestLineBytes)
    maintenance.check()
    const { route, names } = find(message.method ?? '', path, settings.guideErrors)
    if (settings.guideErrors) checkGuideTableId(names)
    const { headers } = message
    const caller = route.isPublic ? this.#callers.own : this.#callers.check(tokenOf(message))
    const fields = route.readsBody ? queryFields(query) : await readFields(message, query, { signal })
    const runId = textOf(headers['x-kbc-runid'])
    const address = this.#addressFor(message)
    return route.operation(this.#context, { names, fields, query, message, caller, runId, address, signal })
  }

  async #refuse(message: IncomingMessage, response: ServerResponse, refusal: KeboolaError): Promise<void> {
    if (refusal.status === 500) this.#logger.error('a Keboola request failed', { cause: refusal.cause })
    if (response.headersSent) response.destroy()
    else if (!response.destroyed) {
      const { status, body, facts } = refusal
      await sendAnswer(message, response, { status, json: body, headers: facts.headers ?? {} })
    }
  }
}

function splitTarget(url: string): [path: string, query: string] {
  const mark = url.indexOf('?')
  // Clients that have a slash at the end of their base URL send two.
  return mark === -1 ? [collapse(url), ''] : [collapse(url.slice(0, mark)), url.slice(mark + 1)]
}

function collapse(path: string): string {
  return path.replace(/^\/*/, '/')
}

function checkRequestLine({ method = '', url = '' }: IncomingMessage, most: number): void {
  if (method.length + url.length + ' HTTP/1.1 '.length <= most) return
  throw new KeboolaError(414, 'requestTooLarge', `The request line has more than ${most} bytes: send data in the body`)
}

function find(method: string, path: string, isGuide: boolean): FoundRoute {
  // A slash at the end doesn't count.
  const segments = path.split('/').filter((segment) => segment !== '')
  const [version, api, ...rest] = segments
  if (version !== 'v2' || api !== 'storage') throw new KeboolaError(404, 'notFound', 'There is no such resource')
  return findRoute(method, decodeAll(rest), isGuide)
}

function decodeAll(segments: readonly string[]): string[] {
  const decoded = segments.map(decodePercent)
  if (decoded.some((segment) => segment.includes('\0')))
    throw new KeboolaError(404, 'notFound', 'There is no such resource')
  return decoded
}

function tokenOf({ headers }: IncomingMessage): string | undefined {
  const bearer = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  return textOf(headers['x-storageapi-token']) ?? bearer
}

function textOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0]
}

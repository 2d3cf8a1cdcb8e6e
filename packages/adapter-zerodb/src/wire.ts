import { type ErrorFacts, registerSecret, StorageError } from '@stowage/core/driver'
import {
  ByteTransport,
  HttpError,
  JsonClient,
  type JsonRequest,
  type RequestCounter,
  withDeadline,
} from '@stowage/http'
import { explainZerodbError } from './errors.ts'
import type { CheckedZerodbOptions } from './options.ts'
import type { RequestLimiter } from './rate-limiter.ts'

/** What every call of the client takes. */
export interface ZerodbCallOptions {
  /** Ends the call, also while it waits for the rate limit. */
  readonly signal?: AbortSignal | undefined
  /** Counts the requests; the receipt of a driver's call is one. */
  readonly receipt?: RequestCounter | undefined
}

/**
 * What a request does, whatever its HTTP method is: `read` changes nothing (queries are POST), an `idempotent` write comes to the same when
 * repeated, an `unsafe` one may apply twice.
 */
export type ZerodbEffect = 'read' | 'idempotent' | 'unsafe'

/** Checks an answer and gives it typed; throws an Error that says what is wrong with it. */
export type ReadAnswer<Answer> = (data: unknown) => Answer

const deadlineMarginMs = 60_000
const userAgent = 'stowage-adapter-zerodb/0.1'

/** Sends requests to the service: within its rate limit, each with its deadline, and with failures that say whether a write may have been applied. */
export class ZerodbWire {
  // Both hold secrets: what is private doesn't show when somebody prints a client.
  readonly #json: JsonClient
  readonly #transport: ByteTransport | undefined
  readonly #limiter: RequestLimiter
  readonly #timeoutMs: number
  readonly #releases: readonly (() => void)[]

  /** @param fetch - an app's own; otherwise rows go over the byte transport, which takes half the CPU */
  constructor(options: CheckedZerodbOptions, apiKey: string, limiter: RequestLimiter, fetch: typeof globalThis.fetch) {
    // The deadline of a call comes first.
    const idleTimeoutMs = options.timeoutMs + deadlineMarginMs
    this.#transport = fetch === globalThis.fetch ? new ByteTransport({ idleTimeoutMs }) : undefined
    const credential = { ...options.extraHeaders, 'x-api-key': apiKey }
    this.#json = new JsonClient({
      baseUrl: options.baseUrl,
      headers: { 'user-agent': userAgent },
      credential: () => credential,
      fetch,
      transport: this.#transport,
    })
    this.#limiter = limiter
    this.#timeoutMs = options.timeoutMs
    const secrets = [apiKey, ...Object.values(options.extraHeaders)]
    this.#releases = [limiter.use(), ...secrets.map(registerSecret)]
  }

  /**
   * Makes a call and checks its answer.
   *
   * @param effect - what a lost answer means: after an `unsafe` write it is `outcome-unknown`
   */
  async call<Answer>(
    request: JsonRequest,
    effect: ZerodbEffect,
    read: ReadAnswer<Answer>,
    { signal, receipt }: ZerodbCallOptions,
  ): Promise<Answer> {
    await this.#limiter.enter(signal)
    try {
      const { data } = await withDeadline(this.#timeoutMs, signal, async (inner) =>
        this.#json.request({ ...request, signal: inner, receipt }),
      )
      this.#limiter.accepted()
      return checkAnswer(read, data, request)
    } catch (error) {
      if (HttpError.is(error) && error.status === 429) this.#limiter.refused(error.retryAfterMs)
      throw withEffect(error, effect)
    }
  }

  /** Closes connections, and lets go of the limiter and of the secrets it had masked. Calling it again does nothing. */
  close(): void {
    this.#transport?.close()
    for (const release of this.#releases) release()
  }
}

function checkAnswer<Answer>(read: ReadAnswer<Answer>, data: unknown, { method = 'GET', path }: JsonRequest): Answer {
  try {
    return read(data)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const message = `${method} /${path}: the answer is not what the service documents (${why}): check baseUrl and responseDialect`
    throw new StorageError({ code: 'unavailable', message, retryable: false, applied: 'unknown' }, {}, cause)
  }
}

/** A query is a POST all the same, and of an insert nobody can tell what a lost answer said. */
function withEffect(error: unknown, effect: ZerodbEffect): unknown {
  const facts = factsOf(error)
  if (facts === undefined || !mayBeApplied(error, facts)) return error
  if (effect === 'read') return new StorageError({ ...facts, applied: undefined }, {}, error)
  const isAborted = facts.code === 'aborted'
  if (effect === 'idempotent' || isAborted) return new StorageError({ ...facts, applied: 'unknown' }, {}, error)
  const message = `the answer was lost and the write may have been applied: look before repeating it (${facts.message})`
  const details = { ...facts.details, lastCode: facts.code }
  return new StorageError(
    { ...facts, code: 'outcome-unknown', message, retryable: false, applied: 'unknown', details },
    {},
    error,
  )
}

function factsOf(error: unknown): ErrorFacts | undefined {
  if (!StorageError.is(error)) return explainZerodbError(error)
  const { code, message, status, nativeCode, requestId, retryable, retryAfterMs, applied, details } = error
  return { code, message, status, nativeCode, requestId, retryable, retryAfterMs, applied, details }
}

function mayBeApplied(error: unknown, { applied, status = 0 }: ErrorFacts): boolean {
  return HttpError.is(error) ? status >= 500 : applied === 'unknown'
}

import { type Applied, type ErrorFacts, explainAbort, StorageError } from '@stowage/core/driver'
import { redactUrl } from './base-url.ts'
import { explainNetworkError } from './network-error.ts'
import { isRepeatable, type RequestBody } from './transport/request-body.ts'

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Tells whether a method only reads. */
export function isSafe(method: string): boolean {
  return safeMethods.has(method)
}

/** Says what a failed request means for whoever sent it: above all whether it may have been applied. */
export class RequestFailure {
  readonly #method: string
  readonly #url: string
  readonly #isOneShot: boolean
  /** Whether the server may have got any of the request. */
  isConnected = false
  /** Whether it may have got all of it. */
  isSent = false

  constructor(method: string, url: string, body: RequestBody | undefined) {
    this.#method = method
    this.#url = url
    this.#isOneShot = !isRepeatable(body)
  }

  get #place(): string {
    return `${this.#method} ${redactUrl(this.#url)}`
  }

  /** Names a failure of the network; anything else is given back as it is. */
  ofNetwork(error: unknown): unknown {
    const facts = explainNetworkError(error)
    return facts === undefined ? error : this.#lost(facts, error)
  }

  /** Names what a connection failed with, whatever that is. */
  ofConnection(error: unknown): StorageError {
    const message = `the connection failed (${reasonOf(error)}): try again later`
    return this.#lost(explainNetworkError(error) ?? { code: 'unavailable', message }, error)
  }

  /** Names a connection that closed without an answer. */
  closed(): StorageError {
    return this.#lost({ code: 'unavailable', message: 'the connection closed before the answer: try again later' })
  }

  /** Names a connection that took too long to make. */
  notConnected(timeoutMs: number): StorageError {
    const message = `${this.#place}: no connection within ${timeoutMs} ms: check the URL and the network, or try again later`
    return new StorageError({ code: 'timeout', message, applied: this.#applied('no') })
  }

  /** Names a server that neither sent nor took anything for too long. */
  stalled(timeoutMs: number): StorageError {
    return this.#lost({ code: 'timeout', message: `nothing moved for ${timeoutMs} ms: try again later` })
  }

  /** Gives what an abort ends the request with: the signal's reason, or an error that says that the write may have been applied. */
  aborted(reason: unknown): unknown {
    if (!this.isSent || this.#applied() !== 'unknown') return reason
    const facts = explainAbort(reason) ?? (StorageError.is(reason) ? reason : undefined)
    const { code = 'aborted', message = 'the operation was aborted' } = facts ?? {}
    const told = `${this.#place}: ${message}; the request had been sent and may have been applied`
    return new StorageError({ code, message: told, applied: 'unknown' }, {}, reason)
  }

  /** Names an answer that broke off: the connection failed, the data behind it may be whole. */
  cutOff(got: number, wanted: number | undefined, cause?: unknown): StorageError {
    const of = wanted === undefined ? 'bytes without coming to its end' : `of ${wanted} bytes`
    const message = `the answer ended after ${got} ${of}: try again`
    return this.#lost({ code: 'unavailable', message, details: { got, wanted } }, cause)
  }

  /** Names a success whose body is not what it has to be: the request was taken, its result can't be known. */
  unreadable(text: string, cause: unknown): StorageError {
    const isPage = text.trimStart().startsWith('<')
    const found = isPage
      ? 'a page instead of JSON: check the URL'
      : `no usable JSON (${reasonOf(cause)}): ask the service`
    const message = `${this.#place}: the answer is ${found}`
    return new StorageError({ code: 'unavailable', message, retryable: false, applied: this.#applied() }, {}, cause)
  }

  /** Names a success whose body can't be taken as data. */
  damaged(message: string, cause?: unknown): StorageError {
    const facts = { code: 'corrupt-data', message: `${this.#place}: ${message}`, applied: this.#applied() } as const
    return new StorageError(facts, {}, cause)
  }

  #lost(facts: ErrorFacts, cause?: unknown): StorageError {
    const applied = this.#applied(facts.applied)
    // What was read only once can't be sent again, so all that is left to do is to look.
    const isFinal = applied === 'unknown' && this.isSent && this.#isOneShot
    const code = isFinal ? 'outcome-unknown' : facts.code
    const message = `${this.#place}: ${facts.message}`
    return new StorageError(
      { ...facts, code, message, retryable: isFinal ? false : facts.retryable, applied },
      {},
      cause,
    )
  }

  #applied(known?: Applied): Applied | undefined {
    if (isSafe(this.#method)) return undefined
    if (known !== undefined) return known
    return this.isConnected ? 'unknown' : 'no'
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

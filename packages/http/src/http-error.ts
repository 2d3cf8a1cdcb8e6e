import { type ErrorFacts, redact } from '@stowage/core/driver'
import { redactUrl } from './base-url.ts'
import { explainNetworkError } from './network-error.ts'
import { type AnswerHeaders, codeForStatus, requestIdOf, retryAfterMs } from './status-code.ts'

/** What an {@link HttpError} is made of. */
export interface HttpErrorParts {
  /** The request's method. */
  readonly method: string
  /** Where the answer came from. */
  readonly url: string | URL
  /** The status. */
  readonly status: number
  /** The answer's headers. */
  readonly headers: AnswerHeaders
  /** The beginning of the body. */
  readonly text: string
}

const shownCharacters = 200

/**
 * A service's answer that is no success, before anybody said what it means: an adapter's `explainError` does.
 *
 * Its message shows method, URL without query, status and the beginning of what a person could read in the body.
 */
export class HttpError extends Error {
  /** Always `HttpError`. */
  override readonly name: string = 'HttpError'
  // Not for `inspect`: a service may well repeat a credential.
  readonly #text: string
  /** The request's method. */
  readonly method: string
  /** Where the answer came from, without query. */
  readonly url: string
  /** The status. */
  readonly status: number
  /** The service's id of the request. */
  readonly requestId: string | undefined
  /** How long the service asks to wait by `Retry-After`, in milliseconds. */
  readonly retryAfterMs: number | undefined

  /** @param parts - the request and its answer */
  constructor({ method, url, status, headers, text }: HttpErrorParts) {
    super(redact(`${method} ${redactUrl(url)} answered ${status}${readable(text)}`))
    this.method = method
    this.url = redactUrl(url)
    this.status = status
    this.#text = text
    this.requestId = requestIdOf(headers)
    this.retryAfterMs = retryAfterMs(headers)
  }

  /** The beginning of the body as text: 64 KiB at most. It may hold anything, also secrets. */
  get text(): string {
    return this.#text
  }

  /** The body read as JSON; undefined when it is something else: XML, an HTML page, nothing. */
  get data(): unknown {
    try {
      return JSON.parse(this.#text)
    } catch {
      return undefined
    }
  }

  /** Tells whether a value is an HttpError, of this or another copy of the package. */
  static is(value: unknown): value is HttpError {
    return value instanceof Error && value.name === 'HttpError' && 'status' in value && 'text' in value
  }
}

/**
 * Says what a failure of a request means by its status or by the network's failure: where an adapter's own reading of bodies ends.
 *
 * @returns undefined for what is neither
 */
export function explainHttpError(error: unknown): ErrorFacts | undefined {
  if (!HttpError.is(error)) return explainNetworkError(error)
  const { status, message, requestId } = error
  const facts = { code: codeForStatus(status), message, status, requestId, retryAfterMs: error.retryAfterMs }
  // A redirect that was not followed leads to the same place next time.
  return status < 400 ? { ...facts, retryable: false } : facts
}

/** Markup is for browsers: of a page only its title is worth showing. */
function readable(text: string): string {
  const title = /<(title|message)>([^<]{1,200})/i.exec(text)?.[2]
  const shown = (/^\s*</.test(text) ? (title ?? 'with a page instead of data') : text).replace(/\s+/g, ' ').trim()
  if (shown === '') return ' without saying why'
  return `: ${shown.length > shownCharacters ? `${shown.slice(0, shownCharacters)}…` : shown}`
}

import { type InexactNumbers, invalidArgument } from '@stowage/core/driver'
import { checkBaseUrl } from './base-url.ts'
import { HttpError } from './http-error.ts'
import { readJson, readText } from './json-body.ts'
import { type JsonReply, sendByFetch, sendByTransport } from './json-exchange.ts'
import { RequestFailure } from './request-failure.ts'
import type { ByteTransport, RequestCounter } from './transport/byte-transport.ts'
import { redirectedRequest } from './transport/redirect.ts'
import { requestTarget } from './transport/request-target.ts'

/** How a {@link JsonClient} behaves. */
export interface JsonClientOptions {
  /** The service: `https:`, or `http:` to this machine. Paths are below it. */
  readonly baseUrl: string | URL
  /** Headers of every request, `user-agent` for example; nothing secret. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /**
   * Gives the headers that hold the credential, for each request anew. They go to the base URL's origin and nowhere else, also when it
   * redirects.
   */
  readonly credential?: (() => CredentialHeaders | Promise<CredentialHeaders>) | undefined
  /** The fetch to use, of `AdapterServices`. Default Node's. */
  readonly fetch?: typeof globalThis.fetch | undefined
  /**
   * Moves requests instead of fetch: a page of rows costs half the CPU. Its idle timeout has to leave the service the time it may take for
   * an answer. Whoever made it closes it. Default: fetch.
   */
  readonly transport?: ByteTransport | undefined
  /** Whether plain `http:` is allowed beyond this machine. Default false. */
  readonly allowInsecure?: boolean | undefined
  /** The longest answer that is read, in bytes; a longer one fails with `corrupt-data`. Default 64 MiB. */
  readonly maxAnswerBytes?: number | undefined
}

/** Headers that hold a credential. */
export type CredentialHeaders = Readonly<Record<string, string>>

/** A value of a query; a list gives its name once for each item, undefined leaves it out. */
export type QueryValue = string | number | boolean | undefined | readonly (string | number | boolean)[]

/** One JSON call. */
export interface JsonRequest {
  /** The method, in capitals. Default `GET`. */
  readonly method?: string | undefined
  /** Below the base URL, percent-encoded (see {@link encodeSegment}), without query. */
  readonly path: string
  /** The query. */
  readonly query?: Readonly<Record<string, QueryValue>> | undefined
  /** Sent as JSON, with `content-type: application/json`. */
  readonly json?: unknown
  /** JSON that was written already, sent as it is instead of `json`. */
  readonly jsonText?: string | undefined
  /** Sent as a form instead of JSON. */
  readonly form?: URLSearchParams | undefined
  /** Headers of this request; nothing secret. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Ends the call; it is the deadline for all of it. */
  readonly signal?: AbortSignal | undefined
  /** What happens to numbers that a double can't hold: `text` keeps their digits as a string, `refuse` fails. Default `text`. */
  readonly inexactNumbers?: InexactNumbers | undefined
  /** Counts what goes out. */
  readonly receipt?: RequestCounter | undefined
}

/** What a JSON call brought. */
export interface JsonAnswer {
  /** The status: 200 to 299. */
  readonly status: number
  /** The headers. */
  readonly headers: Headers
  /** The body; undefined for an empty one. Whatever the service sent: to be checked before it is used. */
  readonly data: unknown
}

const maxRedirects = 3
const maxErrorBytes = 64 * 1024

/**
 * Calls a service that speaks JSON, through ky with its retries and timeouts off, or over a byte transport: repeating and deadlines are the
 * layers' business.
 *
 * A status beyond 2xx fails with {@link HttpError}, for the adapter's `explainError`. Other failures are `StorageError`s: of the network
 * (`unavailable`, `timeout`), a success that is no JSON (`unavailable`, not retryable), one that is too long or no UTF-8
 * (`corrupt-data`). After a write whose answer was lost they say `applied: 'unknown'`.
 */
export class JsonClient {
  readonly #options: JsonClientOptions
  /** The service, as it was checked. */
  readonly baseUrl: URL

  /**
   * @param options - where and how
   * @throws StorageError `invalid-argument` for a base URL that is none or not safe
   */
  constructor(options: JsonClientOptions) {
    this.#options = options
    this.baseUrl = checkBaseUrl(options.baseUrl, { name: 'baseUrl', allowInsecure: options.allowInsecure })
  }

  /** Makes one call. Redirects of GET and HEAD are followed three times at most, elsewhere without the credential. */
  async request(request: JsonRequest): Promise<JsonAnswer> {
    const { signal, method = 'GET', inexactNumbers = 'text' } = request
    signal?.throwIfAborted()
    const url = this.#url(request)
    const failure = new RequestFailure(method, url, undefined)
    // Fetch keeps its listeners on a signal until they are collected, which a storage's own signal would never see.
    const controller = new AbortController()
    const onAbort = (): void => controller.abort(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      const response = await this.#follow(request, url, controller.signal, failure)
      if (response.status < 200 || response.status > 299) throw await this.#httpError(method, response, url)
      const text = await readText(response.body, this.#options.maxAnswerBytes ?? 64 * 1024 * 1024, failure)
      return { status: response.status, headers: response.headers, data: readJson(text, inexactNumbers, failure) }
    } catch (error) {
      throw signal?.aborted === true ? failure.aborted(signal.reason) : failure.ofNetwork(error)
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  #url({ path, query = {} }: JsonRequest): string {
    const below = path.replace(/^\//, '')
    const pathname = this.baseUrl.pathname + below
    const url = new URL(this.baseUrl)
    url.pathname = pathname
    // A key such as `..` would ask for something else, and one with a raw `?` or a space as well.
    if (url.pathname !== pathname || /[?#]/.test(below)) {
      throw invalidArgument(
        `the path ${path} would be changed on its way: percent-encode what it is made of, and keep the query apart`,
      )
    }
    for (const [name, value] of Object.entries(query)) {
      const items = typeof value === 'object' ? value : [value]
      for (const item of items) if (item !== undefined) url.searchParams.append(name, String(item))
    }
    return url.href
  }

  async #follow(
    request: JsonRequest,
    firstUrl: string,
    signal: AbortSignal,
    failure: RequestFailure,
  ): Promise<JsonReply> {
    const { method = 'GET', receipt } = request
    const { transport, fetch = globalThis.fetch } = this.#options
    const content = contentOf(request)
    let url = firstUrl
    let headers = await this.#headers(request, content?.type)
    for (let left = maxRedirects; ; left -= 1) {
      const target = requestTarget(url, this.#options.allowInsecure ?? false)
      signal.throwIfAborted()
      failure.isConnected = failure.isSent = true
      const message = { method, url, headers, body: content?.text, signal, receipt }
      const response = await (transport === undefined
        ? sendByFetch(fetch, message)
        : sendByTransport(transport, message))
      const place = { status: response.status, headers: Object.fromEntries(response.headers) }
      const next = left > 0 ? redirectedRequest(method, target, headers, place) : undefined
      if (next === undefined) return response
      await response.body[Symbol.asyncIterator]().return?.()
      ;({ url, headers } = next)
    }
  }

  async #headers(request: JsonRequest, contentType: string | undefined): Promise<Record<string, string>> {
    const credential = await this.#options.credential?.()
    const content = contentType === undefined ? {} : { 'content-type': contentType }
    const all = { accept: 'application/json', ...content, ...this.#options.headers, ...request.headers, ...credential }
    const entries = Object.entries(all).map(([name, value]) => [name.toLowerCase(), value] as const)
    // Fetch would refuse it as well, with the value in its message.
    const bad = entries.find(([, value]) => /[^\t\x20-\x7e\x80-\xff]/.test(value))
    if (bad === undefined) return Object.fromEntries(entries)
    throw invalidArgument(
      `the header ${bad[0]} holds a line break or another character no header can: check its source`,
    )
  }

  async #httpError(method: string, { status, headers, body }: JsonReply, url: string): Promise<HttpError> {
    const text = await readText(body, maxErrorBytes, undefined)
    return new HttpError({ method, url, status, headers, text })
  }
}

/** What a request carries; undefined for nothing. */
function contentOf({
  json,
  jsonText,
  form,
}: JsonRequest): { readonly text: string; readonly type: string } | undefined {
  if (jsonText === undefined && json === undefined && form !== undefined) {
    return { text: form.toString(), type: 'application/x-www-form-urlencoded;charset=UTF-8' }
  }
  const text = jsonText ?? (json === undefined ? undefined : JSON.stringify(json))
  return text === undefined ? undefined : { text, type: 'application/json' }
}

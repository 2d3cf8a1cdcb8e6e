import type { StorageErrorCode } from '@stowage/core'
import { type CallContext, StorageError } from '@stowage/core/driver'
import {
  checkServiceUrl,
  codeForStatus,
  encodeKey,
  encodeSegment,
  explainHttpError,
  HttpError,
  JsonClient,
} from '@stowage/http'

/** What the data API authorizes; the names are the service's (contract section 3). */
export type DcssAction = 'get_object' | 'head_object' | 'put_object' | 'delete_object' | 'list_objects_v2'

/** What is to be authorized. */
export interface AuthorizeRequest {
  /** What is to be done. */
  readonly action: DcssAction
  /** The bucket's full name. */
  readonly bucket: string
  /** The key, or the prefix of a listing, which may be empty. */
  readonly key: string
  /** The headers the upload will carry, which become part of the signature; only `x-amz-meta-…`. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** How the data API is reached. */
export interface AuthorizerOptions {
  /** Which generation it speaks. */
  readonly generation: 'v1' | 'v2'
  /** Its root. */
  readonly baseUrl: string | undefined
  /** The token, sent to it and nowhere else. */
  readonly token: string
  /** The fetch to use. */
  readonly fetch: typeof globalThis.fetch
  /** Whether plain http is allowed beyond this machine. */
  readonly allowInsecure: boolean
}

const generations = {
  v1: { root: 'https://data.duckietown.org', path: 'v1' },
  v2: { root: 'https://hub.duckietown.com', path: 'api/v1/dcss/authorize' },
} as const

const maxAnswerBytes = 64 * 1024

/** The data API: gives a signed URL for one action on one key, or refuses (contract section 3). */
export class Authorizer {
  readonly #client: JsonClient
  readonly #generation: AuthorizerOptions['generation']

  /** @param options - how it is reached */
  constructor({ generation, baseUrl, token, fetch, allowInsecure }: AuthorizerOptions) {
    this.#generation = generation
    this.#client = new JsonClient({
      baseUrl: baseUrl ?? generations[generation].root,
      credential: () => (generation === 'v1' ? { 'x-duckietown-token': token } : { authorization: `Token ${token}` }),
      fetch,
      allowInsecure,
      maxAnswerBytes,
    })
  }

  /**
   * Asks for a signed URL.
   *
   * @returns the URL, good for one verb on one key and soon expired: a secret
   * @throws StorageError `unauthenticated` or `permission-denied` when it is refused, `unavailable` for an answer that is none
   */
  async authorize(request: AuthorizeRequest, call: CallContext): Promise<string> {
    const { action, bucket, key, headers } = request
    const path = `${generations[this.#generation].path}/${action}/${encodeSegment(bucket)}/${encodeKey(key)}`
    try {
      const { data } = await this.#client.request({ path, headers, signal: call.signal, receipt: call.receipt })
      return checkServiceUrl(this.#readUrl(request, data), this.#client.baseUrl)
    } catch (error) {
      throw HttpError.is(error) ? refusalOfStatus(request, error) : error
    }
  }

  #readUrl(request: AuthorizeRequest, data: unknown): unknown {
    return this.#generation === 'v1' ? readV1(request, data) : readV2(request, data)
  }
}

/** `{"code": 200, "data": {"url": …}}`, or a refusal as `{"code": 4xx, "message": …}` with status 200. */
function readV1(request: AuthorizeRequest, data: unknown): unknown {
  const answer = asObject(data)
  const url = asObject(answer['data'])['url']
  if (answer['code'] === 200 && typeof url === 'string') return url
  const { code, message } = answer
  if (typeof code !== 'number' || code === 200) throw noAnswer(request)
  throw refusal(request, codeForStatus(code), code, [asText(message)])
}

/** `{"success": true, "result": {"url": …}}`, or a refusal as `{"success": false, "messages": […]}` with status 200. */
function readV2(request: AuthorizeRequest, data: unknown): unknown {
  const answer = asObject(data)
  const url = asObject(answer['result'])['url']
  if (answer['success'] === true && typeof url === 'string') return url
  if (answer['success'] !== false) throw noAnswer(request)
  const messages = Array.isArray(answer['messages']) ? answer['messages'].map(asText) : []
  // The envelope says nothing of the kind; a token that is no good is told in words.
  const isToken = messages.some((message) => /\btoken\b/i.test(message))
  throw refusal(request, isToken ? 'unauthenticated' : 'permission-denied', undefined, messages)
}

/** A refusal by status has free text for a body. */
function refusalOfStatus(request: AuthorizeRequest, error: HttpError): StorageError {
  const { status, requestId, retryAfterMs } = error
  if (status >= 500 || status === 429 || status === 408) {
    const facts = explainHttpError(error) ?? ({ code: 'unavailable', message: error.message } as const)
    // Authorizing does nothing to the object.
    return new StorageError({ ...facts, applied: 'no' }, {}, error)
  }
  const { code, message, details } = refusal(request, codeForStatus(status), status, [readable(error.text)])
  return new StorageError({ code, message, status, applied: 'no', details, requestId, retryAfterMs }, {}, error)
}

function refusal(
  { action, bucket, key }: AuthorizeRequest,
  code: StorageErrorCode,
  status: number | undefined,
  messages: readonly string[],
): StorageError {
  const said = messages.filter(Boolean).join('; ') || 'without saying why'
  const help = code === 'unauthenticated' ? 'give a token that works' : 'ask an administrator for the permission'
  const message = `the data API refused ${action} of ${bucket}/${key}: ${said}; ${help}`
  return new StorageError({ code, message, status, applied: 'no', details: { action, bucket, key, messages } })
}

/** A page is for browsers; text is cut to what a person reads. */
function readable(text: string): string {
  return text.trimStart().startsWith('<') ? 'with a page' : text.replace(/\s+/g, ' ').trim().slice(0, 200)
}

function noAnswer({ action }: AuthorizeRequest): StorageError {
  const message = `the data API answered ${action} without a signed URL: check dataApiUrl and generation`
  return new StorageError({ code: 'unavailable', message, retryable: false, applied: 'no' })
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '')
}

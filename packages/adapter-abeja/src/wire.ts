import { invalidArgument, registerSecret, StorageError } from '@stowage/core/driver'
import {
  type ByteRequest,
  type ByteResponse,
  ByteTransport,
  checkServiceUrl,
  encodeSegment,
  JsonClient,
  type JsonRequest,
  type QueryValue,
  type RequestBody,
  type RequestCounter,
  withDeadline,
} from '@stowage/http'
import type { z } from 'zod'
import type { AbejaCredential } from './credential.ts'
import type { CheckedAbejaOptions } from './options.ts'

/** What every call of the client takes. */
export interface AbejaCallOptions {
  /** Ends the call. */
  readonly signal?: AbortSignal | undefined
  /** Counts the requests; the receipt of a driver's call is one. */
  readonly receipt?: RequestCounter | undefined
  /** The organization, where a call is about one. Default: the option `organizationId`. */
  readonly organization?: string | undefined
}

/** Bytes that go to the API itself. */
export interface UploadRequest {
  /** Below the base URL, percent-encoded. */
  readonly path: string
  /** The query. */
  readonly query?: Readonly<Record<string, string | undefined>> | undefined
  /** Headers beside the credential. */
  readonly headers: Readonly<Record<string, string>>
  /** The bytes. */
  readonly body: RequestBody
}

const userAgent = 'stowage-adapter-abeja/0.1'
const maxAnswerBytes = 1024 * 1024

/** Sends requests to the service and to the URLs it signs. The credential goes to the service's origin and nowhere else. */
export class AbejaWire {
  // Both hold secrets: what is private doesn't show when somebody prints a client.
  readonly #options: CheckedAbejaOptions
  readonly #credential: AbejaCredential
  readonly #json: JsonClient
  readonly #bytes: ByteTransport
  readonly #forgetSecrets: readonly (() => void)[]

  constructor(options: CheckedAbejaOptions, credential: AbejaCredential, fetch?: typeof globalThis.fetch) {
    this.#options = options
    this.#credential = credential
    this.#json = new JsonClient({
      baseUrl: options.baseUrl,
      headers: { 'user-agent': userAgent },
      credential: () => ({ authorization: credential.authorization }),
      fetch,
      allowInsecure: options.allowInsecure,
    })
    this.#bytes = new ByteTransport({ allowInsecure: options.allowInsecure })
    this.#forgetSecrets = [credential.secret, credential.authorization.replace(/^\w+ /, '')].map(registerSecret)
  }

  /** Which of the three kinds of credentials is sent. */
  get credentialKind(): AbejaCredential['kind'] {
    return this.#credential.kind
  }

  /**
   * Gives the organization's part of a path.
   *
   * @throws StorageError `invalid-argument` where none is known
   */
  organization(call: AbejaCallOptions): string {
    const organization = call.organization ?? this.#options.organizationId
    if (organization !== undefined) return encodeSegment(organization)
    throw invalidArgument('the organization is not known: give the option organizationId, or set ABEJA_ORGANIZATION_ID')
  }

  /** Makes a JSON call and checks its answer. */
  async call<Answer>(request: JsonRequest, answer: z.ZodType<Answer>, call: AbejaCallOptions): Promise<Answer> {
    const { method = 'GET' } = request
    return withDeadline(this.#options.timeoutMs, call.signal, async (signal) => {
      const { data } = await this.#json.request({ ...request, signal, receipt: call.receipt })
      return checkAnswer(answer, data, method, request.path)
    })
  }

  /** Sends bytes to the API with POST and checks its JSON answer. There is no deadline: bytes may take their time. */
  async upload<Answer>(request: UploadRequest, answer: z.ZodType<Answer>, call: AbejaCallOptions): Promise<Answer> {
    const { path, query = {}, headers, body } = request
    const { authorization } = this.#credential
    const url = this.#url(path, query)
    const all = { ...headers, accept: 'application/json', 'user-agent': userAgent, authorization }
    const { signal, receipt } = call
    const response = await this.#bytes.send({
      method: 'POST',
      url,
      headers: all,
      body,
      mayChunk: true,
      signal,
      receipt,
    })
    if (response.status < 200 || response.status > 299) throw await response.error()
    return checkAnswer(answer, parse(await response.text(maxAnswerBytes)), 'POST', path)
  }

  /** Sends a request to a URL the service signed: without the credential, whatever its host is. Any status is an answer. */
  async signed(url: string, request: Omit<ByteRequest, 'url'>): Promise<ByteResponse> {
    return this.#bytes.send({ ...request, url: checkServiceUrl(url, this.#json.baseUrl) })
  }

  /** Closes all connections. */
  close(): void {
    this.#bytes.close()
    for (const forget of this.#forgetSecrets) forget()
  }

  #url(path: string, query: Readonly<Record<string, QueryValue>>): string {
    const url = new URL(this.#json.baseUrl)
    url.pathname += path
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.append(name, String(value))
    return url.href
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function checkAnswer<Answer>(answer: z.ZodType<Answer>, data: unknown, method: string, path: string): Answer {
  const { success, data: checked, error } = answer.safeParse(data)
  if (success) return checked
  const issue = error.issues[0]
  const where = issue === undefined || issue.path.length === 0 ? 'it' : issue.path.join('.')
  const message = `${method} /${path}: the answer is not what the service documents (${where}: ${issue?.message ?? 'wrong'}): ask its support`
  const applied = method === 'GET' ? undefined : 'unknown'
  throw new StorageError({ code: 'unavailable', message, retryable: false, applied })
}

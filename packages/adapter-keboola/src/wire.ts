import { invalidArgument, registerSecret, StorageError } from '@stowage/core/driver'
import {
  type ByteRequest,
  type ByteResponse,
  ByteTransport,
  checkBaseUrl,
  checkServiceUrl,
  encodeSegment,
  isLoopback,
  JsonClient,
  type RequestCounter,
  withDeadline,
} from '@stowage/http'
import type { z } from 'zod'
import type { CheckedKeboolaOptions, KeboolaAccess } from './options.ts'
import { type PhpValue, toPhpPairs } from './php-query.ts'
import { refuseSqlName } from './table-id.ts'

/** What every call of the client takes. */
export interface KeboolaCallOptions {
  /** Ends the call. A job that was submitted goes on. */
  readonly signal?: AbortSignal | undefined
  /** Counts the requests; the receipt of a driver's call is one. */
  readonly receipt?: RequestCounter | undefined
}

/** One call of the Storage API. */
export interface KeboolaRequest {
  /** The method, in capitals. Default `GET`. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | undefined
  /** Below `v2/storage/`, in segments as they are: they are percent-encoded here. */
  readonly path: readonly string[]
  /** The query, nested values in PHP's bracket notation; undefined leaves a value out. */
  readonly query?: Readonly<Record<string, PhpValue>> | undefined
  /** Sent as JSON. */
  readonly json?: Readonly<Record<string, unknown>> | undefined
  /** Further headers; nothing secret. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Whether it is asked of the branch the client is for; false for what never has one. Default true. */
  readonly isBranched?: boolean | undefined
  /** Another deadline than the option `timeoutMs`. */
  readonly timeoutMs?: number | undefined
}

const userAgent = 'stowage-adapter-keboola/0.1'

/**
 * Sends requests to a stack, and to the file hosts it names. The token goes to the stack's origin and nowhere else.
 */
export class KeboolaWire {
  // All of them hold secrets: what is private doesn't show when somebody prints a client.
  readonly #options: CheckedKeboolaOptions
  readonly #access: KeboolaAccess
  readonly #json: JsonClient
  readonly #bytes: ByteTransport
  readonly #forgetToken: () => void

  constructor(options: CheckedKeboolaOptions, access: KeboolaAccess, fetch?: typeof globalThis.fetch) {
    this.#options = options
    this.#access = access
    this.#json = new JsonClient({
      baseUrl: access.url,
      headers: this.#plainHeaders(),
      credential: () => ({ 'x-storageapi-token': access.token }),
      fetch,
      allowInsecure: options.allowInsecure,
    })
    this.#bytes = new ByteTransport({ allowInsecure: options.allowInsecure })
    this.#forgetToken = registerSecret(access.token)
  }

  /** The options. */
  get options(): CheckedKeboolaOptions {
    return this.#options
  }

  /** The stack's URL. */
  get stackUrl(): URL {
    return new URL(this.#json.baseUrl)
  }

  /** The endpoint of S3, without slash at the end; undefined for AWS. A stack on this machine is its own. */
  get s3Url(): string | undefined {
    return this.#endpoint('s3Url')
  }

  /** The endpoint of Google Cloud Storage, without slash at the end; undefined for Google's. */
  get gcsUrl(): string | undefined {
    return this.#endpoint('gcsUrl')
  }

  /** Makes a JSON call and checks its answer. */
  async call<Answer>(
    request: KeboolaRequest & { readonly branchId: string | undefined },
    answer: z.ZodType<Answer>,
    call: KeboolaCallOptions,
  ): Promise<Answer> {
    const { method = 'GET', json, headers } = request
    const path = toPath(request)
    const query = Object.fromEntries(grouped(toPhpPairs(request.query ?? {})))
    return withDeadline(request.timeoutMs ?? this.#options.timeoutMs, call.signal, async (signal) => {
      const { data } = await this.#json.request({
        method,
        path,
        query,
        json,
        headers,
        signal,
        receipt: call.receipt,
      })
      return checkAnswer(answer, data, `${method} /${path}`, method === 'GET')
    })
  }

  /** Checks something an answer holds. */
  read<Answer>(answer: z.ZodType<Answer>, data: unknown, place: string): Answer {
    return checkAnswer(answer, data, place, true)
  }

  /** Asks the stack for bytes; any status is an answer. There is no deadline: bytes may take their time. */
  async bytes(
    request: Pick<KeboolaRequest, 'path' | 'query' | 'headers'> & { readonly branchId: string | undefined },
    call: KeboolaCallOptions,
  ): Promise<ByteResponse> {
    const url = new URL(this.#json.baseUrl)
    url.pathname += toPath(request)
    for (const [name, value] of toPhpPairs(request.query ?? {})) url.searchParams.append(name, value)
    const headers = { ...this.#plainHeaders(), ...request.headers, 'x-storageapi-token': this.#access.token }
    const { signal, receipt } = call
    return this.#bytes.send({ method: 'GET', url: url.href, headers, signal, receipt, maxRedirects: 0 })
  }

  /**
   * Sends a request to a file host, without the token. Any status is an answer, a redirect as well: who redirects may lead anywhere.
   */
  async toFileHost(
    request: Omit<ByteRequest, 'url' | 'maxRedirects'> & { readonly url: string },
  ): Promise<ByteResponse> {
    return this.#bytes.send({ ...request, url: this.checkFileUrl(request.url), maxRedirects: 0 })
  }

  /**
   * Checks a URL of a file host, which the service gave: `https:`, or `http:` where the stack itself is asked over plain http; this
   * machine only where the stack is on it.
   *
   * @throws StorageError `invalid-argument` for any other
   */
  checkFileUrl(url: unknown): string {
    const checked = checkServiceUrl(url, this.#json.baseUrl)
    if (!isLoopback(new URL(checked)) || isLoopback(this.#json.baseUrl)) return checked
    throw invalidArgument('the service gave a URL on this machine, where it is not: it is not requested')
  }

  /** Closes all connections. */
  close(): void {
    this.#bytes.close()
    this.#forgetToken()
  }

  #endpoint(name: 's3Url' | 'gcsUrl'): string | undefined {
    const { [name]: given, allowInsecure } = this.#options
    const { baseUrl } = this.#json
    const url = given ?? (isLoopback(baseUrl) ? baseUrl : undefined)
    return url === undefined ? undefined : checkBaseUrl(url, { name, allowInsecure }).href.replace(/\/$/, '')
  }

  #plainHeaders(): Record<string, string> {
    const { runId } = this.#options
    // On the same machine it costs more to decompress small answers than to move them.
    const encoding = isLoopback(new URL(this.#access.url)) ? { 'accept-encoding': 'identity' } : {}
    return { 'user-agent': userAgent, ...encoding, ...(runId === undefined ? {} : { 'x-kbc-runid': runId }) }
  }
}

function toPath({
  path,
  isBranched = true,
  branchId,
}: Pick<KeboolaRequest, 'path' | 'isBranched'> & { readonly branchId: string | undefined }): string {
  const [subject, subjectId] = path
  if (subject === 'tables' && subjectId !== undefined) refuseSqlName(subjectId)
  const branch = isBranched && branchId !== undefined ? ['branch', branchId] : []
  return ['v2', 'storage', ...branch, ...path].map(encodeSegment).join('/')
}

/** A name that comes several times keeps all its values. */
function grouped(pairs: readonly (readonly [string, string])[]): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const [name, value] of pairs) groups.set(name, [...(groups.get(name) ?? []), value])
  return groups
}

function checkAnswer<Answer>(answer: z.ZodType<Answer>, data: unknown, place: string, isRead: boolean): Answer {
  const { success, data: checked, error } = answer.safeParse(data)
  if (success) return checked
  const issue = error.issues[0]
  const where = issue === undefined || issue.path.length === 0 ? 'it' : issue.path.join('.')
  const message = `${place}: the answer is not what the service documents (${where}: ${issue?.message ?? 'wrong'}): ask its support`
  const applied = isRead ? undefined : 'unknown'
  throw new StorageError({ code: 'unavailable', message, retryable: false, applied })
}

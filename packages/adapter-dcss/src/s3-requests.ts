import { type CallContext, type Clock, StorageError } from '@stowage/core/driver'
import type { ByteResponse, ByteTransport, HttpError, RequestBody } from '@stowage/http'
import { methodOfAction, type S3Access } from './access.ts'
import type { DcssAction } from './authorizer.ts'
import { readS3Error } from './errors.ts'
import { expiryOf, hasMetadataInQuery, isSignedV2 } from './signed-url-facts.ts'

/** One request for one object. */
export interface ObjectRequest {
  /** What is done. */
  readonly action: DcssAction
  /** The bucket's full name. */
  readonly bucket: string
  /** The key. */
  readonly key: string
  /** The headers, lower-case. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** What is sent. */
  readonly body?: RequestBody | undefined
  /** Whether chunks of the answer may be lent. */
  readonly mayLend?: boolean | undefined
  /** Whether an answer that nothing is there (404) is given as it is: making an error of it costs as much as the request. */
  readonly mayBeMissing?: boolean | undefined
}

/** An answer that is no success. */
interface Refused {
  readonly url: string
  readonly error: HttpError
}

/** Sends requests for objects, straight over the byte transport. */
export class S3Requests {
  readonly #transport: ByteTransport
  readonly #clock: Clock

  /**
   * @param transport - what they go through
   * @param clock - tells whether a signed URL has expired
   */
  constructor(transport: ByteTransport, clock: Clock) {
    this.#transport = transport
    this.#clock = clock
  }

  /**
   * Sends a request and gives its answer, which is a success. A signed URL that has expired is replaced by a new one, once (contract
   * section 14, trap 12), unless the body was read and can't be read again.
   *
   * @throws HttpError for any other answer, read as far as it says why
   */
  async send(access: S3Access, request: ObjectRequest, call: CallContext): Promise<ByteResponse> {
    const body = request.body === undefined ? undefined : watchOpening(request.body)
    const first = await this.#attempt(access, request, body?.body, call, {})
    if ('headers' in first) return first
    const again = body?.isSpent() === true ? undefined : this.#secondTry(access, request, first)
    if (again === undefined) throw first.error
    call.receipt.retries += 1
    const second = await this.#attempt(access, request, body?.body, call, again)
    if ('headers' in second) return second
    throw second.error
  }

  async #attempt(
    access: S3Access,
    { action, bucket, key, headers = {}, mayLend, mayBeMissing = false }: ObjectRequest,
    body: RequestBody | undefined,
    { signal, receipt }: CallContext,
    { omitsMetadata = false }: SecondTry,
  ): Promise<ByteResponse | Refused> {
    const call = { signal, receipt }
    const prepared = await access.prepare({ action, bucket, key, headers }, call)
    const sent = omitsMetadata ? withoutMetadata(prepared.headers) : prepared.headers
    const { url } = prepared
    const method = methodOfAction[action]
    const response = await this.#transport.send({ method, url, headers: sent, body, signal, receipt, mayLend })
    const { status } = response
    if ((status >= 200 && status < 300) || (mayBeMissing && status === 404)) return response
    return { url, error: await response.error() }
  }

  #secondTry({ kind }: S3Access, { action }: ObjectRequest, { url, error }: Refused): SecondTry | undefined {
    if (kind !== 'authorized' || error.status !== 403) return undefined
    const { code, message = '' } = readS3Error(error.text)
    // Ceph refuses metadata that is in the query already, other servers ask for it (contract section 3).
    if (code === 'SignatureDoesNotMatch' && isSignedV2(url) && hasMetadataInQuery(url)) return { omitsMetadata: true }
    // Errors of HEAD have no body that would say it.
    const isExpired = action === 'head_object' || /expired/i.test(message) || code === 'ExpiredToken'
    return isExpired || (expiryOf(url) ?? Number.POSITIVE_INFINITY) <= this.#clock.now() ? {} : undefined
  }
}

interface SecondTry {
  readonly omitsMetadata?: boolean
}

function withoutMetadata(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('x-amz-meta-')))
}

/** Remembers whether a body that can be read only once was begun: it is never sent twice. */
function watchOpening(body: RequestBody): { readonly body: RequestBody; readonly isSpent: () => boolean } {
  if (body instanceof Uint8Array || body.isReopenable) return { body, isSpent: () => false }
  let isOpened = false
  const open = (): AsyncIterable<Uint8Array> => {
    if (isOpened) throw new StorageError({ code: 'internal', message: 'a stream was to be sent a second time' })
    isOpened = true
    return body.open()
  }
  return { body: { sizeBytes: body.sizeBytes, isReopenable: false, open }, isSpent: () => isOpened }
}

import { returnChunk } from '@stowage/core/driver'
import { HttpError } from '../http-error.ts'

/** What a {@link ByteResponse} is made of. */
export interface ByteResponseParts {
  /** The request's method. */
  readonly method: string
  /** Where the answer came from, redirects followed. */
  readonly url: string
  /** The status. */
  readonly status: number
  /** The headers by lower-case name; several of one name are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  /** The body. */
  readonly body: AsyncIterableIterator<Uint8Array>
}

/** How much of a body is read only to use its connection again. */
const worthReadingBytes = 64 * 1024
const maxErrorBytes = 64 * 1024

/**
 * A service's answer, whatever its status. Its body has to be read, or given up by {@link ByteResponse.discard}: until then its connection
 * is in use.
 */
export class ByteResponse {
  readonly #method: string
  /** Where the answer came from, redirects followed. Its query may be a credential. */
  readonly url: string
  /** The status. */
  readonly status: number
  /** The headers by lower-case name; several of one name are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  /**
   * The body's bytes as they came, never decompressed; can be read once. Ending the iteration early closes the connection.
   *
   * It fails with `unavailable` when the connection ends before the body does, `timeout` when the server stalls, or the
   * reason of the request's signal.
   */
  readonly body: AsyncIterableIterator<Uint8Array>

  /** @param parts - what came */
  constructor({ method, url, status, headers, body }: ByteResponseParts) {
    this.#method = method
    this.url = url
    this.status = status
    this.headers = headers
    this.body = body
  }

  /** How many bytes the body has by `content-length`; undefined where the answer doesn't say. Of an answer to HEAD: the size of what GET gives. */
  get sizeBytes(): number | undefined {
    const text = this.headers['content-length']
    return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
  }

  /** Gives up the body: reads it where it is short, so that the connection can be used again, closes the connection otherwise. Never fails. */
  async discard(): Promise<void> {
    let left = worthReadingBytes
    try {
      // What announces more is not worth a single read.
      if ((this.sizeBytes ?? 0) <= left) {
        for (let next = await this.body.next(); next.done !== true && left > 0; next = await this.body.next()) {
          left -= next.value.byteLength
          returnChunk(next.value)
        }
      }
      await this.body.return?.()
    } catch {}
  }

  /**
   * Reads the body as UTF-8, as far as a limit.
   *
   * @param limitBytes - what comes after is left out and the connection closed. Default 64 KiB
   */
  async text(limitBytes: number = maxErrorBytes): Promise<string> {
    const { text, failure } = await this.#read(limitBytes)
    if (failure !== undefined) throw failure.reason
    return text
  }

  /** Makes the error for an answer that is no success, from up to 64 KiB of its body; a body that breaks off counts as far as it came. */
  async error(): Promise<HttpError> {
    const { url, status, headers } = this
    const { text } = await this.#read(maxErrorBytes)
    return new HttpError({ method: this.#method, url, status, headers, text })
  }

  async #read(limitBytes: number): Promise<{ text: string; failure: { readonly reason: unknown } | undefined }> {
    const decoder = new TextDecoder()
    let text = ''
    let left = limitBytes
    try {
      for await (const chunk of this.body) {
        text += decoder.decode(chunk.subarray(0, left), { stream: true })
        left -= chunk.byteLength
        returnChunk(chunk)
        if (left <= 0) break
      }
      return { text: text + decoder.decode(), failure: undefined }
    } catch (reason) {
      return { text, failure: { reason } }
    }
  }
}

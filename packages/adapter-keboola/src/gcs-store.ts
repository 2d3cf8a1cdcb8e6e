import type { BodySource, ByteResponse, RequestBody } from '@stowage/http'
import type { GcpAccess } from './file-answers.ts'
import { badPlace, disposition, encodeObjectKey, encodeStrictly, rangeHeaders } from './object-names.ts'
import type { ObjectFacts, ObjectRead, ObjectStore } from './object-store.ts'
import type { KeboolaCallOptions, KeboolaWire } from './wire.ts'

/** A place in Google Cloud Storage, spoken to in its plain HTTP form, which takes streams of unknown length as well. */
export class GcsStore implements ObjectStore {
  readonly #wire: KeboolaWire
  readonly #access: GcpAccess
  readonly key: string

  constructor(wire: KeboolaWire, access: GcpAccess) {
    this.#wire = wire
    this.#access = access
    this.key = access.key
  }

  put(key: string, bytes: Uint8Array, facts: ObjectFacts, call: KeboolaCallOptions): Promise<void> {
    return this.#put(key, bytes, facts, call)
  }

  putSource(key: string, body: BodySource, facts: ObjectFacts, call: KeboolaCallOptions): Promise<void> {
    return this.#put(key, body, facts, call)
  }

  async #put(key: string, body: RequestBody, facts: ObjectFacts, call: KeboolaCallOptions): Promise<void> {
    const { fileName, contentType = 'application/octet-stream' } = facts
    const headers = {
      ...this.#credential,
      'content-type': contentType,
      ...(fileName === undefined ? {} : { 'content-disposition': disposition(fileName) }),
    }
    const url = this.#urlOf(key)
    const { signal, receipt } = call
    const response = await this.#wire.toFileHost({ method: 'PUT', url, headers, body, mayChunk: true, signal, receipt })
    if (response.status < 200 || response.status > 299) throw await response.error()
    await response.discard()
  }

  get(key: string, { range, mayLend, signal, receipt }: ObjectRead): Promise<ByteResponse> {
    const headers = { ...this.#credential, ...rangeHeaders(range) }
    return this.#wire.toFileHost({ method: 'GET', url: this.#urlOf(key), headers, mayLend, signal, receipt })
  }

  entryUrl(key: string): string {
    return `gs://${this.#access.bucket}/${key}`
  }

  entryKey(url: string): string {
    const { bucket } = this.#access
    if (url.startsWith(`gs://${bucket}/`)) return url.slice(bucket.length + 6)
    throw badPlace('the manifest names a slice that is not in the bucket of the file')
  }

  get #credential(): Record<string, string> {
    return { authorization: `Bearer ${this.#access.accessToken}` }
  }

  #urlOf(key: string): string {
    const origin = this.#wire.gcsUrl ?? 'https://storage.googleapis.com'
    return `${origin}/${encodeStrictly(this.#access.bucket)}/${encodeObjectKey(key)}`
  }
}

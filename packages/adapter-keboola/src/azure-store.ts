import type { BodySource, ByteResponse, RequestBody } from '@stowage/http'
import type { AzureAccess } from './file-answers.ts'
import { badPlace, disposition, encodeObjectKey, encodeStrictly, rangeHeaders } from './object-names.ts'
import type { ObjectFacts, ObjectRead, ObjectStore, PartedWrite, SentPart } from './object-store.ts'
import type { KeboolaCallOptions, KeboolaWire } from './wire.ts'

interface AzureRequest extends ObjectRead {
  readonly method: 'GET' | 'PUT'
  readonly key: string
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: RequestBody
}

/** A place in Azure Blob Storage, spoken to in its plain HTTP form. The signature is part of every URL. */
export class AzureStore implements ObjectStore {
  readonly #wire: KeboolaWire
  readonly #access: AzureAccess
  readonly key: string

  constructor(wire: KeboolaWire, access: AzureAccess) {
    this.#wire = wire
    this.#access = access
    this.key = access.blobName
  }

  put(key: string, bytes: Uint8Array, facts: ObjectFacts, call: KeboolaCallOptions): Promise<void> {
    return this.#putBlob(key, bytes, facts, call)
  }

  putSource(key: string, body: BodySource, facts: ObjectFacts, call: KeboolaCallOptions): Promise<void> {
    return this.#putBlob(key, body, facts, call)
  }

  // oxlint-disable-next-line typescript/require-await -- a store's way to begin
  async beginParts(key: string, facts: ObjectFacts): Promise<PartedWrite> {
    return {
      put: (number, bytes, call) => this.#putBlock(key, number, bytes, call),
      complete: (parts, call) => this.#putBlockList(key, parts, facts, call),
      // Blocks that no list names are deleted by Azure, after a week.
      abort: () => Promise.resolve(),
    }
  }

  get(key: string, read: ObjectRead): Promise<ByteResponse> {
    return this.#send({ method: 'GET', key, headers: rangeHeaders(read.range), ...read })
  }

  entryUrl(key: string): string {
    const { blobEndpoint, container, accountName } = this.#access
    const host = accountName === undefined ? new URL(blobEndpoint).hostname : `${accountName}.blob.core.windows.net`
    return `azure://${host}/${container}/${key}`
  }

  /** Only container and blob count: the signature goes to the account it is for, wherever the manifest would have it. */
  entryKey(url: string): string {
    const { container, blobEndpoint } = this.#access
    const [, host = '', path = ''] = /^azure:\/\/([^/]+)\/(.+)$/s.exec(url) ?? []
    const own = new URL(blobEndpoint).hostname
    const isOther = own.endsWith('.blob.core.windows.net') && host !== own
    if (!isOther && path.startsWith(`${container}/`)) return path.slice(container.length + 1)
    throw badPlace('the manifest names a slice that is not in the container of the file')
  }

  async #putBlob(key: string, body: RequestBody, facts: ObjectFacts, call: KeboolaCallOptions): Promise<void> {
    const headers = { 'x-ms-blob-type': 'BlockBlob', ...storedAs(facts) }
    await this.#succeed({ method: 'PUT', key, headers, body, ...call })
  }

  async #putBlock(key: string, number: number, bytes: Uint8Array, call: KeboolaCallOptions): Promise<SentPart> {
    // All ids of a blob must have the same length.
    const tag = Buffer.from(`block-${String(number).padStart(6, '0')}`).toString('base64')
    const query = `comp=block&blockid=${encodeStrictly(tag)}`
    await this.#succeed({ method: 'PUT', key, query, body: bytes, ...call })
    return { number, tag, crc32: '' }
  }

  async #putBlockList(
    key: string,
    parts: readonly SentPart[],
    facts: ObjectFacts,
    call: KeboolaCallOptions,
  ): Promise<void> {
    const ids = parts.map(({ tag }) => `<Latest>${tag}</Latest>`).join('')
    const body = Buffer.from(`<?xml version="1.0" encoding="utf-8"?><BlockList>${ids}</BlockList>`)
    const headers = { 'content-type': 'application/xml', ...storedAs(facts) }
    await this.#succeed({ method: 'PUT', key, query: 'comp=blocklist', headers, body, ...call })
  }

  async #succeed(request: AzureRequest): Promise<void> {
    const response = await this.#send(request)
    if (response.status < 200 || response.status > 299) throw await response.error()
    await response.discard()
  }

  #send({ method, key, query, headers, body, mayLend, signal, receipt }: AzureRequest): Promise<ByteResponse> {
    const { blobEndpoint, container, sas } = this.#access
    const place = `${blobEndpoint}/${encodeStrictly(container)}/${encodeObjectKey(key)}`
    const url = `${place}?${query === undefined ? '' : `${query}&`}${sas}`
    const all = { 'x-ms-version': '2021-12-02', ...headers }
    return this.#wire.toFileHost({ method, url, headers: all, body, mayLend, signal, receipt })
  }
}

function storedAs({ fileName, contentType }: ObjectFacts): Record<string, string> {
  return {
    ...(fileName === undefined ? {} : { 'x-ms-blob-content-disposition': disposition(fileName) }),
    ...(contentType === undefined ? {} : { 'x-ms-blob-content-type': contentType }),
  }
}

import { crc32 } from 'node:zlib'
import type { BodySource, ByteResponse, RequestBody } from '@stowage/http'
import type { AwsAccess } from './file-answers.ts'
import { badPlace, disposition, encodeObjectKey, encodeStrictly, rangeHeaders } from './object-names.ts'
import type { ObjectFacts, ObjectRead, ObjectStore, PartedWrite, SentPart } from './object-store.ts'
import { S3Signer } from './s3-signer.ts'
import { elementText, failedInside } from './store-errors.ts'
import type { KeboolaCallOptions, KeboolaWire } from './wire.ts'

interface S3Request extends ObjectRead {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  readonly key: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: RequestBody
}

/**
 * A place in S3. Requests are signed by AWS's own signer and go over the byte transport, so a body is neither hashed nor wrapped in chunks
 * with checksums (contract section 9.3), and memory and time are the transport's.
 */
export class S3Store implements ObjectStore {
  readonly #wire: KeboolaWire
  readonly #access: AwsAccess
  readonly #signer: S3Signer
  readonly key: string

  constructor(wire: KeboolaWire, access: AwsAccess) {
    // Both become part of a host's name.
    if (!/^[a-z0-9][a-z0-9.-]{1,62}$/.test(access.bucket) || !/^[a-z0-9-]{1,40}$/.test(access.region))
      throw badPlace("the bucket or region of the file can't be one of S3's")
    this.#wire = wire
    this.#access = access
    this.#signer = new S3Signer(access)
    this.key = access.key
  }

  async put(key: string, bytes: Uint8Array, facts: ObjectFacts, call: KeboolaCallOptions): Promise<void> {
    const headers = { ...this.#storedAs(facts), 'x-amz-checksum-crc32': checksumOf(bytes) }
    const response = await this.#succeed({ method: 'PUT', key, headers, body: bytes, ...call })
    await response.discard()
  }

  async putSource(key: string, body: BodySource, facts: ObjectFacts, call: KeboolaCallOptions): Promise<void> {
    const response = await this.#succeed({ method: 'PUT', key, headers: this.#storedAs(facts), body, ...call })
    await response.discard()
  }

  async beginParts(key: string, facts: ObjectFacts, call: KeboolaCallOptions): Promise<PartedWrite> {
    const headers = { ...this.#storedAs(facts), 'x-amz-checksum-algorithm': 'CRC32' }
    const response = await this.#succeed({ method: 'POST', key, query: { uploads: '' }, headers, ...call })
    const uploadId = elementText(await response.text(), 'UploadId')
    if (uploadId === undefined) throw badPlace('S3 began an upload without saying which')
    return {
      put: (number, bytes, partCall) => this.#putPart(key, uploadId, number, bytes, partCall),
      complete: (parts, lastCall) => this.#complete(key, uploadId, parts, lastCall),
      abort: () => this.#abort(key, uploadId),
    }
  }

  get(key: string, read: ObjectRead): Promise<ByteResponse> {
    return this.#send({ method: 'GET', key, headers: rangeHeaders(read.range), ...read })
  }

  entryUrl(key: string): string {
    return `s3://${this.#access.bucket}/${key}`
  }

  entryKey(url: string): string {
    const { bucket } = this.#access
    if (url.startsWith(`s3://${bucket}/`)) return url.slice(bucket.length + 6)
    throw badPlace('the manifest names a slice that is not in the bucket of the file')
  }

  #storedAs({ fileName, contentType }: ObjectFacts): Record<string, string> {
    const { acl, encryption } = this.#access
    return {
      ...(acl === undefined ? {} : { 'x-amz-acl': acl }),
      ...(encryption === undefined ? {} : { 'x-amz-server-side-encryption': encryption }),
      ...(fileName === undefined ? {} : { 'content-disposition': disposition(fileName) }),
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
    }
  }

  async #putPart(
    key: string,
    uploadId: string,
    number: number,
    bytes: Uint8Array,
    call: KeboolaCallOptions,
  ): Promise<SentPart> {
    const query = { partNumber: String(number), uploadId }
    const checksum = checksumOf(bytes)
    const headers = { 'x-amz-checksum-crc32': checksum }
    const response = await this.#succeed({ method: 'PUT', key, query, headers, body: bytes, ...call })
    await response.discard()
    return { number, tag: response.headers['etag'] ?? '', crc32: checksum }
  }

  async #complete(key: string, uploadId: string, parts: readonly SentPart[], call: KeboolaCallOptions): Promise<void> {
    const items = parts.map(
      ({ number, tag, crc32: checksum }) =>
        `<Part><PartNumber>${number}</PartNumber><ETag>${escapeXml(tag)}</ETag><ChecksumCRC32>${checksum}</ChecksumCRC32></Part>`,
    )
    const xmlns = 'http://s3.amazonaws.com/doc/2006-03-01/'
    const text = `<CompleteMultipartUpload xmlns="${xmlns}">${items.join('')}</CompleteMultipartUpload>`
    const headers = { 'content-type': 'application/xml' }
    const request = { method: 'POST', key, query: { uploadId }, headers, body: Buffer.from(text), ...call } as const
    const response = await this.#succeed(request)
    // It answers 200 before it has tried.
    const answer = await response.text()
    if (/<Error[\s>]/.test(answer)) throw failedInside(response, answer)
  }

  async #abort(key: string, uploadId: string): Promise<void> {
    const signal = AbortSignal.timeout(10_000)
    await this.#send({ method: 'DELETE', key, query: { uploadId }, signal }).then(
      (response) => response.discard(),
      () => {},
    )
  }

  async #succeed(request: S3Request): Promise<ByteResponse> {
    const response = await this.#send(request)
    if (response.status >= 200 && response.status < 300) return response
    throw await response.error()
  }

  async #send({
    method,
    key,
    query = {},
    headers = {},
    body,
    mayLend,
    signal,
    receipt,
  }: S3Request): Promise<ByteResponse> {
    const url = this.#urlOf(key)
    const signed = await this.#signer.sign(method, url, query, headers)
    const search = Object.entries(query).map(([name, value]) => `${encodeStrictly(name)}=${encodeStrictly(value)}`)
    const whole = search.length === 0 ? url : `${url}?${search.toSorted().join('&')}`
    return this.#wire.toFileHost({ method, url: whole, headers: signed, body, mayLend, signal, receipt })
  }

  /** A name with dots has no certificate as a host. */
  #urlOf(key: string): string {
    const { bucket, region } = this.#access
    const path = encodeObjectKey(key)
    const { s3Url } = this.#wire
    if (s3Url !== undefined) return `${s3Url}/${bucket}/${path}`
    if (bucket.includes('.')) return `https://s3.${region}.amazonaws.com/${bucket}/${path}`
    return `https://${bucket}.s3.${region}.amazonaws.com/${path}`
  }
}

function checksumOf(bytes: Uint8Array): string {
  const four = Buffer.alloc(4)
  four.writeUInt32BE(crc32(bytes))
  return four.toString('base64')
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

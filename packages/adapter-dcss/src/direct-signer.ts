import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import { registerSecret } from '@stowage/core/driver'

/** Credentials for S3 itself. */
export interface S3Credentials {
  /** The id of the key. */
  readonly accessKeyId: string
  /** The secret that goes with it. */
  readonly secretAccessKey: string
  /** The token of temporary credentials. */
  readonly sessionToken?: string
}

/** Signs requests to S3 by version 4, in the header or in the query. */
export class DirectSigner {
  readonly #signer: SignatureV4

  /**
   * @param credentials - whose requests they are
   * @param region - the region they are for
   */
  constructor({ accessKeyId, secretAccessKey, sessionToken }: S3Credentials, region: string) {
    registerSecret(secretAccessKey)
    const credentials = { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
    this.#signer = new SignatureV4({
      service: 's3',
      region,
      credentials,
      sha256: Sha256,
      // S3 signs the path as it is sent.
      uriEscapePath: false,
      applyChecksum: false,
    })
  }

  /** Gives the headers of a signed request. Its body is not part of the signature. */
  async sign(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<Readonly<Record<string, string>>> {
    const request = toRequest(method, url, { ...headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' })
    const { headers: signed } = await this.#signer.sign(request)
    const { host: _, ...others } = signed
    return others
  }

  /**
   * Signs a URL for one method.
   *
   * @param expiresInSeconds - how long it works: a week at most
   */
  async presign(
    method: string,
    url: string,
    expiresInSeconds: number,
    headers: Record<string, string>,
  ): Promise<string> {
    const request = toRequest(method, url, { ...headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' })
    const { query } = await this.#signer.presign(request, {
      expiresIn: expiresInSeconds,
      // Only what whoever uses the URL sends as a header has to stay one.
      unhoistableHeaders: new Set(Object.keys(headers)),
      unsignableHeaders: new Set(['x-amz-content-sha256']),
    })
    const pairs = Object.entries(query ?? {}).map(([name, value]) => `${encode(name)}=${encode(String(value))}`)
    return `${url}?${pairs.join('&')}`
  }
}

type SignedRequest = Parameters<SignatureV4['presign']>[0]

function toRequest(method: string, url: string, headers: Record<string, string>): SignedRequest {
  const { protocol, hostname, port, host } = new URL(url)
  // Taken from the text: URL would resolve what looks like dots.
  const path = url.slice(url.indexOf('/', url.indexOf('://') + 3))
  const place = port === '' ? {} : { port: Number(port) }
  return { method, protocol, hostname, ...place, path, query: {}, headers: { ...headers, host } }
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** SHA-256 as the signer wants it: Node's own, which is synchronous and so costs no turn of the event loop. */
class Sha256 {
  readonly #secret: Uint8Array | string | undefined
  #hash: Hash | Hmac

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret = secret === undefined || typeof secret === 'string' ? secret : toBytes(secret)
    this.#hash = this.#fresh()
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(typeof data === 'string' ? data : toBytes(data))
  }

  // oxlint-disable-next-line typescript/require-await -- the signer's interface
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }

  reset(): void {
    this.#hash = this.#fresh()
  }

  #fresh(): Hash | Hmac {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', this.#secret)
  }
}

function toBytes(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data)
}

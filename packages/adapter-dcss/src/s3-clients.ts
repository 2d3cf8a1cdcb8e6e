import { Readable } from 'node:stream'
import type * as S3 from '@aws-sdk/client-s3'
import type { S3Client } from '@aws-sdk/client-s3'
import { StorageError } from '@stowage/core/driver'
import {
  type ByteTransport,
  HttpError,
  SmithyHandler,
  type SmithyHandlerOptions,
  type SmithyRequest,
  type SmithyResponse,
} from '@stowage/http'
import type { S3Credentials } from './direct-signer.ts'

/** What clients are made with. */
export interface S3ClientsOptions {
  /** What requests go through. */
  readonly transport: ByteTransport
  /** The region. */
  readonly region: string
  /** The endpoint addressed by paths; undefined for AWS. */
  readonly endpoint: string | undefined
  /** Credentials of one's own; undefined without. */
  readonly credentials: S3Credentials | undefined
}

/** AWS's client and its commands. */
export type S3Module = typeof S3

/** Makes AWS's client when it is first needed: loading it takes longer than most programs run. */
export class S3Clients {
  readonly #options: S3ClientsOptions
  #module: Promise<S3Module> | undefined
  #client: Promise<S3Client> | undefined

  /** @param options - what it is made with */
  constructor(options: S3ClientsOptions) {
    this.#options = options
  }

  /** Loads the commands. */
  module(): Promise<S3Module> {
    this.#module ??= import('@aws-sdk/client-s3')
    return this.#module
  }

  /** Gives the client: with credentials of one's own where there are some, else one that signs nothing. */
  client(): Promise<S3Client> {
    this.#client ??= this.#create()
    return this.#client
  }

  async #create(): Promise<S3Client> {
    const { S3Client: Client } = await this.module()
    const { transport, region, endpoint, credentials } = this.#options
    const place =
      endpoint === undefined
        ? { useGlobalEndpoint: region === 'us-east-1', followRegionRedirects: true }
        : { endpoint, forcePathStyle: true }
    // Without the signer that leaves requests as they are, credentials would be looked for all over the machine (contract section 9).
    const nobody = {
      credentials: { accessKeyId: 'anonymous', secretAccessKey: 'anonymous' },
      signer: { sign: <Request>(request: Request): Promise<Request> => Promise.resolve(request) },
    }
    return new Client({
      ...place,
      ...(credentials === undefined ? nobody : { credentials }),
      region,
      maxAttempts: 1,
      // Checksums of AWS's own are headers no signed URL covers and bodies older servers don't understand.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: new DocumentHandler(transport),
    })
  }
}

/** More than the longest page of the longest keys, each character escaped. */
const maxDocumentBytes = 32 * 1024 * 1024

/**
 * Reads documents before AWS's client does: it would take one that was cut short, or a page of a proxy, for a listing that is shorter or
 * empty, and read one without end for ever.
 */
class DocumentHandler extends SmithyHandler {
  override async handle(
    request: SmithyRequest,
    options: SmithyHandlerOptions = {},
  ): Promise<{ response: SmithyResponse }> {
    const { response } = await super.handle(request, options)
    const text = await readDocument(response.body)
    const { statusCode: status, headers } = response
    if (status >= 400 && !isWholeDocument(text) && request.method !== 'HEAD') {
      const url = `${request.protocol}//${request.hostname}${request.path.replace(/\?.*/s, '')}`
      throw new HttpError({ method: request.method, url, status, headers, text })
    }
    if (response.statusCode === 200 && text !== '' && !isWholeDocument(text)) throw damagedDocument()
    return { response: { ...response, body: Readable.from([Buffer.from(text)], { objectMode: false }) } }
  }
}

async function readDocument(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    sizeBytes += chunk.byteLength
    if (sizeBytes > maxDocumentBytes) throw damagedDocument()
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** A document of S3 begins and ends with the same element, which isn't that of a web page. */
function isWholeDocument(text: string): boolean {
  const [, root = ''] = /^\s*(?:<\?xml[^>]*\?>\s*)?<([A-Za-z]+)[\s>]/.exec(text) ?? []
  return root !== '' && root.toLowerCase() !== 'html' && text.trimEnd().endsWith(`</${root}>`)
}

function damagedDocument(): StorageError {
  const message = "the answer is no whole document of S3's: check s3Url and what lies in between, or try again"
  return new StorageError({ code: 'corrupt-data', message, retryable: true })
}

import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Clock, type Logger, StorageError } from '@stowage/core/driver'
import { decodePercent } from '../../s3/percent-encoding.ts'
import { S3Error } from '../../s3/s3-error.ts'
import { textElement, xmlDeclaration } from '../../s3/xml-writer.ts'
import { BrokenBody } from '../../server/message-chunks.ts'
import { type BlobExchange, getBlob, putBlob, putBlock, putBlockList } from './azure-blobs.ts'
import { AzureError } from './azure-error.ts'
import { checkAccess } from './azure-signature.ts'
import { type CloudGrants, isWritableName } from './cloud-grants.ts'
import { blobNameOf, fileIdOf } from './file-record.ts'
import type { FileStore } from './file-store.ts'

/** What the Azure side is made of. */
export interface AzureParts {
  readonly store: FileStore
  readonly grants: CloudGrants
  readonly clock: Clock
  readonly logger: Logger
}

/** Where blobs are, below the root of the gateway. */
export const blobRoot = '/blob/'

/**
 * The part of Azure's blob storage that uploads and downloads take: Put Blob, Put Block, Put Block List, Get Blob and its properties,
 * each with a shared access signature. The container of a file holds its bytes and nothing else.
 */
export class AzureSide {
  readonly #parts: AzureParts

  constructor(parts: AzureParts) {
    this.#parts = parts
  }

  /** Answers a request below {@link blobRoot}. It never fails. */
  async handle(message: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const common = {
      'x-ms-request-id': randomUUID(),
      'x-ms-version': '2021-12-02',
      Date: new Date(this.#parts.clock.now()).toUTCString(),
    }
    try {
      await this.#answer({ ...readTarget(message.url ?? ''), message, response, common, signal })
    } catch (error) {
      const refusal = explain(error)
      if (refusal.status >= 500) this.#parts.logger.error('a blob request failed', { cause: error })
      if (response.headersSent) response.destroy()
      else if (!response.destroyed) sendError(message, response, refusal, common)
    }
  }

  async #answer(exchange: BlobExchange): Promise<void> {
    const { message, query } = exchange
    const component = query.get('comp')
    const { store } = this.#parts
    if (message.method === 'GET' || message.method === 'HEAD') {
      this.#check(exchange, 'r')
      if (component !== null) throw new AzureError('UnsupportedQueryParameter')
      return getBlob(store, exchange)
    }
    if (message.method !== 'PUT') throw new AzureError('UnsupportedHttpVerb')
    this.#check(exchange, 'w')
    if (component === null) return putBlob(store, exchange)
    if (component === 'block') return putBlock(store, exchange)
    if (component === 'blocklist') return putBlockList(store, exchange)
    throw new AzureError('UnsupportedQueryParameter')
  }

  #check({ container, blob, query }: BlobExchange, permission: 'r' | 'w'): void {
    const { store, grants, clock } = this.#parts
    checkAccess(query, { container, blob }, permission, { grants, nowMs: clock.now() })
    const record = store.find(fileIdOf(container) ?? '')
    if (record === undefined) throw new AzureError(permission === 'r' ? 'BlobNotFound' : 'ContainerNotFound')
    if (permission === 'w' && !isWritableName(record, blobNameOf(record), blob)) {
      throw new AzureError('AuthorizationPermissionMismatch')
    }
  }
}

function readTarget(url: string): Pick<BlobExchange, 'container' | 'blob' | 'query'> {
  const mark = url.indexOf('?')
  const path = decodePercent(mark === -1 ? url : url.slice(0, mark)).slice(blobRoot.length)
  const slash = path.indexOf('/')
  if (slash < 1 || slash === path.length - 1) throw new AzureError('InvalidUri')
  const query = new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1))
  return { container: path.slice(0, slash), blob: path.slice(slash + 1), query }
}

function explain(error: unknown): AzureError {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof AzureError) return cause
    if (cause instanceof BrokenBody) return new AzureError(cause.isStopped ? 'ServerBusy' : 'IncompleteBody', {}, error)
    if (cause instanceof S3Error) return new AzureError('InvalidUri', {}, error)
  }
  if (StorageError.is(error, 'already-exists')) return new AzureError('BlobAlreadyExists', {}, error)
  if (StorageError.is(error, 'not-found')) return new AzureError('BlobNotFound', {}, error)
  if (StorageError.is(error, 'invalid-argument')) return new AzureError('InvalidUri', {}, error)
  return new AzureError('InternalError', {}, error)
}

function sendError(
  message: IncomingMessage,
  response: ServerResponse,
  { code, status, headers, message: text }: AzureError,
  common: Readonly<Record<string, string>>,
): void {
  const document = `${xmlDeclaration}<Error>${textElement('Code', code)}${textElement('Message', text)}</Error>`
  const own = { 'x-ms-error-code': code, 'Content-Type': 'application/xml', ...headers }
  const length = String(Buffer.byteLength(document))
  response.writeHead(status, { ...common, ...own, 'Content-Length': length })
  response.end(message.method === 'HEAD' ? undefined : document)
}

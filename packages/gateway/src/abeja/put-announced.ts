import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { messageChunks } from '../server/message-chunks.ts'
import { etagOf } from '../s3/object-etag.ts'
import { S3Error, type S3ErrorCode } from '../s3/s3-error.ts'
import { S3Response } from '../s3/s3-response.ts'
import { type AbejaContext, requireWritable } from './abeja-context.ts'
import { type AbejaError, explainFailure } from './abeja-error.ts'
import { readLength } from './channel-file-operations.ts'
import type { RequestTarget } from './request-target.ts'
import type { PendingUpload } from './upload-urls.ts'
import { defaultContentType } from './signed-urls.ts'
import { writeFile } from './write-file.ts'

/** A request to a URL for an upload. */
export interface SignedExchange {
  /** The request. */
  readonly message: IncomingMessage
  /** Its response. */
  readonly response: ServerResponse
  /** Aborted when the gateway closes, and when the request is over. */
  readonly signal: AbortSignal
}

/** Takes the bytes of an upload that was announced, and answers as an S3 does. */
export async function putAnnounced(
  context: AbejaContext,
  target: RequestTarget,
  exchange: SignedExchange,
): Promise<void> {
  const { message, response } = exchange
  const answer = new S3Response(response, randomBytes(8).toString('hex').toUpperCase(), false)
  try {
    const etag = await storeAnnounced(context, take(context, target, message), exchange)
    answer.empty(200, { ETag: `"${etag}"` })
  } catch (error) {
    const refusal = error instanceof S3Error ? error : toS3Error(explainFailure(error))
    if (refusal.status >= 500) context.settings.logger.error('an upload failed', { cause: error })
    if (response.headersSent) response.destroy()
    else if (!response.destroyed) answer.error(refusal, target.path, message.method === 'HEAD')
  }
}

function take(
  { uploadUrls, clock }: AbejaContext,
  { path, query }: RequestTarget,
  message: IncomingMessage,
): PendingUpload {
  const { method, headers } = message
  if (headers.authorization !== undefined) {
    throw new S3Error('InvalidArgument', { message: 'Only one way of signing a request may be used at once' })
  }
  if (method !== 'PUT') throw new S3Error('SignatureDoesNotMatch')
  const upload = uploadUrls.take(path, query, headers['content-type'] ?? defaultContentType, clock.now())
  if (upload === undefined) {
    throw new S3Error('AccessDenied', { message: 'The URL has expired, was used, or is for another Content-Type' })
  }
  return upload
}

async function storeAnnounced(
  context: AbejaContext,
  upload: PendingUpload,
  { message, signal }: SignedExchange,
): Promise<string> {
  const { channelId, fileId, contentType, metadata } = upload
  const facts = {
    contentType,
    metadata,
    uploadedMs: context.clock.now(),
    sequence: context.nextSequence(),
    lifetime: undefined,
  }
  try {
    const container = await context.containers.find('channel', channelId)
    requireWritable(container)
    const content = { body: messageChunks(message, signal), sizeBytes: readLength(message), facts: () => facts, signal }
    const info = await writeFile(context, context.file(container, fileId), content)
    await context.filesOf(container).put({ ...facts, fileId })
    context.uploadUrls.finish(upload)
    return etagOf(info)
  } catch (error) {
    context.uploadUrls.giveBack(upload)
    throw error
  }
}

const codes: Readonly<Record<number, S3ErrorCode>> = {
  400: 'InvalidRequest',
  403: 'AccessDenied',
  404: 'NoSuchBucket',
  409: 'OperationAborted',
  429: 'SlowDown',
  503: 'ServiceUnavailable',
}

function toS3Error(refusal: AbejaError): S3Error {
  return new S3Error(codes[refusal.status] ?? 'InternalError', { message: refusal.message }, refusal.cause)
}

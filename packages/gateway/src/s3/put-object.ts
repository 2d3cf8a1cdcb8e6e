import { StorageError } from '@stowage/core/driver'
import { readAttributes } from './object-attributes.ts'
import { etagOf } from './object-etag.ts'
import { RequestBody } from './request-body.ts'
import { type Exchange, fileOf, type Operation, type S3Context } from './s3-context.ts'
import { S3Error } from './s3-error.ts'
import { bucketExists } from './storage-failure.ts'
import { type ObjectContent, readCondition, writeObject } from './write-object.ts'

/** PutObject. */
export const putObject: Operation = async (context, exchange) => {
  const { request, response, signal } = exchange
  const { bucket, key } = request
  const target = {
    bucket,
    key,
    attributes: readAttributes(request, context),
    condition: readCondition(request),
    signal,
  }
  const body = openObjectBody(context, exchange)
  const file = await telling(body, () => writeObject(context, target, contentOf(body)))
  response.empty(200, { ETag: `"${etagOf(file)}"`, ...body.checksumHeaders })
}

/** DeleteObject; success also when there is none. */
export const deleteObject: Operation = async (context, exchange) => {
  const { request, response, signal } = exchange
  const { bucket, key, headers, query } = request
  if (headers.has('if-match')) throw new S3Error('NotImplemented', { fields: { Header: 'If-Match' } })
  if (query.has('versionId')) throw new S3Error('NotImplemented', { fields: { Parameter: 'versionId' } })
  try {
    await fileOf(context, bucket, key).delete({ signal })
  } catch (error) {
    if (!StorageError.is(error, 'not-found') || !(await bucketExists(context, bucket))) throw error
  }
  response.empty(204)
}

/** Opens the body of an object or a part. */
export function openObjectBody(context: S3Context, { request, payload, signal }: Exchange): RequestBody {
  const rules = { maxBytes: context.maxObjectBytes, needsLength: true, wantsMd5: true, signal }
  return new RequestBody(request, payload, rules)
}

/** Runs what takes a body, and tells what was wrong with the body rather than what that broke. */
export async function telling<Result>(body: RequestBody, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw body.failure ?? error
  }
}

function contentOf(body: RequestBody): ObjectContent {
  return {
    sizeBytes: body.sizeBytes ?? 0,
    chunks: () => body.chunks(),
    etag: () => body.md5,
    crc32: undefined,
  }
}

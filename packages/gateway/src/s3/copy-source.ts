import type { File, FileInfo } from '@stowage/core'
import { weighConditions } from './conditions.ts'
import { decodePercent } from './percent-encoding.ts'
import { fileOf, type S3Context } from './s3-context.ts'
import { S3Error } from './s3-error.ts'
import type { S3Request } from './s3-request.ts'
import { versionOf } from './send-object.ts'
import { explainFailure } from './storage-failure.ts'

/** What is copied. */
export interface CopySource {
  /** Its bucket. */
  readonly bucket: string
  /** Its key. */
  readonly key: string
  /** The file. */
  readonly file: File
  /** What is known of it. */
  readonly info: FileInfo
}

/** Finds what a request wants copied, and weighs its conditions. */
export async function findCopySource(context: S3Context, request: S3Request, signal: AbortSignal): Promise<CopySource> {
  const { bucket, key } = readSource(request.header('x-amz-copy-source') ?? '')
  const file = fileOf(context, bucket, key)
  const info = await file.stat({ signal }).catch(async (error: unknown) => {
    throw await explainFailure(error, context, { ...request, bucket, key })
  })
  const header = (name: string): string | undefined => request.header(`x-amz-copy-source-${name}`)
  if (weighConditions(header, versionOf(info)) === 'unchanged') throw new S3Error('PreconditionFailed')
  return { bucket, key, file, info }
}

function readSource(text: string): { readonly bucket: string; readonly key: string } {
  const [path = '', query] = text.split('?')
  if (query !== undefined && query !== 'versionId=null') {
    throw new S3Error('NotImplemented', { message: 'There are no versions to copy' })
  }
  const [, bucket, key] = /^\/?([^/]+)\/(.+)$/s.exec(decodePercent(path)) ?? []
  if (bucket !== undefined && key !== undefined) return { bucket, key }
  throw new S3Error('InvalidArgument', { message: 'Copy Source must mention the source bucket and key: bucket/key' })
}

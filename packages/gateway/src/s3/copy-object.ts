import { createHash } from 'node:crypto'
import type { FileInfo } from '@stowage/core'
import { type CopySource, findCopySource } from './copy-source.ts'
import { listedTime } from './list-objects.ts'
import { type ObjectAttributes, readAttributes } from './object-attributes.ts'
import { etagMetadataName, etagOf } from './object-etag.ts'
import { type Exchange, fileOf, lockName, type Operation, type S3Context } from './s3-context.ts'
import { S3Error } from './s3-error.ts'
import { type ObjectContent, readCondition, writeObject } from './write-object.ts'
import { textElement, xmlDocument } from './xml-writer.ts'

/** CopyObject. */
export const copyObject: Operation = async (context, exchange) => {
  const { request, signal, response } = exchange
  const directive = request.header('x-amz-metadata-directive') ?? 'COPY'
  if (directive !== 'COPY' && directive !== 'REPLACE') {
    throw new S3Error('InvalidArgument', { message: `Unknown metadata directive ${directive}` })
  }
  const isReplacing = directive === 'REPLACE'
  const attributes = readAttributes(request, context)
  const source = await findCopySource(context, request, signal)
  const isItself = source.bucket === request.bucket && source.key === request.key
  if (isItself && !isReplacing) {
    const message = 'An object can be copied to itself only with other metadata: x-amz-metadata-directive REPLACE'
    throw new S3Error('InvalidRequest', { message })
  }
  const file =
    isItself && context.storage.supports('files.update')
      ? await replaceAttributes(context, source, attributes, signal)
      : await copy(context, exchange, source, isReplacing ? attributes : undefined)
  response.xml(copyResult('CopyObjectResult', etagOf(file), file.modifiedAt))
}

/** Writes what a copy is answered with. */
export function copyResult(name: string, etag: string, modifiedAt: Date | undefined): string {
  return xmlDocument(name, textElement('LastModified', listedTime(modifiedAt)), textElement('ETag', `"${etag}"`))
}

async function copy(
  context: S3Context,
  { request, signal }: Exchange,
  source: CopySource,
  replaced: ObjectAttributes | undefined,
): Promise<FileInfo> {
  const { bucket, key } = request
  const condition = readCondition(request)
  if (replaced !== undefined || condition.kind !== 'none' || !context.storage.supports('files.copy')) {
    const attributes = replaced ?? keptAttributes(source)
    return writeObject(context, { bucket, key, attributes, condition, signal }, contentOf(source, signal))
  }
  const target = fileOf(context, bucket, key)
  const copied = await context.locks.run(lockName(bucket, key), () =>
    source.file.copyTo(target, { overwrite: true, signal }),
  )
  return copied.file
}

function contentOf({ file, info }: CopySource, signal: AbortSignal): ObjectContent {
  const md5 = createHash('md5')
  return {
    sizeBytes: info.sizeBytes,
    async *chunks() {
      for await (const chunk of file.stream({ ifEtag: info.etag, signal })) {
        md5.update(chunk)
        yield chunk
      }
    },
    etag: () => md5.digest('hex'),
    crc32: undefined,
  }
}

function keptAttributes({ info }: CopySource): ObjectAttributes {
  const { [etagMetadataName]: _, ...metadata } = info.metadata
  return { contentType: info.contentType, metadata }
}

/** Replaces what is set on an object, which is what copying it to itself means. */
async function replaceAttributes(
  context: S3Context,
  { bucket, key, file, info }: CopySource,
  { contentType, metadata }: ObjectAttributes,
  signal: AbortSignal,
): Promise<FileInfo> {
  const kept = info.metadata[etagMetadataName]
  const all = kept === undefined ? metadata : { ...metadata, [etagMetadataName]: kept }
  return context.locks.run(lockName(bucket, key), () =>
    file.update({ contentType: contentType ?? null, metadata: all, signal }),
  )
}

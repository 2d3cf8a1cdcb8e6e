import { type CallContext, type FileRequest, StorageError } from '@stowage/core/driver'
import { partKey } from './parts.ts'
import { encodeStrictly } from './s3-address.ts'
import type { StoredFile } from './read-object.ts'
import type { DcssWire } from './wire.ts'

/**
 * Copies a file inside S3, object by object; with credentials of one's own.
 *
 * The order is that of a write: the first part last, then what is left of the target's other form is removed.
 */
export async function copyObjects(
  wire: DcssWire,
  from: FileRequest,
  to: FileRequest,
  overwrite: boolean,
  call: CallContext,
): Promise<StoredFile> {
  const [source, target] = [wire.space(from.bucket), wire.space(to.bucket)]
  const [sourceKey, targetKey] = [source.keyOf(from.key), target.keyOf(to.key)]
  const file = await wire.reader.stat(source, sourceKey, call)
  if (file === undefined) throw new StorageError({ code: 'not-found', message: `there is no file ${from.key} to copy` })
  const before = await wire.remover.keysOf(target, targetKey, call)
  if (before.length > 0 && !overwrite) {
    const message = `${to.key} is there already: pass overwrite: true to replace it`
    throw new StorageError({ code: 'already-exists', message, applied: 'no' })
  }
  // S3 refuses a copy onto itself, which would change nothing.
  if (source.bucket === target.bucket && sourceKey === targetKey) return file
  const isPlain = file.parts === 1
  const pairs = isPlain
    ? [[sourceKey, targetKey] as const]
    : Array.from({ length: file.parts }, (_, index) => [partKey(sourceKey, index), partKey(targetKey, index)] as const)
  for (const [one, other] of pairs.toReversed()) {
    const match = one === sourceKey ? file.etag : undefined
    await copyObject(wire, { bucket: source.bucket, key: one }, { bucket: target.bucket, key: other }, match, call)
  }
  const written = new Set(pairs.map(([, key]) => key))
  const stale = before.filter((key) => !written.has(key))
  const left = await wire.remover.removeAll(target.writing, stale, call)
  // The plain key hides parts: the copy could not be read.
  if (left.includes(targetKey)) {
    const message = `${to.key} is copied in parts, but the old object of that name can't be deleted and is still what readers get: delete it`
    throw new StorageError({ code: 'permission-denied', message, applied: 'partly', retryable: false })
  }
  const stored = await wire.reader.stat(target, targetKey, call)
  if (stored !== undefined) return stored
  throw new StorageError({
    code: 'unavailable',
    message: `${to.key} was copied, and is gone already`,
    applied: 'unknown',
  })
}

async function copyObject(
  { clients }: DcssWire,
  from: FileRequest,
  to: FileRequest,
  ifEtag: string | undefined,
  { signal, receipt }: CallContext,
): Promise<void> {
  const { CopyObjectCommand } = await clients.module()
  const command = new CopyObjectCommand({
    Bucket: to.bucket,
    Key: to.key,
    CopySource: `${from.bucket}/${encodeStrictly(from.key)}`,
    ...(ifEtag === undefined ? {} : { CopySourceIfMatch: `"${ifEtag}"` }),
  })
  receipt.requests += 1
  await (await clients.client()).send(command, { abortSignal: signal })
}

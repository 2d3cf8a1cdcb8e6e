import type { IncomingMessage } from 'node:http'
import type { FileInfo, UpdateFileOptions } from '@stowage/core'
import { StorageError } from '@stowage/core/driver'
import { messageChunks } from '../server/message-chunks.ts'
import { encodeStrictly } from '../s3/percent-encoding.ts'
import { type AbejaContext, type Exchange, type Operation, requireWritable } from './abeja-context.ts'
import { AbejaError } from './abeja-error.ts'
import { isFileId, newFileId } from './channel-file-id.ts'
import { toChannelFile } from './channel-files.ts'
import type { Container } from './container.ts'
import { describeChannelFile, describeUpload, withSystem } from './file-answer.ts'
import {
  inEitherForm,
  type MetadataForm,
  metadataOfBody,
  metadataOfHeaders,
  toStored,
  userPrefix,
  type WireMetadata,
} from './file-metadata.ts'
import { cutPage, readFilePageQuery } from './file-page.ts'
import { readLifetime } from './lifetime.ts'
import { readJson } from './request-json.ts'
import { type FileFacts, readFacts, reservedEntries, toAttributes } from './stored-file.ts'
import { fileTime } from './time-text.ts'
import { lockName, writeFile } from './write-file.ts'

/** Uploads a file: the body is its bytes, whatever type it has. */
export const uploadChannelFile: Operation = async (context, exchange) => {
  const container = await findChannel(context, exchange)
  requireWritable(container)
  const { message, query } = exchange
  const lifetime = query.get('lifetime')
  const facts: FileFacts = {
    contentType: readContentType(message),
    metadata: metadataOfHeaders(message.headers),
    uploadedMs: context.clock.now(),
    sequence: context.nextSequence(),
    lifetime: lifetime === null ? undefined : readLifetime(lifetime),
  }
  const upload = (): Promise<object> => storeUpload(context, exchange, container, facts)
  return withoutConflict(context, container, facts.metadata, query.get('conflict_target'), upload)
}

/** Runs an upload unless a file with the same value is there; of two that come at once the second one is refused. */
async function withoutConflict(
  context: AbejaContext,
  container: Container,
  metadata: WireMetadata,
  target: string | null,
  upload: () => Promise<object>,
): Promise<object> {
  const name = target === null ? undefined : findName(metadata, target.toLowerCase())
  const value = name === undefined ? undefined : metadata[name]
  if (name === undefined || value === undefined) return upload()
  return context.conflictLocks.run(JSON.stringify([container.id, name, value]), async () => {
    const same = await context.filesOf(container).findSame(name, value, context.clock.now())
    if (same === undefined) return upload()
    throw new AbejaError(409, `there is a file with the same ${target} in channel ${container.id} already`, {
      fields: { file_id: same.fileId, metadata: withSystem(same.metadata, container) },
    })
  })
}

// The target is a name as people write it, while those of metadata are encoded.
function findName(metadata: WireMetadata, target: string): string | undefined {
  const names = [target, encodeStrictly(target).toLowerCase()].map((name) => userPrefix + name)
  return names.find((name) => Object.hasOwn(metadata, name))
}

async function storeUpload(
  context: AbejaContext,
  { message, signal }: Exchange,
  container: Container,
  facts: FileFacts,
): Promise<object> {
  const fileId = newFileId(facts.uploadedMs)
  const sizeBytes = readLength(message)
  const body = messageChunks(message, signal)
  await writeFile(context, context.file(container, fileId), { body, sizeBytes, facts: () => facts, signal })
  await context.filesOf(container).put({ ...facts, fileId })
  return describeUpload(container, fileId, facts)
}

/** Announces an upload, and gives the URL its bytes are to be put to. There is no file before. */
export const announceUpload: Operation = async (context, exchange) => {
  const container = await findChannel(context, exchange)
  requireWritable(container)
  const { message, address } = exchange
  const nowMs = context.clock.now()
  const metadata = metadataOfHeaders(message.headers)
  const contentType = readContentType(message) ?? 'application/octet-stream'
  const pending = { channelId: container.id, fileId: newFileId(nowMs), contentType, metadata }
  const endMs = (Math.floor(nowMs / 1000) + context.settings.urlExpiresInSeconds) * 1000
  const { url, expiresMs } = context.uploadUrls.create(pending, endMs, nowMs, address)
  return {
    file_id: pending.fileId,
    content_type: contentType,
    metadata: withSystem(metadata, container),
    uploaded_at: null,
    upload_url: url,
    url_expires_on: fileTime(expiresMs),
  }
}

/** Lists the files of a channel. */
export const listChannelFiles: Operation = async (context, exchange) => {
  const container = await findChannel(context, exchange)
  const query = readFilePageQuery(exchange.query, context.settings.filesPerPage)
  const all = await context.filesOf(container).inOrder(query.order, context.clock.now(), query.text)
  const { files, nextToken } = cutPage(all, query)
  return {
    files: files.map((file) => describeChannelFile(context, exchange, container, file)),
    next_page_token: nextToken,
  }
}

/** Gives what is known of a file, and a link to its bytes. */
export const getChannelFile: Operation = async (context, exchange) => {
  const container = await findChannel(context, exchange)
  const info = await statChannelFile(context, exchange, container)
  return describeChannelFile(context, exchange, container, toChannelFile(info))
}

/** Deletes a file for good. */
export const deleteChannelFile: Operation = async (context, exchange) => {
  const container = await findChannel(context, exchange)
  requireWritable(container)
  const file = context.file(container, readFileId(exchange))
  await context.locks.run(lockName(file), async () => {
    await statChannelFile(context, exchange, container)
    await file.delete({ signal: exchange.signal })
    await context.filesOf(container).remove(file.key)
  })
  return { message: `deleted file (${file.key})` }
}

/** Replaces the metadata that users set; the system's stays. */
export const putMetadata: Operation = async (context, exchange) => {
  const container = await findChannel(context, exchange)
  const body = await readJson(exchange)
  if (body === undefined) throw new AbejaError(400, 'the body is empty: send {} to clear the metadata')
  const metadata = metadataOfBody(body)
  const info = await changeFile(context, exchange, container, (before, form) => ({
    metadata: { ...toStored(metadata, form), ...reservedEntries(before) },
  }))
  return describeChannelFile(context, exchange, container, toChannelFile(info))
}

/** Sets or changes a lifetime. None can be taken away. */
export const putLifetime: Operation = async (context, exchange) => {
  const container = await findChannel(context, exchange)
  const lifetime = readLifetime(((await readJson(exchange)) ?? {})['lifetime'])
  const { key } = await changeFile(context, exchange, container, (before, form) => {
    const facts = { ...readFacts(before), lifetime }
    const { metadata, expiresAt } = toAttributes(facts, undefined, context, form)
    return { metadata: { ...before.metadata, ...metadata }, ...(expiresAt === undefined ? {} : { expiresAt }) }
  })
  return { channel_id: container.id, file_id: key, lifetime }
}

type FileChange = Pick<UpdateFileOptions, 'metadata' | 'expiresAt'>

async function changeFile(
  context: AbejaContext,
  exchange: Exchange,
  container: Container,
  decide: (before: FileInfo, form: MetadataForm) => FileChange,
): Promise<FileInfo> {
  requireWritable(container)
  const { signal } = exchange
  const file = context.file(container, readFileId(exchange))
  return context.locks.run(lockName(file), async () => {
    const before = await statChannelFile(context, exchange, container)
    const info = await inEitherForm((form) => file.update({ ...decide(before, form), signal }))
    await context.filesOf(container).put(toChannelFile(info))
    return info
  })
}

/** Looks at a file; one that somebody deleted by another way is taken off the list. */
async function statChannelFile(context: AbejaContext, exchange: Exchange, container: Container): Promise<FileInfo> {
  const fileId = readFileId(exchange)
  try {
    return await context.stat(container, fileId, exchange.signal)
  } catch (error) {
    if (!StorageError.is(error, 'not-found')) throw error
    await context.filesOf(container).remove(fileId)
    throw new AbejaError(404, `there is no file ${fileId}`)
  }
}

function readFileId({ names }: Exchange): string {
  const fileId = names['file'] ?? ''
  if (isFileId(fileId)) return fileId
  throw new AbejaError(404, `there is no file ${fileId}`)
}

function findChannel({ containers }: AbejaContext, { names }: Exchange): Promise<Container> {
  return containers.find('channel', names['container'] ?? '')
}

/** Reads the media type of a file that is the body. */
export function readContentType({ headers }: IncomingMessage): string | undefined {
  const type = headers['content-type']
  if (type === undefined || type === '' || /^[\x21-\x7e][\x20-\x7e]*$/.test(type)) return type || undefined
  throw new AbejaError(400, 'Content-Type is no media type')
}

/** Reads how long the body says it is. */
export function readLength({ headers }: IncomingMessage): number | undefined {
  const length = headers['content-length']
  return length === undefined ? undefined : Number(length)
}

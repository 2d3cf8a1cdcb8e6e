import type { FileEntry, FileInfo } from '@stowage/core'
import { StorageError } from '@stowage/core/driver'
import { messageChunks } from '../server/message-chunks.ts'
import { collectEntries, entryName, type ListingSource, type ListingStart } from '../s3/collect-entries.ts'
import { type AbejaContext, type Exchange, type Operation, requireWritable } from './abeja-context.ts'
import { invalidField } from './abeja-error.ts'
import type { Container } from './container.ts'
import { findContainer } from './container-operations.ts'
import { describeBucketFile, describeUpload } from './file-answer.ts'
import { readCount } from './file-page.ts'
import { FormUpload } from './form-upload.ts'
import { isExpired, readFacts } from './stored-file.ts'
import { writeFile } from './write-file.ts'

/** Uploads a file to its path, over what was there. */
export const uploadBucketFile: Operation = async (context, exchange) => {
  const { container } = await findContainer('bucket', context, exchange)
  requireWritable(container)
  const { message, signal } = exchange
  const upload = await FormUpload.open(messageChunks(message, signal), message.headers, {
    uploadedMs: context.clock.now(),
    sequence: context.nextSequence(),
  })
  try {
    const content = { body: upload.body(), sizeBytes: undefined, facts: () => upload.facts, signal }
    await writeFile(context, context.file(container, upload.path), content)
    return describeUpload(container, upload.path, upload.facts)
  } finally {
    await upload.close()
  }
}

/** Lists one directory: its files, and the directories in it. */
export const listBucketFiles: Operation = async (context, exchange) => {
  const { container } = await findContainer('bucket', context, exchange)
  const { query } = exchange
  if (query.has('q')) throw invalidField('q', 'is not supported by the emulator')
  const count = readCount('items_per_page', query.get('items_per_page') ?? String(context.settings.filesPerPage))
  const source = sourceOf(context, exchange, container, readDirectory(query.get('target_dir') ?? '/'))
  const after = trimSlashes(query.get('last_file_id') ?? query.get('start_after') ?? '')
  const entries = await collectLiving(context, container, source, after, count)
  const files = entries.map((entry) =>
    entry.kind === 'file'
      ? describeBucketFile(context, exchange, container, entry.file)
      : { file_id: `/${entry.prefix}`, is_file: false, metadata: {} },
  )
  const last = entries.at(-1)
  const lastId = last === undefined ? null : `/${entryName(last)}`
  return { files, last_file_id: lastId, next_start_after: lastId }
}

/** Gives what is known of a file, and a link to its bytes. */
export const getBucketFile: Operation = async (context, exchange) => {
  const { container } = await findContainer('bucket', context, exchange)
  const info = await context.stat(container, exchange.names['path'] ?? '', exchange.signal)
  return describeBucketFile(context, exchange, container, info)
}

function sourceOf(context: AbejaContext, { signal }: Exchange, { bucket }: Container, prefix: string): ListingSource {
  const view = { bucket, prefix, delimiter: '/' }
  return { bucket: context.storage.bucket(bucket), view, cursors: context.listings, signal }
}

/** Reads the directory of a listing: with or without slashes around it, it is the same. */
function readDirectory(text: string): string {
  const directory = trimSlashes(text).replace(/\/+$/, '')
  return directory === '' ? '' : `${directory}/`
}

function trimSlashes(text: string): string {
  return text.replace(/^\/+/, '')
}

/** Collects a page of what hasn't lived long enough: clients take an empty page for the end. */
async function collectLiving(
  context: AbejaContext,
  container: Container,
  source: ListingSource,
  after: string,
  count: number,
): Promise<FileEntry[]> {
  const living: FileEntry[] = []
  let start: ListingStart = after === '' ? { kind: 'start' } : { kind: 'after', name: after }
  for (;;) {
    const { entries, nextToken } = await collectEntries(source, start, count - living.length)
    living.push(...(await keepLiving(context, container, entries)))
    const last = entries.at(-1)
    if (nextToken !== undefined && last !== undefined)
      context.listings.remember(source.view, entryName(last), nextToken)
    if (nextToken === undefined || living.length >= count) return living
    start = { kind: 'token', token: nextToken }
  }
}

async function keepLiving(
  context: AbejaContext,
  container: Container,
  entries: readonly FileEntry[],
): Promise<FileEntry[]> {
  const living: FileEntry[] = []
  for (const entry of entries) {
    if (entry.kind === 'prefix') living.push(entry)
    else {
      const file = await complete(context, container, entry.file)
      if (file !== undefined && !isExpired(readFacts(file), context.clock.now())) living.push({ kind: 'file', file })
    }
  }
  return living
}

// Some storages list files without their metadata; those that were uploaded here always have some.
async function complete(
  { storage }: AbejaContext,
  { bucket }: Container,
  listed: FileInfo,
): Promise<FileInfo | undefined> {
  if (Object.keys(listed.metadata).length > 0) return listed
  try {
    return await storage.bucket(bucket).file(listed.key).stat()
  } catch (error) {
    if (StorageError.is(error, 'not-found')) return undefined
    throw error
  }
}

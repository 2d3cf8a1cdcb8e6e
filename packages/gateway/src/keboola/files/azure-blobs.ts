import { createHash, type Hash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FileInfo } from '@stowage/core'
import { StorageError } from '@stowage/core/driver'
import { messageChunks } from '../../server/message-chunks.ts'
import { etagOf } from '../../s3/object-etag.ts'
import { blockKey, joinBlocks, readBlockList, readListText } from './azure-blocks.ts'
import { AzureError } from './azure-error.ts'
import type { FileStore } from './file-store.ts'
import { type AnswerHeaders, sendBytes } from './send-bytes.ts'

/** One request for a blob while it is answered. */
export interface BlobExchange {
  readonly container: string
  readonly blob: string
  readonly query: URLSearchParams
  readonly message: IncomingMessage
  readonly response: ServerResponse
  /** Headers of every answer. */
  readonly common: AnswerHeaders
  readonly signal: AbortSignal
}

const keptHeaders = ['content-type', 'content-disposition', 'content-encoding', 'cache-control'] as const
const metadataPrefix = 'azure-'

/** Put Blob. */
export async function putBlob(store: FileStore, exchange: BlobExchange): Promise<void> {
  const { message, container, blob, signal } = exchange
  if (message.headers['x-ms-blob-type'] !== 'BlockBlob') throw new AzureError('InvalidHeaderValue')
  const sizeBytes = readLength(message)
  const body = checked(messageChunks(message, signal), message)
  await write(store, exchange, `${container}/${blob}`, body, sizeBytes)
}

/** Put Block. */
export async function putBlock(store: FileStore, { container, blob, query, ...exchange }: BlobExchange): Promise<void> {
  const { message, signal, response, common } = exchange
  const key = blockKey(container, blob, query.get('blockid'))
  const body = checked(messageChunks(message, signal), message)
  await store.object(key).upload(body, { sizeBytes: readLength(message), signal })
  sendEmpty(response, 201, common)
}

/** Put Block List: makes the blob of blocks, which then are gone. */
export async function putBlockList(store: FileStore, exchange: BlobExchange): Promise<void> {
  const { container, blob, message, signal } = exchange
  const ids = readBlockList(await readListText(messageChunks(message, signal)))
  const keys = ids.map((id) => blockKey(container, blob, id))
  const sizes = new Map<string, number>()
  for (const key of new Set(keys)) sizes.set(key, await sizeOfBlock(store, key))
  const sizeBytes = keys.reduce((sum, key) => sum + (sizes.get(key) ?? 0), 0)
  await write(store, exchange, `${container}/${blob}`, joinBlocks(store, keys, signal), sizeBytes, () =>
    Promise.all([...sizes.keys()].map((key) => store.object(key).delete())),
  )
}

async function sizeOfBlock(store: FileStore, key: string): Promise<number> {
  try {
    return (await store.object(key).stat()).sizeBytes
  } catch (error) {
    throw StorageError.is(error, 'not-found') ? new AzureError('InvalidBlockList') : error
  }
}

async function write(
  store: FileStore,
  { message, response, common, signal }: BlobExchange,
  key: string,
  body: AsyncIterable<Uint8Array>,
  sizeBytes: number,
  after?: () => Promise<unknown>,
): Promise<void> {
  const object = store.object(key)
  const isNew = message.headers['if-none-match'] === '*'
  if (isNew && (await object.exists({ signal }))) throw new AzureError('BlobAlreadyExists')
  const onlyNew = isNew && store.createsOnly ? { overwrite: false } : {}
  const { file } = await object.upload(body, { sizeBytes, metadata: attributesOf(message), signal, ...onlyNew })
  await after?.()
  sendEmpty(response, 201, { ...common, ...versionHeaders(file), 'x-ms-request-server-encrypted': 'true' })
}

function attributesOf({ headers }: IncomingMessage): Record<string, string> {
  const attributes: Record<string, string> = {}
  for (const name of keptHeaders) {
    const value = headers[`x-ms-blob-${name}`] ?? (name === 'content-type' ? headers[name] : undefined)
    if (typeof value === 'string' && value !== '') attributes[metadataPrefix + name] = value
  }
  return attributes
}

/** Get Blob and Get Blob Properties: all of it, or a range. */
export async function getBlob(store: FileStore, exchange: BlobExchange): Promise<void> {
  const { container, blob, message, response, signal } = exchange
  const object = store.object(`${container}/${blob}`)
  const info = await object.stat({ signal })
  checkConditions(message, info)
  const range = readRange(message, info.sizeBytes)
  const { start, end } = range ?? { start: 0, end: info.sizeBytes }
  const headers = {
    ...exchange.common,
    ...versionHeaders(info),
    ...blobHeaders(exchange, info),
    'Content-Length': String(end - start),
    ...(range === undefined ? {} : { 'Content-Range': `bytes ${start}-${end - 1}/${info.sizeBytes}` }),
  }
  const status = range === undefined ? 200 : 206
  if (message.method === 'HEAD' || start === end) return void response.writeHead(status, headers).end()
  const version = info.etag === undefined ? {} : { ifEtag: info.etag }
  const body = object.stream({ ...(range === undefined ? {} : { range: { start, end } }), ...version, signal })
  await sendBytes(response, status, headers, body, signal)
}

function blobHeaders({ query }: BlobExchange, { metadata }: FileInfo): Record<string, string> {
  const headers: Record<string, string> = {
    'Content-Type': 'application/octet-stream',
    'Accept-Ranges': 'bytes',
    'x-ms-blob-type': 'BlockBlob',
    'x-ms-server-encrypted': 'true',
    'x-ms-lease-status': 'unlocked',
    'x-ms-lease-state': 'available',
  }
  for (const [name, value] of Object.entries(metadata)) {
    if (name.startsWith(metadataPrefix)) headers[titleCase(name.slice(metadataPrefix.length))] = value
  }
  const disposition = query.get('rscd')
  if (disposition !== null) headers['Content-Disposition'] = disposition
  return headers
}

function titleCase(name: string): string {
  return name.replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase())
}

function versionHeaders(info: FileInfo): Record<string, string> {
  const modified = (info.modifiedAt ?? new Date(0)).toUTCString()
  return { ETag: quotedEtag(info), 'Last-Modified': modified }
}

function quotedEtag(info: FileInfo): string {
  return `"0x${etagOf(info).slice(0, 16).toUpperCase()}"`
}

function checkConditions({ headers }: IncomingMessage, info: FileInfo): void {
  const etag = quotedEtag(info)
  const ifMatch = headers['if-match']
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etag) throw new AzureError('ConditionNotMet')
}

/** Reads which bytes are wanted: the header of Azure's own counts more. `end` is exclusive. */
function readRange(message: IncomingMessage, sizeBytes: number): { start: number; end: number } | undefined {
  const header = message.headers['x-ms-range'] ?? message.headers.range
  if (message.method === 'HEAD' || typeof header !== 'string') return undefined
  const [, first, last = ''] = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(header.trim()) ?? []
  if (first === undefined) return undefined
  const start = Number(first)
  const end = last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes)
  if (start >= end) throw new AzureError('InvalidRange', { 'Content-Range': `bytes */${sizeBytes}` })
  return { start, end }
}

function readLength({ headers }: IncomingMessage): number {
  const length = headers['content-length']
  if (length === undefined) throw new AzureError('MissingContentLengthHeader')
  return Number(length)
}

/** Checks bytes against the MD5 that was announced, if one was. */
async function* checked(
  body: AsyncIterable<Buffer>,
  { headers }: IncomingMessage,
): AsyncGenerator<Uint8Array, void, undefined> {
  const expected = headers['content-md5']
  const hash: Hash | undefined = typeof expected === 'string' ? createHash('md5') : undefined
  for await (const chunk of body) {
    hash?.update(chunk)
    yield chunk
  }
  if (hash !== undefined && hash.digest('base64') !== expected) throw new AzureError('Md5Mismatch')
}

function sendEmpty(response: ServerResponse, status: number, headers: AnswerHeaders): void {
  response.writeHead(status, { 'Content-Length': '0', ...headers }).end()
}

/**
 * The server all sides talk to, in a process of its own: as much of ABEJA's API as they use, without credentials, so that it isn't what is
 * measured. Of contents only the length is kept. It ends with its input.
 */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendBytes, serve } from '../harness/serve.ts'

interface StoredFile {
  readonly fileId: string
  readonly sizeBytes: number
  readonly contentType: string
  metadata: Record<string, string>
}

const time = '2026-11-21T12:00:00+00:00'
const pageSize = 1000
const files = new Map<string, StoredFile>()
const byName = new Map<string, StoredFile[]>()

function metadataOf({ headers }: IncomingMessage): Record<string, string> {
  const found = Object.entries(headers).filter(([name]) => name.startsWith('x-abeja-meta-'))
  return Object.fromEntries(found) as Record<string, string>
}

function keep(file: StoredFile): StoredFile {
  files.set(file.fileId, file)
  const name = decodeURIComponent(file.metadata['x-abeja-meta-filename'] ?? '')
  byName.set(name, [...(byName.get(name) ?? []), file])
  return file
}

function describe({ fileId, sizeBytes, contentType, metadata }: StoredFile, host: string): object {
  const url = `http://${host}/signed/${encodeURIComponent(fileId)}`
  const link = { url_expires_on: '2099-01-01T00:00:00+00:00', download_uri: url, download_url: url }
  const facts = { file_id: fileId, content_type: contentType, metadata, lifetime: null, uploaded_at: time, ...link }
  return { ...facts, is_file: true, size: sizeBytes, etag: '"stub-1"', last_modified: time }
}

function answer(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

function answerMissing(response: ServerResponse): void {
  answer(response, 404, { error: 'not_found', error_description: 'there is nothing' })
}

function uploadToChannel(request: IncomingMessage, response: ServerResponse): void {
  let sizeBytes = 0
  request
    .on('data', (chunk: Buffer) => (sizeBytes += chunk.byteLength))
    .on('end', () => {
      const fileId = `20261121T120000-${randomUUID()}`
      const contentType = request.headers['content-type'] ?? ''
      const file = keep({ fileId, sizeBytes, contentType, metadata: metadataOf(request) })
      answer(response, 200, describe(file, request.headers.host ?? ''))
    })
}

/** Of a form only its ends are looked at: the path of the file, and where its bytes begin and end. */
function uploadToBucket(request: IncomingMessage, response: ServerResponse): void {
  let head = ''
  let tail = ''
  let sizeBytes = 0
  request
    .on('data', (chunk: Buffer) => {
      sizeBytes += chunk.byteLength
      if (!head.includes('\r\n\r\n')) head += chunk.toString('latin1', 0, 4096)
      tail = (tail + chunk.toString('latin1', Math.max(0, chunk.byteLength - 4096))).slice(-4096)
    })
    .on('end', () => {
      const [, boundary = ''] = /boundary=(.*)$/.exec(request.headers['content-type'] ?? '') ?? []
      const [, fileId = ''] = /filename="([^"]*)"/.exec(head) ?? []
      const start = head.indexOf('\r\n\r\n') + 4
      const end = sizeBytes - (tail.length - tail.indexOf(`\r\n--${boundary}`))
      const file = keep({ fileId, sizeBytes: end - start, contentType: '', metadata: metadataOf(request) })
      answer(response, 200, describe(file, request.headers.host ?? ''))
    })
}

function putMetadata(request: IncomingMessage, response: ServerResponse, file: StoredFile): void {
  const chunks: Buffer[] = []
  request
    .on('data', (chunk: Buffer) => chunks.push(chunk))
    .on('end', () => {
      file.metadata = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, string>
      answer(response, 200, describe(file, request.headers.host ?? ''))
    })
}

function list(response: ServerResponse, query: URLSearchParams, host: string): void {
  const name = query.get('q')?.replace('x-abeja-meta-filename:', '')
  const start = Number(query.get('next_page_token') ?? 0)
  const found = name === undefined ? [...files.values()] : (byName.get(name) ?? [])
  const page = found.slice(start, start + pageSize).map((file) => describe(file, host))
  answer(response, 200, {
    files: page,
    next_page_token: start + page.length < found.length ? String(start + page.length) : null,
  })
}

function answerFile(request: IncomingMessage, response: ServerResponse, place: readonly string[], path: string): void {
  const isMetadata = place[3] === 'metadata'
  const file = files.get(place[0] === 'organizations' ? (path.split('/files/')[1] ?? '') : (place[2] ?? ''))
  if (file === undefined) return answerMissing(response)
  if (isMetadata) return putMetadata(request, response, file)
  if (request.method === 'DELETE') files.delete(file.fileId)
  answer(response, 200, describe(file, request.headers.host ?? ''))
}

function sendSigned(request: IncomingMessage, response: ServerResponse, fileId: string): void {
  const file = files.get(fileId)
  if (file === undefined) return answerMissing(response)
  response.writeHead(200, { 'content-length': file.sizeBytes, etag: '"stub-1"' })
  sendBytes(response, file.sizeBytes)
}

serve((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const place = pathname.slice(1).split('/').map(decodeURIComponent)
  if (place[0] === 'signed') return sendSigned(request, response, place[1] ?? '')
  if (request.method === 'POST')
    return place[0] === 'channels' ? uploadToChannel(request, response) : uploadToBucket(request, response)
  if (place[0] === 'channels' && place.length === 2) return list(response, searchParams, request.headers.host ?? '')
  return answerFile(request, response, place, decodeURIComponent(pathname))
})

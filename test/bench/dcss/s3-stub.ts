/**
 * The server both sides talk to, in a process of its own: as much of S3 as they use, without signatures and checksums, so that it
 * isn't what is measured. Objects of up to 1 MiB are kept, of others only the length. It ends with its input.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendBytes, serve } from '../harness/serve.ts'

const mebibyte = 1024 * 1024
// Not the form of an MD5: nobody is to compare it.
const etag = '"stub-1"'

interface StoredObject {
  readonly sizeBytes: number
  /** Undefined for those too large to keep. */
  readonly bytes: Buffer | undefined
  readonly metadata: Readonly<Record<string, string>>
}

const objects = new Map<string, StoredObject>()
const uploads = new Map<string, number>()

function receive(request: IncomingMessage, done: (sizeBytes: number, bytes: Buffer | undefined) => void): void {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  request
    .on('data', (chunk: Buffer) => {
      sizeBytes += chunk.byteLength
      if (sizeBytes <= mebibyte) chunks.push(chunk)
      else chunks.length = 0
    })
    .on('end', () => done(sizeBytes, sizeBytes <= mebibyte ? Buffer.concat(chunks) : undefined))
}

function metadataOf({ headers }: IncomingMessage): Record<string, string> {
  const found = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'))
  return Object.fromEntries(found) as Record<string, string>
}

function answerRead(response: ServerResponse, path: string, isHead: boolean): void {
  const object = objects.get(path)
  if (object === undefined) {
    const document = '<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>not here</Message></Error>'
    response.writeHead(404, { 'content-type': 'application/xml', 'content-length': document.length })
    return void response.end(isHead ? undefined : document)
  }
  response.writeHead(200, {
    'content-length': object.sizeBytes,
    'last-modified': 'Sat, 21 Nov 2026 12:00:00 GMT',
    etag,
    ...object.metadata,
  })
  if (isHead) response.end()
  else if (object.bytes !== undefined) response.end(object.bytes)
  else sendBytes(response, object.sizeBytes)
}

/** The objects of one folder, as the adapter lists it before it writes many there. */
function answerListing(response: ServerResponse, bucketPath: string, prefix: string): void {
  const start = `${bucketPath}/${prefix}`
  const inFolder = ([path]: [string, StoredObject]): boolean =>
    path.startsWith(start) && !path.includes('/', start.length)
  const found = [...objects].filter(inFolder).slice(0, 1000)
  const contents = found.map(([path, { sizeBytes }]) => {
    const key = path.slice(bucketPath.length + 1)
    return `<Contents><Key>${key}</Key><Size>${sizeBytes}</Size><ETag>${etag}</ETag><LastModified>2026-11-21T12:00:00.000Z</LastModified></Contents>`
  })
  const facts = `<Prefix>${prefix}</Prefix><Delimiter>/</Delimiter><KeyCount>${found.length}</KeyCount><IsTruncated>${found.length === 1000}</IsTruncated>`
  response.writeHead(200, { 'content-type': 'application/xml' })
  response.end(`<?xml version="1.0"?><ListBucketResult>${facts}${contents.join('')}</ListBucketResult>`)
}

/** Multipart uploads as lib-storage does them: of these only the length is kept. */
function answerPost(request: IncomingMessage, response: ServerResponse, path: string, query: URLSearchParams): void {
  receive(request, () => {
    const id = query.get('uploadId')
    response.writeHead(200, { 'content-type': 'application/xml' })
    if (id === null)
      return response.end('<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>')
    objects.set(path, { sizeBytes: uploads.get(path) ?? 0, bytes: undefined, metadata: {} })
    return response.end(`<CompleteMultipartUploadResult><ETag>${etag}</ETag></CompleteMultipartUploadResult>`)
  })
}

function answerPut(request: IncomingMessage, response: ServerResponse, path: string, isPart: boolean): void {
  receive(request, (sizeBytes, bytes) => {
    if (isPart) uploads.set(path, (uploads.get(path) ?? 0) + sizeBytes)
    else objects.set(path, { sizeBytes, bytes, metadata: metadataOf(request) })
    response.writeHead(200, { etag, 'content-length': 0 })
    response.end()
  })
}

serve((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  switch (request.method) {
    case 'PUT':
      return answerPut(request, response, pathname, searchParams.has('partNumber'))
    case 'POST':
      return answerPost(request, response, pathname, searchParams)
    case 'DELETE':
      objects.delete(pathname)
      return response.writeHead(204).end()
    default:
      if (searchParams.has('list-type'))
        return answerListing(response, pathname.replace(/\/$/, ''), searchParams.get('prefix') ?? '')
      return answerRead(response, pathname, request.method === 'HEAD')
  }
})

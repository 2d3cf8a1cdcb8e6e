import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { crc32 } from 'node:zlib'
import type { ByteRange, FileInfo, SignedUrl } from '@stowage/core'
import type { CallContext, FileDriver, SignUrlRequest } from '@stowage/core/driver'
import { ReceiptRecorder } from '@stowage/core/driver'
import { invalidArgument, StorageError, type StorageErrorCode } from '@stowage/core/driver'
import type { Engine } from './engine/engine.ts'
import { filesClosed } from './file-errors.ts'
import { readSignedQuery, signedQuery, type SignedAccess } from './signed-url.ts'

const statusByCode: Partial<Record<StorageErrorCode, number>> = {
  'not-found': 404,
  'permission-denied': 403,
  'invalid-argument': 400,
  conflict: 412,
  'quota-exceeded': 507,
  unavailable: 503,
  closed: 503,
}

/** Serves signed URLs on the loopback interface, from the first one that is signed until it is closed. */
export class SignedUrlServer {
  readonly #engine: Engine
  readonly #files: FileDriver
  #started: Promise<{ readonly server: Server; readonly secret: Uint8Array; readonly origin: string }> | undefined
  #isClosed = false

  constructor(engine: Engine, files: FileDriver) {
    this.#engine = engine
    this.#files = files
  }

  /** Signs a URL, and starts serving with the first one. */
  async sign({ bucket, key, method, expiresInMs }: SignUrlRequest): Promise<SignedUrl> {
    const expiresAt = new Date(Date.now() + expiresInMs)
    if (!(expiresInMs > 0) || Number.isNaN(expiresAt.getTime())) {
      throw invalidArgument(`A signed URL can't work for ${expiresInMs} ms: give a positive number of milliseconds`)
    }
    this.#started ??= this.#start()
    const { origin, secret } = await this.#started
    const query = signedQuery({ bucket, key, method, expiresAt: expiresAt.getTime() }, secret)
    return { url: `${origin}/file?${query}`, method, headers: {}, expiresAt }
  }

  /** Stops serving; requests under way are cut off. Calling it again does nothing. */
  async close(): Promise<void> {
    this.#isClosed = true
    const started = await this.#started?.catch(() => undefined)
    if (started === undefined) return
    const closed = new Promise((resolve) => started.server.close(resolve))
    started.server.closeAllConnections()
    await closed
  }

  async #start(): Promise<{ readonly server: Server; readonly secret: Uint8Array; readonly origin: string }> {
    // Most programs never sign a URL, and Node takes some time for its HTTP.
    const { createServer } = await import('node:http')
    const secret = await this.#engine.call('fileSecret', {})
    const server = createServer((request, response) => void this.#answer(request, response, secret))
    // A large upload may take longer than the five minutes Node allows.
    server.requestTimeout = 0
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(0, '127.0.0.1', resolve)
    })
    if (this.#isClosed) {
      server.close()
      throw filesClosed()
    }
    // A forgotten `close` must not keep the program from ending.
    server.unref()
    return { server, secret, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
  }

  async #answer(request: IncomingMessage, response: ServerResponse, secret: Uint8Array): Promise<void> {
    const ended = new AbortController()
    response.once('close', () => ended.abort())
    const call = { signal: ended.signal, receipt: new ReceiptRecorder() }
    try {
      const access = checkAccess(request, secret)
      if (access.method === 'PUT') await this.#put(access, request, response, call)
      else await this.#get(access, request, response, call)
    } catch (error) {
      fail(response, error)
    }
  }

  async #put(
    access: SignedAccess,
    request: IncomingMessage,
    response: ServerResponse,
    call: CallContext,
  ): Promise<void> {
    const { bucket, key } = access
    const length = request.headers['content-length']
    const body = checkedBody(request)
    const file = await this.#files.write(
      {
        bucket,
        key,
        source: {
          sizeBytes: length === undefined ? undefined : Number(length),
          isReopenable: false,
          bytes: undefined,
          open: () => body.chunks,
        },
        attributes: { contentType: request.headers['content-type'], metadata: {}, tags: [], expiresAt: undefined },
        condition: { kind: 'replace' },
        crc32: body.crc32,
        onPart: () => undefined,
      },
      call,
    )
    response.writeHead(200, { etag: `"${file.etag}"`, 'content-length': 0 }).end()
  }

  async #get(
    access: SignedAccess,
    request: IncomingMessage,
    response: ServerResponse,
    call: CallContext,
  ): Promise<void> {
    const { bucket, key } = access
    const info = await this.#files.stat({ bucket, key }, call)
    const range = rangeOf(request, info)
    if (range === 'unsatisfiable') {
      response.writeHead(416, { 'content-range': `bytes */${info.sizeBytes}`, 'content-length': 0 }).end()
      return
    }
    if (request.method === 'HEAD') {
      response.writeHead(200, { ...headersOf(info), 'content-length': info.sizeBytes }).end()
      return
    }
    const content = await this.#files.read({ bucket, key, range, ifEtag: range && info.etag }, call)
    const headers = { ...headersOf(content.file), 'content-length': content.sizeBytes }
    if (range === undefined) response.writeHead(200, headers)
    else {
      const last = range.start + content.sizeBytes - 1
      response.writeHead(206, { ...headers, 'content-range': `bytes ${range.start}-${last}/${info.sizeBytes}` })
    }
    await pipeline(content.body, response)
  }
}

function checkAccess(request: IncomingMessage, secret: Uint8Array): SignedAccess {
  const url = new URL(request.url ?? '', 'http://127.0.0.1')
  const access = url.pathname === '/file' ? readSignedQuery(url.searchParams, secret) : undefined
  if (access === undefined) throw denied('The signature does not fit the URL')
  const method = request.method === 'HEAD' ? 'GET' : request.method
  if (access.method !== method) throw denied(`The URL is good for ${access.method} only`)
  if (access.expiresAt <= Date.now()) throw denied('The URL has expired')
  return access
}

function denied(message: string): StorageError {
  return new StorageError({ code: 'permission-denied', message })
}

function headersOf(file: FileInfo): Record<string, string> {
  return {
    'content-type': file.contentType ?? 'application/octet-stream',
    etag: `"${file.etag}"`,
    'last-modified': (file.modifiedAt ?? new Date(0)).toUTCString(),
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
    // The content is anybody's: a browser must not take it for a page of this origin.
    'x-content-type-options': 'nosniff',
    'content-security-policy': 'sandbox',
  }
}

/** Reads the one range that HTTP can ask for in a way worth serving; anything else means the whole file. */
function rangeOf(request: IncomingMessage, { sizeBytes, etag }: FileInfo): ByteRange | undefined | 'unsatisfiable' {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '') ?? []
  const ifRange = request.headers['if-range']
  if (first === undefined || last === undefined || first + last === '') return undefined
  if (ifRange !== undefined && ifRange !== `"${etag}"`) return undefined
  const isSuffix = first === ''
  const start = isSuffix ? Math.max(0, sizeBytes - Number(last)) : Number(first)
  const end = isSuffix || last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes)
  if (!isSuffix && last !== '' && Number(last) < start) return undefined
  return start >= sizeBytes || start >= end ? 'unsatisfiable' : { start, end }
}

function checkedBody(request: IncomingMessage): { chunks: AsyncIterable<Uint8Array>; crc32: () => string } {
  let value = 0
  async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of request as AsyncIterable<Uint8Array>) {
      value = crc32(chunk, value)
      yield chunk
    }
  }
  return { chunks: chunks(), crc32: () => value.toString(16).padStart(8, '0') }
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const known = StorageError.is(error) ? error : undefined
  const status = (known && statusByCode[known.code]) ?? 500
  // What went wrong inside is nobody's business outside.
  const text = status === 500 ? 'The file could not be served' : (known?.message ?? '')
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(`${text}\n`)
}

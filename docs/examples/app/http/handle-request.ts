import type { ReadableStream } from 'node:stream/web'
import type { Photo } from '../catalogue.ts'
import type { Gallery } from '../gallery.ts'
import { readRange } from './byte-range.ts'
import { answerFailure, Refusal } from './refusal.ts'

type Handler = (gallery: Gallery, request: Request, name: string) => Promise<Response>

const routes: readonly [method: string, path: RegExp, handler: Handler][] = [
  ['GET', /^\/health$/, checkHealth],
  ['GET', /^\/photos$/, listPhotos],
  ['PUT', /^\/photos\/([^/]+)$/, putPhoto],
  ['GET', /^\/photos\/([^/]+)$/, getPhoto],
  ['DELETE', /^\/photos\/([^/]+)$/, deletePhoto],
]

const imageTypes: ReadonlySet<string> = new Set(['image/avif', 'image/gif', 'image/jpeg', 'image/png', 'image/webp'])
const maxImageBytes = 32 * 1024 * 1024

/** Answers a request to the gallery; a failure is an answer as well. */
export async function handleRequest(gallery: Gallery, request: Request): Promise<Response> {
  try {
    const { pathname } = new URL(request.url)
    for (const [method, path, handler] of routes) {
      const match = method === request.method ? path.exec(pathname) : null
      if (match !== null) return await handler(gallery, request, checkName(match[1]))
    }
    throw new Refusal(404, 'there is no such thing here')
  } catch (error) {
    return answerFailure(error)
  }
}

async function checkHealth(gallery: Gallery): Promise<Response> {
  await gallery.ping()
  return Response.json({ healthy: true })
}

async function listPhotos(gallery: Gallery, request: Request): Promise<Response> {
  const query = new URL(request.url).searchParams
  const album = query.get('album') ?? undefined
  const minBytes = readCount(query, 'minBytes')
  const limit = Math.min(readCount(query, 'limit') ?? 50, 500)
  return Response.json((await gallery.list({ album, minBytes, limit })).map(shown))
}

async function putPhoto(gallery: Gallery, request: Request, name: string): Promise<Response> {
  const contentType = request.headers.get('content-type') ?? ''
  if (!imageTypes.has(contentType)) throw new Refusal(415, `photos are ${[...imageTypes].join(', ')}`)
  const sizeBytes = Number(request.headers.get('content-length') ?? Number.NaN)
  if (Number.isNaN(sizeBytes) || request.body === null) throw new Refusal(411, 'say the length of the photo')
  if (sizeBytes > maxImageBytes) throw new Refusal(413, `photos have ${maxImageBytes} bytes at most`)
  const album = new URL(request.url).searchParams.get('album') ?? 'unsorted'
  const bytes = request.body as ReadableStream<Uint8Array>
  return Response.json(shown(await gallery.put({ name, album, contentType, sizeBytes, bytes })), { status: 201 })
}

async function getPhoto(gallery: Gallery, request: Request, name: string): Promise<Response> {
  const photo = await gallery.get(name)
  if (photo === undefined) throw new Refusal(404, `there is no photo ${name}`)
  const { sizeBytes, sha256, contentType } = photo
  const etag = `"${sha256}"`
  if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers: { etag } })
  const range = readRange(request.headers.get('range'), sizeBytes)
  if (range === 'unsatisfiable') {
    return new Response(null, { status: 416, headers: { 'content-range': `bytes */${sizeBytes}` } })
  }
  const { start, end } = range ?? { start: 0, end: sizeBytes }
  const headers = new Headers({
    'accept-ranges': 'bytes',
    'content-length': `${end - start}`,
    'content-type': contentType,
    etag,
    'x-content-type-options': 'nosniff',
  })
  if (range !== undefined) headers.set('content-range', `bytes ${start}-${end - 1}/${sizeBytes}`)
  const body = globalThis.ReadableStream.from(gallery.read(photo, range))
  return new Response(body, { status: range === undefined ? 200 : 206, headers })
}

async function deletePhoto(gallery: Gallery, _request: Request, name: string): Promise<Response> {
  if (!(await gallery.remove(name))) throw new Refusal(404, `there is no photo ${name}`)
  return new Response(null, { status: 204 })
}

/** What callers see of a photo: where its image is kept is our business. */
function shown({ image: _image, ...photo }: Photo): Omit<Photo, 'image'> {
  return photo
}

function checkName(name = ''): string {
  if (/^(?:[a-z0-9][\w.-]{0,99})?$/i.test(name)) return name
  throw new Refusal(400, 'names are 1 to 100 letters, digits, "_", "-" and ".", with a letter or digit first')
}

function readCount(query: URLSearchParams, key: string): number | undefined {
  const text = query.get(key)
  if (text === null) return undefined
  if (!/^\d{1,15}$/.test(text)) throw new Refusal(400, `${key} is a whole number`)
  return Number(text)
}

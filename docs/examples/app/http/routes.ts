import { type Context, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ReadableStream } from 'node:stream/web'
import type { Photo } from '../catalogue.ts'
import type { Gallery } from '../gallery.ts'
import { answerFailure } from './answer-failure.ts'
import { readRange } from './byte-range.ts'

const imageTypes: ReadonlySet<string> = new Set(['image/avif', 'image/gif', 'image/jpeg', 'image/png', 'image/webp'])
const maxImageBytes = 32 * 1024 * 1024

/** Makes the routes of the gallery; a failure is an answer as well. */
export function createRoutes(gallery: Gallery): Hono {
  return new Hono()
    .get('/health', (context) => checkHealth(gallery, context))
    .get('/photos', (context) => listPhotos(gallery, context))
    .put('/photos/:name', (context) => putPhoto(gallery, context, checkName(context.req.param('name'))))
    .get('/photos/:name', (context) => getPhoto(gallery, context, checkName(context.req.param('name'))))
    .delete('/photos/:name', (context) => deletePhoto(gallery, context, checkName(context.req.param('name'))))
    .notFound((context) => context.json({ error: 'there is no such thing here' }, 404))
    .onError(answerFailure)
}

async function checkHealth(gallery: Gallery, context: Context): Promise<Response> {
  await gallery.ping()
  return context.json({ healthy: true })
}

async function listPhotos(gallery: Gallery, context: Context): Promise<Response> {
  const album = context.req.query('album')
  const minBytes = readCount(context, 'minBytes')
  const limit = Math.min(readCount(context, 'limit') ?? 50, 500)
  return context.json((await gallery.list({ album, minBytes, limit })).map(shown))
}

async function putPhoto(gallery: Gallery, context: Context, name: string): Promise<Response> {
  const contentType = context.req.header('content-type') ?? ''
  if (!imageTypes.has(contentType)) throw refusal(415, `photos are ${[...imageTypes].join(', ')}`)
  const sizeBytes = Number(context.req.header('content-length') ?? Number.NaN)
  if (Number.isNaN(sizeBytes)) throw refusal(411, 'say the length of the photo')
  if (sizeBytes > maxImageBytes) throw refusal(413, `photos have ${maxImageBytes} bytes at most`)
  const album = context.req.query('album') ?? 'unsorted'
  // Not any earlier: whoever looks at it reads it.
  const bytes = context.req.raw.body as ReadableStream<Uint8Array>
  return context.json(shown(await gallery.put({ name, album, contentType, sizeBytes, bytes })), 201)
}

async function getPhoto(gallery: Gallery, context: Context, name: string): Promise<Response> {
  const photo = await gallery.get(name)
  if (photo === undefined) throw refusal(404, `there is no photo ${name}`)
  const { sizeBytes, sha256, contentType } = photo
  const etag = `"${sha256}"`
  if (context.req.header('if-none-match') === etag) return context.body(null, 304, { etag })
  const range = readRange(context.req.header('range'), sizeBytes)
  if (range === 'unsatisfiable') return context.body(null, 416, { 'content-range': `bytes */${sizeBytes}` })
  const { start, end } = range ?? { start: 0, end: sizeBytes }
  const headers = {
    'accept-ranges': 'bytes',
    'content-length': `${end - start}`,
    'content-type': contentType,
    etag,
    'x-content-type-options': 'nosniff',
    ...(range !== undefined && { 'content-range': `bytes ${start}-${end - 1}/${sizeBytes}` }),
  }
  // A storage that fails from here on breaks the answer off, and the server logs why.
  const body = globalThis.ReadableStream.from(gallery.read(photo, range))
  return context.body(body, range === undefined ? 200 : 206, headers)
}

async function deletePhoto(gallery: Gallery, context: Context, name: string): Promise<Response> {
  if (!(await gallery.remove(name))) throw refusal(404, `there is no photo ${name}`)
  return context.body(null, 204)
}

/** What callers see of a photo: where its image is kept is our business. */
function shown({ image: _image, ...photo }: Photo): Omit<Photo, 'image'> {
  return photo
}

function checkName(name: string): string {
  if (/^[a-z0-9][\w.-]{0,99}$/i.test(name)) return name
  throw refusal(400, 'names are 1 to 100 letters, digits, "_", "-" and ".", with a letter or digit first')
}

function readCount(context: Context, key: string): number | undefined {
  const text = context.req.query(key)
  if (text === undefined) return undefined
  if (!/^\d{1,15}$/.test(text)) throw refusal(400, `${key} is a whole number`)
  return Number(text)
}

function refusal(status: 400 | 404 | 411 | 413 | 415, message: string): HTTPException {
  return new HTTPException(status, { message })
}

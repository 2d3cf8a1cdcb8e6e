import { createHash } from 'node:crypto'
import { expect } from 'vitest'

const dog = Buffer.alloc(300_000, 'dog')
const cat = Buffer.alloc(200_000, 'cat')
const kitten = Buffer.alloc(1000, 'kitten')

/** Uses the whole of a gallery that is empty: its answers are the same wherever its data is. */
export async function visit(url: string): Promise<void> {
  expect(await ask(url, '/health')).toEqual({ status: 200, json: { healthy: true } })
  expect(await ask(url, '/photos')).toEqual({ status: 200, json: [] })
  await putPhotos(url)
  await listPhotos(url)
  await getPhoto(url)
  await replaceAndDelete(url)
}

async function putPhotos(url: string): Promise<void> {
  const stored = { status: 201, json: facts('dog.png', 'pets', 'image/png', dog) }
  expect(await put(url, '/photos/dog.png?album=pets', 'image/png', dog)).toEqual(stored)
  expect((await put(url, '/photos/cat.png?album=pets', 'image/png', cat)).status).toBe(201)
  expect(await put(url, '/photos/sky.webp', 'image/webp', cat)).toMatchObject({ json: { album: 'unsorted' } })
  expect((await put(url, '/photos/page.html', 'text/html', Buffer.from('<script>'))).status).toBe(415)
  expect((await put(url, '/photos/..%2f..%2fetc', 'image/png', dog)).status).toBe(400)
}

async function listPhotos(url: string): Promise<void> {
  const pets = [facts('dog.png', 'pets', 'image/png', dog), facts('cat.png', 'pets', 'image/png', cat)]
  expect(await ask(url, '/photos?album=pets')).toEqual({ status: 200, json: pets })
  expect((await ask(url, '/photos')).json).toEqual([...pets, facts('sky.webp', 'unsorted', 'image/webp', cat)])
  expect((await ask(url, '/photos?minBytes=200001')).json).toEqual(pets.slice(0, 1))
  expect((await ask(url, '/photos?limit=1')).json).toEqual(pets.slice(0, 1))
  expect((await ask(url, '/photos?limit=many')).status).toBe(400)
}

async function getPhoto(url: string): Promise<void> {
  const path = '/photos/dog.png'
  const etag = `"${digest(dog)}"`
  const whole = { status: 200, type: 'image/png', etag }
  expect(await ask(url, path)).toEqual({ ...whole, length: '300000', digest: digest(dog) })
  expect(await ask(url, path, { range: 'bytes=1000-1999' })).toEqual({
    ...whole,
    status: 206,
    length: '1000',
    range: 'bytes 1000-1999/300000',
    digest: digest(dog.subarray(1000, 2000)),
  })
  expect(await ask(url, path, { range: 'bytes=-7' })).toMatchObject({ digest: digest(dog.subarray(-7)) })
  expect(await ask(url, path, { range: 'bytes=300000-' })).toMatchObject({ status: 416, range: 'bytes */300000' })
  expect(await ask(url, path, { 'if-none-match': etag })).toMatchObject({ status: 304, etag })
}

async function replaceAndDelete(url: string): Promise<void> {
  expect((await put(url, '/photos/cat.png?album=pets', 'image/png', kitten)).status).toBe(201)
  expect(await ask(url, '/photos/cat.png')).toMatchObject({ length: '1000', digest: digest(kitten) })
  expect((await ask(url, '/photos/dog.png', {}, { method: 'DELETE' })).status).toBe(204)
  const isGone = { status: 404, json: { error: 'there is no photo dog.png' } }
  expect(await ask(url, '/photos/dog.png', {}, { method: 'DELETE' })).toEqual(isGone)
  expect(await ask(url, '/photos/dog.png')).toEqual(isGone)
  const left = [facts('sky.webp', 'unsorted', 'image/webp', cat), facts('cat.png', 'pets', 'image/png', kitten)]
  expect((await ask(url, '/photos')).json).toEqual(left)
}

/** What the gallery tells of a photo. */
function facts(name: string, album: string, contentType: string, bytes: Buffer): Record<string, unknown> {
  const storedAt: unknown = expect.stringMatching(/^2\d{3}-\d\d-\d\dT[\d:.]{12}Z$/)
  return { name, album, contentType, sizeBytes: bytes.byteLength, sha256: digest(bytes), storedAt }
}

function put(url: string, path: string, type: string, body: Buffer<ArrayBuffer>): Promise<Answer> {
  return ask(url, path, { 'content-type': type }, { method: 'PUT', body })
}

interface Answer {
  readonly status: number
  readonly json?: unknown
  readonly digest?: string
}

/** Gives an answer's JSON, or the digest of its bytes and the headers that go with them. */
async function ask(
  url: string,
  path: string,
  headers: Record<string, string> = {},
  init: RequestInit = {},
): Promise<Answer> {
  const response = await fetch(`${url}${path}`, { ...init, headers })
  const { status } = response
  const header = (name: string): string | undefined => response.headers.get(name) ?? undefined
  const type = header('content-type')
  if (type === 'application/json') return { status, json: await response.json() }
  const bytes = new Uint8Array(await response.arrayBuffer())
  const [length, range, etag] = [header('content-length'), header('content-range'), header('etag')]
  return { status, digest: digest(bytes), ...defined({ type, length, range, etag }) }
}

function defined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

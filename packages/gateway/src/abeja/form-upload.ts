import type { IncomingHttpHeaders } from 'node:http'
import { AbejaError, invalidField } from './abeja-error.ts'
import { metadataOfHeaders, type WireMetadata } from './file-metadata.ts'
import { type Lifetime, readLifetime } from './lifetime.ts'
import { type MultipartPart, MultipartReader, readBoundary } from './multipart.ts'
import { parseObject, readBounded } from './request-json.ts'
import type { FileFacts } from './stored-file.ts'

/**
 * The upload of a file to a bucket: form data with the parts `file` and `parameters`, the latter last. So the lifetime is known only
 * behind the bytes, and those end well only when it is right: otherwise nothing is written.
 */
export class FormUpload {
  /** The path. */
  readonly path: string
  readonly #reader: MultipartReader
  readonly #file: MultipartPart
  readonly #metadata: WireMetadata
  readonly #instant: Pick<FileFacts, 'uploadedMs' | 'sequence'>
  #lifetime: Lifetime | undefined

  private constructor(
    reader: MultipartReader,
    file: MultipartPart,
    metadata: WireMetadata,
    instant: Pick<FileFacts, 'uploadedMs' | 'sequence'>,
    lifetime: Lifetime | undefined,
  ) {
    this.path = checkPath(file.filename)
    this.#reader = reader
    this.#file = file
    this.#metadata = metadata
    this.#instant = instant
    this.#lifetime = lifetime
  }

  /** Reads up to the bytes of the file. */
  static async open(
    chunks: AsyncIterable<Buffer>,
    headers: IncomingHttpHeaders,
    instant: Pick<FileFacts, 'uploadedMs' | 'sequence'>,
  ): Promise<FormUpload> {
    const boundary = readBoundary(headers['content-type'])
    if (boundary === undefined) throw new AbejaError(400, 'the body must be multipart/form-data with a boundary')
    const metadata = metadataOfHeaders(headers)
    const reader = new MultipartReader(chunks, boundary)
    let lifetime: Lifetime | undefined
    try {
      for (let part = await reader.next(); part !== undefined; part = await reader.next()) {
        if (part.name === 'file') return new FormUpload(reader, part, metadata, instant, lifetime)
        lifetime = (await readPart(part)) ?? lifetime
      }
      throw invalidField('file', 'is missing')
    } catch (error) {
      await reader.close()
      throw error
    }
  }

  /** What is set on the file: complete when the bytes have ended. */
  get facts(): FileFacts {
    return {
      contentType: checkContentType(this.#file.contentType),
      metadata: this.#metadata,
      ...this.#instant,
      lifetime: this.#lifetime,
    }
  }

  /** Gives the bytes of the file, and reads what follows them. */
  async *body(): AsyncGenerator<Uint8Array, void, undefined> {
    yield* this.#file.body
    for (let part = await this.#reader.next(); part !== undefined; part = await this.#reader.next()) {
      if (part.name === 'file') throw invalidField('file', 'is there twice')
      this.#lifetime = (await readPart(part)) ?? this.#lifetime
    }
    await this.#reader.drain()
  }

  /** Lets go of the request's body. */
  close(): Promise<void> {
    return this.#reader.close()
  }
}

async function readPart({ name, body }: MultipartPart): Promise<Lifetime | undefined> {
  if (name !== 'parameters') return undefined
  const bytes = await readBounded(body, 'part "parameters"')
  const { lifetime } = bytes.length === 0 ? {} : (parseObject(bytes, 'part "parameters"') as { lifetime?: unknown })
  return lifetime === undefined || lifetime === null ? undefined : readLifetime(lifetime)
}

/** Checks the path of a file as official clients do before they send it. */
function checkPath(path: string | undefined): string {
  if (path === undefined || path === '') throw invalidField('file', 'has no file name')
  const isPlain = path.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..')
  if (isPlain && !path.includes('\0')) return path
  throw invalidField('file', 'must have a relative path without empty segments and dots as its file name')
}

function checkContentType(type: string | undefined): string | undefined {
  if (type === undefined || /^[\x21-\x7e][\x20-\x7e]*$/.test(type)) return type
  throw invalidField('file', 'has a Content-Type that is no media type')
}

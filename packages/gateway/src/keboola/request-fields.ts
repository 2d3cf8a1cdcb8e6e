import type { IncomingMessage } from 'node:http'
import { MultipartReader, readBoundary } from '../abeja/multipart.ts'
import { AbejaError } from '../abeja/abeja-error.ts'
import { messageChunks } from '../server/message-chunks.ts'
import { badRequest, KeboolaError } from './keboola-error.ts'
import { type FieldPair, type FieldTree, type FieldValue, formPairs, toFieldTree } from './php-fields.ts'

// Whoever has more to send uploads a file.
const mostBytes = 32 * 1024 * 1024
const mostParts = 10_000

/** A file within a form. */
export interface FormFile {
  /** The name of its field. */
  readonly field: string
  /** Its name at the client, with directories. */
  readonly filename: string
  /** Its bytes, once. */
  readonly body: AsyncIterable<Uint8Array>
}

/** How the fields of a request are read. */
export interface ReadFieldsOptions {
  /** Ends the reading. */
  readonly signal: AbortSignal
  /**
   * Takes a file within a form while it arrives; what it gives becomes the value of the field. Without it such files are
   * refused.
   */
  readonly takeFile?: ((file: FormFile) => Promise<string>) | undefined
}

/**
 * Reads the fields of a request, whichever way they were sent: in the query, as a form, as JSON, or as multipart form data. What
 * the body says counts more than the query.
 *
 * @throws KeboolaError `malformedRequest` for a body that can't be read, `requestTooLarge` for one beyond 32 MiB (files of
 * multipart forms don't count)
 */
export async function readFields(
  message: IncomingMessage,
  query: string,
  options: ReadFieldsOptions,
): Promise<RequestFields> {
  const ofQuery = toFieldTree(formPairs(query))
  const ofBody = await readBody(message, options)
  return new RequestFields(ofBody === undefined ? ofQuery : merge(ofQuery, ofBody))
}

/** Reads the fields of a query alone. */
export function queryFields(query: string): RequestFields {
  return new RequestFields(toFieldTree(formPairs(query)))
}

function merge(query: FieldTree, body: FieldTree): FieldTree {
  const names = [...Object.keys(query), ...Object.keys(body)]
  const tree: Record<string, FieldValue> = Object.create(null) as Record<string, FieldValue>
  for (const name of names) tree[name] = ((Object.hasOwn(body, name) ? body : query)[name] ?? null) as FieldValue
  return tree
}

async function readBody(message: IncomingMessage, options: ReadFieldsOptions): Promise<FieldTree | undefined> {
  const type = message.headers['content-type']
  const boundary = readBoundary(type)
  if (boundary !== undefined) return readMultipart(message, boundary, options)
  const bytes = await readBounded(messageChunks(message, options.signal))
  if (bytes.length === 0) return undefined
  const text = decodeText(bytes)
  const essence = (type ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (essence === 'application/x-www-form-urlencoded') return toFieldTree(formPairs(text))
  if (essence === 'application/json' || essence.endsWith('+json')) return parseJson(text)
  const message400 = 'The body must be application/json, application/x-www-form-urlencoded or multipart/form-data'
  throw badRequest(message400, 'malformedRequest')
}

async function readMultipart(
  message: IncomingMessage,
  boundary: string,
  { signal, takeFile }: ReadFieldsOptions,
): Promise<FieldTree> {
  const reader = new MultipartReader(messageChunks(message, signal), boundary, mostParts)
  const pairs: FieldPair[] = []
  let left = mostBytes
  try {
    for (let part = await reader.next(); part !== undefined; part = await reader.next()) {
      const { name, filename, body } = part
      if (filename === undefined) {
        const bytes = await readBounded(body, left)
        left -= bytes.length
        pairs.push([name, decodeText(bytes)])
      } else {
        if (takeFile === undefined) throw badRequest('A file within a form has no place here', 'malformedRequest')
        pairs.push([name, await takeFile({ field: name, filename, body })])
      }
    }
    await reader.drain()
  } catch (error) {
    throw error instanceof AbejaError ? badRequest(error.message, 'malformedRequest') : error
  } finally {
    await reader.close()
  }
  return toFieldTree(pairs)
}

async function readBounded(chunks: AsyncIterable<Buffer>, most: number = mostBytes): Promise<Buffer> {
  const read: Buffer[] = []
  let count = 0
  for await (const chunk of chunks) {
    count += chunk.length
    if (count > most) throw new KeboolaError(413, 'requestTooLarge', `The body has more than ${mostBytes} bytes`)
    read.push(chunk)
  }
  return Buffer.concat(read)
}

function decodeText(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw badRequest('The body is not UTF-8', 'malformedRequest')
  }
}

function parseJson(text: string): FieldTree {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw badRequest('The body is no JSON', 'malformedRequest')
  }
  // PHP writes an empty object as a list.
  if (Array.isArray(value) && value.length === 0) return {}
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as FieldTree
  throw badRequest('The body must be a JSON object', 'malformedRequest')
}

const truths: Readonly<Record<string, boolean>> = {
  '1': true,
  true: true,
  yes: true,
  on: true,
  '0': false,
  false: false,
  no: false,
  off: false,
  '': false,
}

/** The fields of a request or of an object within it. A field that is null counts as left out. */
export class RequestFields {
  readonly #tree: FieldTree
  readonly #code: string

  /** @param code - the code of refusals; endpoints differ */
  constructor(tree: FieldTree, code: string = 'storage.validation') {
    this.#tree = tree
    this.#code = code
  }

  /** Gives the same fields, refused with another code. */
  refusing(code: string): RequestFields {
    return new RequestFields(this.#tree, code)
  }

  /** Gives these fields and more, which count in the place of those with the same names. */
  with(more: FieldTree): RequestFields {
    return new RequestFields(merge(this.#tree, more), this.#code)
  }

  /** All names. */
  get names(): readonly string[] {
    return Object.keys(this.#tree)
  }

  /** Tells whether a field is there and not null. */
  has(name: string): boolean {
    return this.value(name) !== undefined
  }

  /** Gives a field as it was sent. */
  value(name: string): Exclude<FieldValue, null> | undefined {
    const value = Object.hasOwn(this.#tree, name) ? this.#tree[name] : undefined
    return value ?? undefined
  }

  /** Gives a text; a number or boolean becomes one. */
  text(name: string): string | undefined {
    const value = this.value(name)
    if (value === undefined) return undefined
    if (typeof value === 'object') throw this.#invalid(name, 'must be a string')
    return toText(value)
  }

  /** Gives a text that isn't empty; fails without it. */
  requiredText(name: string): string {
    const text = this.text(name)
    if (text === undefined || text === '') throw this.#invalid(name, 'is required and cannot be empty')
    return text
  }

  /** Tells whether something is wished; undefined where nothing is said. */
  flag(name: string): boolean | undefined {
    const text = this.text(name)?.toLowerCase()
    if (text === undefined) return undefined
    const flag = Object.hasOwn(truths, text) ? truths[text] : undefined
    if (flag === undefined) throw this.#invalid(name, 'must be a boolean')
    return flag
  }

  /** Gives a whole number from 0; an empty text counts as left out. */
  count(name: string): number | undefined {
    const text = this.text(name)
    if (text === undefined || text === '') return undefined
    if (!/^\d{1,15}$/.test(text)) throw this.#invalid(name, 'must be a whole number')
    return Number(text)
  }

  /** Gives a list; one sent as text is refused, and an empty object is an empty list. */
  list(name: string): readonly FieldValue[] | undefined {
    const value = this.value(name)
    if (value === undefined || Array.isArray(value)) return value as readonly FieldValue[] | undefined
    if (typeof value === 'object' && Object.keys(value).length === 0) return []
    throw this.#invalid(name, 'must be an array')
  }

  /** Gives a list of texts. */
  texts(name: string): readonly string[] | undefined {
    return this.list(name)?.map((value) => {
      if (value === null || typeof value === 'object') throw this.#invalid(name, 'must be an array of strings')
      return toText(value)
    })
  }

  /** Gives texts that were sent as one, between commas; empty for an empty one. A list is refused. */
  commaSeparated(name: string): readonly string[] | undefined {
    const text = this.text(name)
    return text === undefined
      ? undefined
      : text
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== '')
  }

  /** Gives an object; an empty list is an empty one. */
  object(name: string): RequestFields | undefined {
    const value = this.value(name)
    if (value === undefined) return undefined
    return this.#child(value, name, 'must be an object')
  }

  /** Gives a list of objects. */
  objects(name: string): readonly RequestFields[] | undefined {
    return this.list(name)?.map((value) => this.#child(value, name, 'must be an array of objects'))
  }

  #child(value: FieldValue, name: string, problem: string): RequestFields {
    if (Array.isArray(value) && value.length === 0) return new RequestFields({}, this.#code)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.#invalid(name, problem)
    return new RequestFields(value as FieldTree, this.#code)
  }

  /** Makes the refusal of a field. */
  #invalid(name: string, problem: string): KeboolaError {
    return badRequest(`Parameter "${name}" ${problem}`, this.#code, { context: { parameter: name } })
  }
}

function toText(value: string | number | boolean): string {
  return typeof value === 'boolean' ? String(Number(value)) : String(value)
}

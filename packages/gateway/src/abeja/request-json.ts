import { messageChunks } from '../server/message-chunks.ts'
import type { Exchange } from './abeja-context.ts'
import { AbejaError, invalidField } from './abeja-error.ts'

const mostBytes = 256 * 1024

/** The object of a body. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Reads the body of a request as a JSON object; an empty one is undefined. */
export async function readJson(exchange: Exchange): Promise<JsonObject | undefined> {
  const bytes = await readBounded(messageChunks(exchange.message, exchange.signal), 'body')
  return bytes.length === 0 ? undefined : parseObject(bytes, 'body')
}

/** Reads bytes into memory, as long as they are few. */
export async function readBounded(chunks: AsyncIterable<Buffer>, name: string): Promise<Buffer> {
  const read: Buffer[] = []
  let count = 0
  for await (const chunk of chunks) {
    count += chunk.length
    if (count > mostBytes) throw new AbejaError(413, `the ${name} has more than ${mostBytes} bytes`)
    read.push(chunk)
  }
  return Buffer.concat(read)
}

/** Parses JSON that has to be an object. */
export function parseObject(bytes: Buffer, name: string): JsonObject {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject
  } catch {
    // Said below.
  }
  throw new AbejaError(400, `the ${name} is no JSON object`)
}

/** Gives a text of an object; undefined where it isn't there, or null. */
export function textOf(body: JsonObject, name: string): string | undefined {
  const value = Object.hasOwn(body, name) ? body[name] : undefined
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string' || !value.isWellFormed()) throw invalidField(name, 'must be text')
  return value
}

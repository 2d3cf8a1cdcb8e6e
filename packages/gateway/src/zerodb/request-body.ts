import type { IncomingMessage } from 'node:http'
import { parseJsonExactly, StorageError } from '@stowage/core/driver'
import { messageChunks } from '../server/message-chunks.ts'
import { refusal, unreadableBody, type ZerodbErrorCode, ZerodbError } from './zerodb-error.ts'

/** The object of a body. */
export type JsonObject = Readonly<Record<string, unknown>>

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Reads a body as text. */
export async function readText(message: IncomingMessage, mostBytes: number): Promise<string> {
  const bytes = await readBytes(message, mostBytes)
  try {
    return utf8.decode(bytes)
  } catch {
    throw unreadableBody('json_invalid', 'JSON decode error: the body is not UTF-8')
  }
}

async function readBytes(message: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const read: Buffer[] = []
  let count = 0
  for await (const chunk of messageChunks(message, new AbortController().signal)) {
    count += chunk.length
    if (count > mostBytes) throw new ZerodbError(413, `the body has more than ${mostBytes} bytes: send less at once`)
    read.push(chunk)
  }
  return Buffer.concat(read)
}

/**
 * Parses a body that has to be a JSON object.
 *
 * @param code - what JSON is refused with that we can't hold: numbers beyond doubles, values nested too deeply
 */
export function parseBody(text: string, code: ZerodbErrorCode): JsonObject {
  if (text === '') throw unreadableBody('missing', 'Field required')
  const value = parse(text, code)
  if (isJsonObject(value)) return value
  throw unreadableBody('dict_type', 'Input should be a valid dictionary')
}

function parse(text: string, code: ZerodbErrorCode): unknown {
  try {
    return parseJsonExactly(text)
  } catch (error) {
    if (!StorageError.is(error)) throw error
    if (!isJson(text)) throw unreadableBody('json_invalid', 'JSON decode error')
    throw refusal(code, `the body ${error.message}`, {}, error)
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Tells whether a value of parsed JSON is an object, and neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Gives a field of a body; undefined where it isn't there. */
export function fieldOf(body: JsonObject, name: string): unknown {
  return Object.hasOwn(body, name) ? body[name] : undefined
}

/** Gives a field that may be left out; null counts as left out, as Python's clients send it. */
export function optionalField(body: JsonObject, name: string): unknown {
  return fieldOf(body, name) ?? undefined
}

/** Gives a field that is true or false, or left out. */
export function booleanField(body: JsonObject, name: string, otherwise: boolean, code: ZerodbErrorCode): boolean {
  const value = optionalField(body, name) ?? otherwise
  if (typeof value === 'boolean') return value
  throw refusal(code, `${name} must be true or false`)
}

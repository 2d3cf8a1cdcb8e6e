import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { Answer } from './answer.ts'

const compress = promisify(gzip)

/** Sends an answer: JSON under exactly that media type, which official clients compare, compressed when the client asks for it. */
export async function sendAnswer(message: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
  const body = bodyOf(answer)
  if (body === undefined) return void response.writeHead(answer.status, { ...answer.headers }).end()
  const isCompressed = body.bytes.length > 0 && asksForGzip(message.headers['accept-encoding'])
  const bytes = isCompressed ? await compress(body.bytes, { level: constants.Z_BEST_SPEED }) : body.bytes
  response.writeHead(answer.status, {
    'content-type': body.type,
    'content-length': String(bytes.length),
    vary: 'Accept-Encoding',
    ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
    ...answer.headers,
  })
  response.end(bytes)
}

function bodyOf({ json, text }: Answer): { readonly type: string; readonly bytes: Buffer } | undefined {
  if (text !== undefined) return { type: text.type, bytes: Buffer.from(text.body) }
  return json === undefined ? undefined : { type: 'application/json', bytes: Buffer.from(JSON.stringify(json)) }
}

function asksForGzip(header: string | readonly string[] | undefined): boolean {
  return String(header ?? '')
    .toLowerCase()
    .split(',')
    .some((one) => /^\s*gzip\s*(?:;\s*q\s*=\s*(?!0(?:\.0*)?\s*$).*)?$/.test(one))
}

import type { ServerResponse } from 'node:http'

/** Answers with JSON, under that media type alone: official clients compare it. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  const bytes = Buffer.from(JSON.stringify(body))
  const common = { 'content-type': 'application/json', 'content-length': String(bytes.length) }
  response.writeHead(status, { ...common, ...headers }).end(bytes)
}

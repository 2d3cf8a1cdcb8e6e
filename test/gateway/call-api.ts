import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'

/** What is sent. */
export interface Sent {
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is, with its length. */
  readonly body?: Uint8Array | string
  readonly headers?: Readonly<Record<string, string>>
}

/** What came back. */
export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly text: string
  /** The body as JSON; undefined where it is none. */
  // oxlint-disable-next-line typescript/no-explicit-any -- samples look into answers of many shapes
  readonly json: any
}

/** Calls an API with the headers of a client of its own: nothing of ours is in between. */
export function callApi(method: string, url: string, sent: Sent = {}, client: Sent['headers'] = {}): Promise<Answered> {
  const body = sent.json === undefined ? (sent.body ?? '') : JSON.stringify(sent.json)
  const headers = {
    ...client,
    ...(sent.json === undefined ? {} : { 'content-type': 'application/json' }),
    'content-length': String(Buffer.byteLength(body)),
    ...sent.headers,
  }
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers }, (response) => {
      readAnswer(response).then(resolve, reject)
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

async function readAnswer(response: IncomingMessage): Promise<Answered> {
  const body = await text(response)
  const isJson = response.headers['content-type']?.startsWith('application/json') === true && body !== ''
  const json: unknown = isJson ? JSON.parse(body) : undefined
  return { status: response.statusCode ?? 0, headers: response.headers, text: body, json }
}

/** Fails, with what the answer says, when its status is another one. */
export function requireStatus(answer: Answered, status: number): void {
  if (answer.status !== status) throw new Error(`status ${answer.status} instead of ${status}: ${answer.text}`)
}

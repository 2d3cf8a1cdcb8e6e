import { request } from 'node:http'
import { connect } from 'node:net'

/** An answer, with header names as they were sent. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Names and values as they were sent, in turn. */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  /** The error code of an error document. */
  readonly code: string | undefined
}

/** What is sent. */
export interface RawRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent with its length, unless a header says otherwise. */
  readonly body?: Buffer | string
}

/** Sends a request whose path goes out exactly as it is written: `fetch` and `URL` would rewrite it. */
export function send(url: string, { method = 'GET', headers = {}, body }: RawRequest = {}): Promise<RawAnswer> {
  const [, host = '', path = '/'] = /^http:\/\/([^/?]+)(.*)$/s.exec(url) ?? []
  const [hostname = '', port = '80'] = host.split(':')
  const hasLength =
    body === undefined || Object.keys(headers).some((name) => /^(content-length|transfer-encoding)$/i.test(name))
  const length = hasLength ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { hostname, port, method, path, headers: { host, ...length, ...headers }, agent: false },
      (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () => {
          const bytes = Buffer.concat(chunks)
          const code = /<Code>(\w+)<\/Code>/.exec(bytes.toString())?.[1]
          const { statusCode: status = 0, headers: named, rawHeaders } = incoming
          resolve({ status, headers: named as Record<string, string>, rawHeaders, body: bytes, code })
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** Sends bytes as they are over a connection of their own, and gives everything that comes back. */
export function sendBytes(port: number, ...pieces: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
    socket.on('close', () => resolve(text))
    // A server that answers early may close before it has read everything.
    socket.on('error', () => undefined)
    for (const piece of pieces) socket.write(piece)
    socket.end()
  })
}

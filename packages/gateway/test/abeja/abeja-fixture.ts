import { request } from 'node:http'
import { createLocalDriver } from '@stowage/adapter-local'
import { createStorage, type Storage } from '@stowage/core'
import { type ManualClock, manualClock } from '@stowage/core/driver'
import { onTestFinished } from 'vitest'
import { type AbejaGateway, startAbejaGateway } from '../../src/abeja/abeja-gateway.ts'
import type { AbejaGatewayOptions } from '../../src/abeja/options.ts'

/** The time every test begins at, unless it says otherwise. */
export const startTime = '2026-03-11T09:45:12.345Z'

/** What is sent. */
export interface Sent {
  readonly headers?: Readonly<Record<string, string>>
  /** Sent with its length; an object is sent as JSON; an iterable in chunks. */
  readonly body?: Uint8Array | string | object | undefined
  /** Instead of the gateway's user; undefined for none. */
  readonly authorization?: string | undefined
}

/** What came back. */
export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** The body as JSON; undefined where it is none. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of many shapes
  readonly json: any
}

/** A gateway until the test ends, and how to talk to it. */
export interface TestAbeja extends AbejaGateway {
  readonly storage: Storage
  readonly clock: ManualClock
  /** Below the organization. */
  readonly root: string
  call(method: string, path: string, sent?: Sent): Promise<Answered>
  createChannel(body?: object): Promise<string>
  createBucket(body?: object): Promise<string>
  upload(channel: string, content: string | Uint8Array, sent?: Sent & { readonly query?: string }): Promise<Answered>
  uploadForm(bucket: string, path: string, content: string | Uint8Array, form?: FormOptions): Promise<Answered>
}

/** What goes with the upload of a form. */
export interface FormOptions {
  readonly parameters?: string | undefined
  readonly contentType?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
}

/** Starts a gateway over a storage in memory. */
export async function startAbeja(options: Partial<AbejaGatewayOptions> = {}): Promise<TestAbeja> {
  const storage = options.storage ?? createStorage(await createLocalDriver({ memory: true }))
  if (options.storage === undefined) onTestFinished(() => storage.close())
  const clock = manualClock(Date.parse(startTime))
  const gateway = await startAbejaGateway({ closeDeadlineMs: 200, clock, ...options, storage })
  onTestFinished(() => gateway.close())
  const root = `/organizations/${gateway.organizationId}`
  const call: TestAbeja['call'] = (method, path, sent = {}) => {
    const authorization = 'authorization' in sent ? sent.authorization : basicOf(gateway)
    return send(method, path.startsWith('http') ? path : gateway.url + path, { ...sent, authorization })
  }
  const create = async (kind: string, body: object): Promise<string> =>
    (await call('POST', `${root}/${kind}s`, { body })).json[kind][`${kind}_id`] as string
  return {
    ...gateway,
    storage,
    clock,
    root,
    call,
    createChannel: (body = { name: 'c' }) => create('channel', body),
    createBucket: (body = { name: 'b' }) => create('bucket', body),
    upload: (channel, content, { query = '', ...sent } = {}) =>
      call('POST', `/channels/${channel}/upload${query}`, { body: Buffer.from(content), ...sent }),
    uploadForm: (bucket, path, content, form) =>
      call('POST', `${root}/buckets/${bucket}/files`, formOf(path, content, form)),
  }
}

/** Makes the body the official client sends. */
export function formOf(path: string, content: string | Uint8Array, form: FormOptions = {}): Sent {
  const { parameters = '{}', contentType, headers = {} } = form
  const type = contentType === undefined ? '' : `Content-Type: ${contentType}\r\n`
  const body = Buffer.concat([
    Buffer.from(`--b7\r\nContent-Disposition: form-data; name="file"; filename="${path}"\r\n${type}\r\n`),
    Buffer.from(content),
    Buffer.from('\r\n--b7\r\nContent-Disposition: form-data; name="parameters"; filename="params.json"\r\n'),
    Buffer.from(`Content-Type: application/json\r\n\r\n${parameters}\r\n--b7--\r\n`),
  ])
  return { body, headers: { 'content-type': 'multipart/form-data; boundary=b7', ...headers } }
}

/** The credential of the gateway's own user. */
export function basicOf({ userId, personalAccessToken }: AbejaGateway): string {
  return basic(`user-${userId}`, personalAccessToken)
}

/** A credential of a pair. */
export function basic(name: string, secret: string): string {
  return `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`
}

/** Sends a request whose path goes out exactly as it is written. */
export function send(method: string, url: string, { headers = {}, body, authorization }: Sent = {}): Promise<Answered> {
  const [, host = '', path = '/'] = /^http:\/\/([^/?]+)(.*)$/s.exec(url) ?? []
  const [hostname = '', port = '80'] = host.split(':')
  const { type, bytes } = encodeBody(body)
  const length = 'transfer-encoding' in headers ? {} : { 'content-length': String(bytes.length) }
  const own = { host, ...(authorization === undefined ? {} : { authorization }), ...type, ...length }
  return new Promise((resolve, reject) => {
    const options = { hostname, port, method, path: path || '/', headers: { ...own, ...headers }, agent: false }
    const outgoing = request(options, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const answer = Buffer.concat(chunks)
        const isJson = incoming.headers['content-type'] === 'application/json'
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers as Record<string, string>,
          body: answer,
          json: isJson && answer.length > 0 ? (JSON.parse(answer.toString()) as unknown) : undefined,
        })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(bytes)
  })
}

function encodeBody(body: Sent['body']): { type: Record<string, string>; bytes: Buffer } {
  if (body === undefined) return { type: {}, bytes: Buffer.alloc(0) }
  if (typeof body === 'string' || body instanceof Uint8Array) return { type: {}, bytes: Buffer.from(body) }
  return { type: { 'content-type': 'application/json' }, bytes: Buffer.from(JSON.stringify(body)) }
}

import { Agent, request } from 'node:http'
import { createLocalDriver } from '@stowage/adapter-local'
import { createStorage, type Storage } from '@stowage/core'
import { type ManualClock, manualClock } from '@stowage/core/driver'
import { expect, onTestFinished } from 'vitest'
import type { ZerodbGatewayOptions } from '../../src/zerodb/options.ts'
import { startZerodbGateway, type ZerodbGateway } from '../../src/zerodb/zerodb-gateway.ts'

/** The time every test begins at, unless it says otherwise. */
export const startTime = '2026-02-03T04:05:06.789Z'

/** What is sent. */
export interface Sent {
  /** Sent as JSON; text as it is. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Instead of the gateway's; undefined for none. */
  readonly apiKey?: string | undefined
  /** Keeps connections. Default: none are kept. */
  readonly agent?: Agent
}

/** What came back. */
export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** The body as JSON; undefined where it is none. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of many shapes
  readonly json: any
}

/** A gateway until the test ends, and how to talk to it. */
export interface TestZerodb extends ZerodbGateway {
  readonly storage: Storage
  readonly clock: ManualClock
  call(method: string, path: string, sent?: Sent): Promise<Answered>
  /** Creates the table `t`, with a unique index on the fields that are named. */
  createTable(fields?: Readonly<Record<string, string>>, unique?: readonly string[]): Promise<string>
  insert(rows: readonly unknown[], table?: string): Promise<string[]>
  query(body?: object, table?: string): Promise<Answered>
  update(filter: unknown, update: unknown, more?: object): Promise<Answered>
  remove(body: object): Promise<Answered>
}

/** Starts a gateway over a storage in memory. */
export async function startZerodb(options: Partial<ZerodbGatewayOptions> = {}): Promise<TestZerodb> {
  const storage = options.storage ?? createStorage(await createLocalDriver({ memory: true }))
  if (options.storage === undefined) onTestFinished(() => storage.close())
  const clock = manualClock(Date.parse(startTime))
  const gateway = await startZerodbGateway({ closeDeadlineMs: 200, clock, ...options, storage })
  onTestFinished(() => gateway.close())
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  const call: TestZerodb['call'] = (method, path, sent = {}) => {
    const apiKey = 'apiKey' in sent ? sent.apiKey : gateway.apiKey
    return send(method, gateway.url + path, { agent, ...sent, apiKey })
  }
  return {
    ...gateway,
    storage,
    clock,
    call,
    createTable: async (fields = { key: 'string', temp: 'number' }, unique = []) => {
      const indexes = unique.length === 0 ? [] : [{ name: 'u', columns: unique, unique: true }]
      const { json } = await call('POST', '/tables', { body: { table_name: 't', schema: { fields, indexes } } })
      return json.table_id as string
    },
    insert: async (rows, table = 't') => {
      const answer = await call('POST', `/tables/${table}/rows`, { body: { row_data: rows } })
      if (answer.status !== 201) throw new Error(answer.text)
      return answer.json.row_ids as string[]
    },
    query: (body = {}, table = 't') => call('POST', `/tables/${table}/query`, { body }),
    update: (filter, update, more = {}) => call('PATCH', '/tables/t/rows', { body: { filter, update, ...more } }),
    remove: (body) => call('DELETE', '/tables/t/rows', { body }),
  }
}

/** Gives rows without their ids. */
export function withoutIds(answer: Answered): object[] {
  return (answer.json.rows as Record<string, unknown>[]).map(({ _id, ...row }) => row)
}

/** What is the same of every refusal with a code. */
export function refused(status: number, code: string, more: object = {}): object {
  return { status, json: { detail: expect.stringMatching(/./) as string, error_code: code, ...more } }
}

/** Sends a request whose path goes out exactly as it is written. */
export function send(method: string, url: string, { headers = {}, body, apiKey, agent }: Sent): Promise<Answered> {
  const [, hostname = '', port = '', path = '/'] = /^http:\/\/([^/?:]+):(\d+)(.*)$/s.exec(url) ?? []
  const bytes = Buffer.from(typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body))
  const own = {
    'content-type': 'application/json',
    'content-length': String(bytes.length),
    ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }),
  }
  return new Promise((resolve, reject) => {
    const options = { hostname, port, method, path, headers: { ...own, ...headers }, agent: agent ?? false }
    const outgoing = request(options, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers as Record<string, string>,
          text,
          json: parse(text),
        })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(bytes)
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

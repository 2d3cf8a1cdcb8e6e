import nock from 'nock'
import { afterEach, beforeEach } from 'vitest'
import { createKeboolaClient, type KeboolaClient } from '../src/client.ts'
import type { KeboolaOptions } from '../src/options.ts'

/** Where nock answers. */
export const origin = 'https://connection.keboola.test'

/** The token that is sent. */
export const token = '8625-44-aVeryLongSecretIndeed'

/** The contract's job, done. */
export const job = {
  id: 22070846,
  status: 'success',
  url: `${origin}/v2/storage/jobs/22070846`,
  tableId: 'in.c-main.orders',
  operationName: 'tableImport',
  operationParams: { params: { incremental: true }, source: { type: 'file', fileId: 555 }, queue: 'main' },
  createdTime: '2026-11-20T09:15:02+0100',
  startTime: null,
  endTime: null,
  runId: '5107',
  results: null,
  creatorToken: { id: '27978', description: 'ci' },
  metrics: { inCompressed: false, inBytes: 0, inBytesUncompressed: 0, outBytes: 0, outBytesUncompressed: 0 },
}

/** The contract's table. */
export const table = {
  uri: `${origin}/v2/storage/tables/in.c-main.orders`,
  id: 'in.c-main.orders',
  name: 'orders',
  displayName: 'orders',
  primaryKey: ['id'],
  created: '2026-11-20T09:10:00+0100',
  lastImportDate: '2026-11-20T09:15:05+0100',
  lastChangeDate: null,
  rowsCount: 12,
  dataSizeBytes: 2048,
  isAlias: false,
  isTyped: false,
  columns: ['id', 'name'],
  metadata: [],
  columnMetadata: [],
}

/** The contract's bucket, as listings have it. */
export const bucket = {
  uri: `${origin}/v2/storage/buckets/in.c-main`,
  id: 'in.c-main',
  name: 'c-main',
  displayName: 'main',
  stage: 'in',
  description: '',
  created: '2026-11-20T09:00:00+0100',
  tables: `${origin}/v2/storage/buckets/in.c-main/tables`,
  rowsCount: 0,
  dataSizeBytes: null,
  backend: 'snowflake',
  sharing: null,
  isReadOnly: false,
  isLinkedBucket: false,
  backendPath: ['KBC_PRJ_123', 'in.c-main'],
  attributes: [],
}

/** The contract's file. */
export const file = {
  id: 555,
  created: '2026-11-20T09:14:58+0100',
  isPublic: false,
  isSliced: false,
  isEncrypted: true,
  name: 'orders.csv',
  url: 'https://files.example/orders.csv?X-Amz-Signature=abc',
  provider: 'aws',
  region: 'us-east-1',
  sizeBytes: 52,
  tags: ['file-import'],
  maxAgeDays: 15,
  runId: null,
  runIds: [],
  creatorToken: { id: 27978, description: 'ci' },
}

/** The contract's workspace, with what is told once. */
export const workspace = {
  id: 234,
  name: 'WORKSPACE_234',
  type: 'table',
  component: null,
  created: '2026-11-20T09:00:00+0100',
  connection: {
    backend: 'snowflake',
    host: 'x.snowflakecomputing.com',
    database: 'KBC_USE4_361',
    schema: 'WORKSPACE_234',
    warehouse: 'W',
    user: 'U',
    password: 'pwd-told-once',
    loginType: 'default',
  },
  backendSize: 'small',
}

/** Lets only nock answer, in every test of the file. */
export function useNock(): void {
  beforeEach(() => nock.disableNetConnect())
  afterEach(() => {
    nock.abortPendingRequests()
    nock.cleanAll()
    nock.enableNetConnect()
  })
}

/** Makes a client that looks at jobs without waiting long. */
export function makeClient(options: KeboolaOptions = {}): KeboolaClient {
  return createKeboolaClient({ url: origin, token, pollFirstMs: 1, pollMaxMs: 2, ...options }, { environment: {} })
}

/** A request as the service saw it. */
export interface SeenRequest {
  /** Method and path with query, decoded so that people can read it. */
  readonly line: string
  /** The path with query, as it was sent. */
  readonly path: string
  /** Its headers, lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** Its body as text. */
  readonly body: string
}

/** Answers requests in turn, whatever they are, and notes them; the last answer stays. */
export function answerAll(
  ...answers: readonly (readonly [status: number, body: unknown, headers?: Readonly<Record<string, string>>])[]
): SeenRequest[] {
  nock.cleanAll()
  const seen: SeenRequest[] = []
  for (const method of ['GET', 'POST', 'PUT', 'DELETE'] as const)
    nock(/.*/)
      .persist()
      .intercept(/.*/, method)
      .reply(function (path, body) {
        const flat = Object.entries(this.req.headers).map(([name, value]) => [name.toLowerCase(), String(value)])
        const text = typeof body === 'string' ? body : JSON.stringify(body)
        const [status, answer, headers = {}] = answers[Math.min(seen.length, answers.length - 1)] ?? [500, '']
        const line = `${method} ${decodeURIComponent(path).replaceAll('+', ' ')}`
        seen.push({ line, path, headers: Object.fromEntries(flat) as Record<string, string>, body: text })
        return [status, answer as nock.Body, headers]
      })
  return seen
}

/** Gives what a promise fails with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`it didn't fail, but gave ${JSON.stringify(value)}`)
    },
    (reason: unknown) => reason,
  )
}

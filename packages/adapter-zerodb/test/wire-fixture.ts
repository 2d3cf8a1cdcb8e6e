import { createStorage, type Storage } from '@stowage/core'
import { type AdapterServices, type Clock, systemClock } from '@stowage/core/driver'
import nock from 'nock'
import { afterEach, beforeEach } from 'vitest'
import { createZerodbDriver, type ZerodbClient, type ZerodbDriver, type ZerodbOptions } from '../src/index.ts'

/** Where nock answers. */
export const origin = 'https://api.zerodb.test'

/** The base URL, prefix and all. */
export const baseUrl: string = `${origin}/v1/public/database`

/** The key of all samples. */
export const apiKey = 'zerodb_sk_0123456789abcdef'

/** The contract's table. */
export const table = {
  table_id: 'tbl_q1w2e3r4t5y6',
  table_name: 'readings',
  schema: {
    fields: { key: 'string', temp: 'number', at: 'timestamp' },
    indexes: [{ name: 'primary_key', columns: ['key'], unique: true }],
  },
  description: 'probe readings',
  row_count: 0,
  created_at: '2026-02-03T04:05:06Z',
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

/** A clock whose waits take no time, and which notes them. */
export function fastClock(): Clock & { readonly waits: number[] } {
  let skippedMs = 0
  const waits: number[] = []
  return {
    waits,
    now: () => systemClock.now() + skippedMs,
    sleep: (ms, signal) => {
      signal?.throwIfAborted()
      waits.push(ms)
      skippedMs += ms
      return Promise.resolve()
    },
  }
}

/** Makes a driver that talks to nock. */
export function makeDriver(options: ZerodbOptions = {}, services: Partial<AdapterServices> = {}): ZerodbDriver {
  const all = { clock: fastClock(), environment: {}, ...services }
  return createZerodbDriver({ baseUrl, apiKey, tier: 'pro', ...options }, all)
}

/** Makes a client that talks to nock. */
export function makeClient(options: ZerodbOptions = {}): ZerodbClient {
  return makeDriver(options).native
}

/** Opens a storage that talks to nock. */
export function makeStorage(options: ZerodbOptions = {}, services: Partial<AdapterServices> = {}): Storage {
  return createStorage(makeDriver(options, services), { emulation: 'always' }) as unknown as Storage
}

/** A request as the service saw it. */
export interface SeenRequest {
  /** Method and path with query, below the origin. */
  readonly line: string
  /** Its headers, lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** Its body, read as JSON; undefined without one. */
  readonly body: unknown
}

/** An answer: a status with a body, or a body with status 200; `drop` breaks the connection. */
export type Answer = readonly [status: number, body: unknown, headers?: Readonly<Record<string, string>>] | 'drop'

/** Answers the next requests one after the other, the last answer ever after, and notes them. */
export function answer(...answers: readonly Answer[]): SeenRequest[] {
  nock.cleanAll()
  const seen: SeenRequest[] = []
  for (const method of ['GET', 'POST', 'PATCH', 'DELETE'] as const) {
    nock(origin)
      .persist()
      .intercept(/.*/, method)
      .reply(function (path, body, callback) {
        const next = answers[Math.min(seen.length, answers.length - 1)] ?? 'drop'
        seen.push({ line: `${method} ${path}`, headers: flat(this.req.headers), body: readBody(body) })
        if (next === 'drop') callback(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }), [500])
        else callback(null, [next[0], next[1] as nock.Body, next[2] ?? {}])
      })
  }
  return seen
}

function flat(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}

function readBody(body: unknown): unknown {
  if (typeof body !== 'string') return body
  return body === '' ? undefined : JSON.parse(body)
}

import { gunzipSync } from 'node:zlib'
import { createLocalDriver } from '@stowage/adapter-local'
import { createStorage, type File, type Storage } from '@stowage/core'
import { type ManualClock, manualClock } from '@stowage/core/driver'
import { onTestFinished } from 'vitest'
import { type KeboolaGateway, startKeboolaGateway } from '../../src/keboola/keboola-gateway.ts'
import type { KeboolaGatewayOptions } from '../../src/keboola/options.ts'

/** The time every test begins at, unless it says otherwise. */
export const startTime = '2026-11-20T09:15:02.345Z'

/** What is sent. */
export interface Sent {
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as a form. */
  readonly form?: readonly (readonly [string, string])[] | Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
  readonly headers?: Readonly<Record<string, string>>
  /** Instead of the gateway's own; null for none. */
  readonly token?: string | null
}

/** What came back. */
export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON; undefined where it is none. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of many shapes
  readonly json: any
}

/** A gateway until the test ends, and how to talk to it. */
export interface TestKeboola extends KeboolaGateway {
  readonly storage: Storage
  readonly clock: ManualClock
  call(method: string, path: string, sent?: Sent): Promise<Answered>
  /** The same, which waits for the job in the answer and gives that. */
  job(method: string, path: string, sent?: Sent): Promise<Answered['json']>
  wait(jobId: number): Promise<Answered['json']>
  /** Creates `in.c-{name}`. */
  bucket(name?: string): Promise<string>
  /** Puts a file into the file storage, past any upload, and gives its id. */
  file(content: string | Uint8Array, name?: string): Promise<number>
  /** Creates a table of CSV and gives its id. */
  table(csv: string, options?: TableOptions): Promise<string>
  /** Exports a table and gives its file as it is stored: the text of its parts, and whether it is sliced. */
  exported(tableId: string, options?: object): Promise<ExportedFile>
}

export interface TableOptions {
  readonly bucket?: string
  readonly name?: string
  readonly primaryKey?: string
}

export interface ExportedFile {
  readonly id: number
  readonly isSliced: boolean
  readonly parts: readonly string[]
  readonly job: Answered['json']
}

/** Starts a gateway over a storage in memory. */
export async function startKeboola(options: Partial<KeboolaGatewayOptions> = {}): Promise<TestKeboola> {
  const storage = options.storage ?? createStorage(await createLocalDriver({ memory: true }))
  if (options.storage === undefined) onTestFinished(() => storage.close())
  const clock = manualClock(Date.parse(startTime))
  const gateway = await startKeboolaGateway({ closeDeadlineMs: 200, clock, ...options, storage })
  onTestFinished(() => gateway.close())
  return { ...gateway, storage, clock, ...talkingTo(gateway, storage) }
}

type Talk = Omit<TestKeboola, keyof KeboolaGateway | 'storage' | 'clock'>

function talkingTo(gateway: KeboolaGateway, storage: Storage): Talk {
  const call: Talk['call'] = (method, path, sent = {}) => send(gateway, method, path, sent)
  const wait: Talk['wait'] = async (id) => {
    for (;;) {
      const { json } = await call('GET', `/jobs/${id}`)
      if (json.status !== 'waiting' && json.status !== 'processing') return json
    }
  }
  const job: Talk['job'] = async (method, path, sent) => {
    const answer = await call(method, path, sent)
    if (answer.status !== 202) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`)
    return wait(answer.json.id as number)
  }
  const file: Talk['file'] = async (content, name = 'data.csv') => {
    const prepared = await call('POST', '/files/prepare', { json: { name, federationToken: true } })
    const { id } = prepared.json as { id: number }
    await storage.bucket('keboola-files').file(`exp-15-files-${id}/${name}`).put(Buffer.from(content))
    return id
  }
  const bucket: Talk['bucket'] = async (name = 'main') =>
    (await call('POST', '/buckets', { json: { name, stage: 'in' } })).json.id as string
  const table: Talk['table'] = async (csv, { bucket: id = 'in.c-main', name = 'orders', primaryKey } = {}) => {
    if ((await call('GET', `/buckets/${id}`)).status === 404) await bucket(id.replace('in.c-', ''))
    const json = { name, dataFileId: await file(csv), ...(primaryKey === undefined ? {} : { primaryKey }) }
    const done = await job('POST', `/buckets/${id}/tables-async`, { json })
    if (done.status !== 'success') throw new Error(JSON.stringify(done.error))
    return done.results.id as string
  }
  const exported: Talk['exported'] = async (tableId, options = {}) => {
    const done = await job('POST', `/tables/${tableId}/export-async`, { json: options })
    if (done.status !== 'success') throw new Error(JSON.stringify(done.error))
    const { id } = done.results.file as { id: number }
    const { isSliced, name } = (await call('GET', `/files/${id}`)).json as { isSliced: boolean; name: string }
    return { id, isSliced, parts: await partsOf(storage, id, name, isSliced), job: done }
  }
  return { call, wait, job, file, bucket, table, exported }
}

async function partsOf(storage: Storage, id: number, name: string, isSliced: boolean): Promise<string[]> {
  const files = storage.bucket('keboola-files')
  const key = `exp-15-files-${id}/${name}`
  if (!isSliced) return [await textOf(files.file(key))]
  const manifest = JSON.parse(await files.file(`${key}manifest`).text()) as { entries: { url: string }[] }
  const keys = manifest.entries.map(({ url }) => url.slice(url.indexOf(`exp-15-files-${id}/`)))
  return Promise.all(keys.map((one) => textOf(files.file(one))))
}

async function textOf(file: File): Promise<string> {
  const bytes = Buffer.from(await file.get())
  return (file.key.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
}

async function send(gateway: KeboolaGateway, method: string, path: string, sent: Sent): Promise<Answered> {
  const { json, form, body, token = gateway.token } = sent
  const content =
    json === undefined
      ? form === undefined
        ? { body, type: undefined }
        : {
            body: new URLSearchParams(form as Record<string, string>).toString(),
            type: 'application/x-www-form-urlencoded',
          }
      : { body: JSON.stringify(json), type: 'application/json' }
  const headers = {
    ...(content.type === undefined ? {} : { 'content-type': content.type }),
    ...(token === null ? {} : { 'x-storageapi-token': token }),
    ...sent.headers,
  }
  const url = path.startsWith('http') ? path : `${gateway.url}/v2/storage${path}`
  const response = await fetch(url, { method, headers, ...(content.body === undefined ? {} : { body: content.body }) })
  const text = await response.text()
  const isJson = response.headers.get('content-type') === 'application/json'
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined }
}

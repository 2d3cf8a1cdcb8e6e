import { createLocalDriver } from '@stowage/adapter-local'
import { createStorage, type Storage } from '@stowage/core'
import { interceptDriver, StorageError, type StorageErrorCode } from '@stowage/core/driver'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startAbejaGateway } from '../src/abeja/abeja-gateway.ts'
import { startKeboolaGateway } from '../src/keboola/keboola-gateway.ts'
import { startZerodbGateway } from '../src/zerodb/zerodb-gateway.ts'

const secretPlace = 'something /etc/private happened'

/** A storage that fails as it is told to. */
interface FailingStorage {
  readonly storage: Storage
  /** Fails with this from now on. */
  readonly fail: (code: StorageErrorCode) => void
}

async function openFailing(): Promise<FailingStorage> {
  let code: StorageErrorCode | undefined
  const driver = interceptDriver(await createLocalDriver({ memory: true }), (call, next) => {
    if (code !== undefined) throw new StorageError({ code, message: secretPlace, retryAfterMs: 1500 })
    return next(call)
  })
  const storage = createStorage(driver)
  onTestFinished(() => {
    code = undefined
    return storage.close()
  })
  return { storage, fail: (wanted) => void (code = wanted) }
}

interface Failed {
  readonly status: number
  readonly retryAfter: string | null
  readonly body: Readonly<Record<string, unknown>>
}

/** What a client calls: a read and a write, with headers of its own. */
interface Called {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly read: string
  readonly write: readonly [method: string, path: string, body: object]
  readonly close: () => Promise<void>
}

const apis: Readonly<Record<string, (storage: Storage) => Promise<Called>>> = {
  keboola: async (storage) => {
    const gateway = await startKeboolaGateway({ storage })
    const { url, token } = gateway
    const headers = { 'x-storageapi-token': token, 'content-type': 'application/json' }
    const path = `${url}/v2/storage`
    await fetch(`${path}/buckets`, { method: 'POST', headers, body: '{"name":"main","stage":"in"}' })
    const body = JSON.stringify({ name: 't', dataString: 'id\n1\n' })
    await fetch(`${path}/buckets/in.c-main/tables-async`, { method: 'POST', headers, body })
    await expect.poll(async () => (await fetch(`${path}/tables/in.c-main.t`, { headers })).status).toBe(200)
    const read = '/tables/in.c-main.t/data-preview'
    return {
      url: path,
      headers,
      read,
      write: ['POST', '/buckets', { name: 'other', stage: 'in' }],
      close: () => gateway.close(),
    }
  },
  zerodb: async (storage) => {
    const gateway = await startZerodbGateway({ storage })
    const { url, apiKey } = gateway
    const headers = { 'x-api-key': apiKey }
    const body = JSON.stringify({ table_name: 't', schema: { fields: { n: 'number' } } })
    await fetch(`${url}/tables`, { method: 'POST', headers, body })
    return {
      url,
      headers,
      read: '/tables/t',
      write: ['POST', '/tables/t/rows', { row_data: [{ n: 1 }] }],
      close: () => gateway.close(),
    }
  },
  abeja: async (storage) => {
    const gateway = await startAbejaGateway({ storage })
    const pair = Buffer.from(`user-${gateway.userId}:${gateway.personalAccessToken}`).toString('base64')
    const root = `/organizations/${gateway.organizationId}/channels`
    const headers = { authorization: `Basic ${pair}` }
    return { url: gateway.url, headers, read: root, write: ['POST', root, { name: 'a' }], close: () => gateway.close() }
  },
}

async function send({ url, headers }: Called, method: string, path: string, json?: object): Promise<Failed> {
  const sent = json === undefined ? {} : { body: JSON.stringify(json) }
  const answer = await fetch(url + path, { method, headers, ...sent })
  const body = (await answer.json()) as Failed['body']
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), body }
}

const shapes: Readonly<Record<string, object>> = {
  keboola: { status: 'error', error: expect.any(String), code: expect.any(String), exceptionId: expect.any(String) },
  zerodb: { detail: expect.any(String) },
  abeja: { error: expect.any(String), error_description: expect.any(String) },
}

// What a client can do something about is told; the rest is between the gateway and the storage.
const told: readonly StorageErrorCode[] = ['permission-denied', 'unsupported']

describe.each(Object.keys(apis))('a failure of the storage, as %s tells it', (name) => {
  test.each<readonly [code: StorageErrorCode, status: number]>([
    ['permission-denied', 403],
    ['unsupported', name === 'abeja' ? 405 : 501],
    ['rate-limited', 429],
    ['unavailable', 503],
    ['timeout', 503],
    ['unauthenticated', 500],
    ['quota-exceeded', 500],
    ['internal', 500],
  ])('%s: %i', async (code, status) => {
    const { storage, fail } = await openFailing()
    const called = await (apis[name] as (typeof apis)[string])(storage)
    onTestFinished(() => called.close())
    fail(code)
    for (const failed of [await send(called, 'GET', called.read), await send(called, ...called.write)]) {
      expect([failed.status, failed.body]).toMatchObject([status, shapes[name]])
      expect(JSON.stringify(failed.body).includes('/etc/private')).toBe(told.includes(code))
      expect(failed.retryAfter).toBe('2')
    }
  })
})

import { createLocalDriver } from '@stowage/adapter-local'
import { createStorage, type Storage } from '@stowage/core'
import { type ManualClock, manualClock } from '@stowage/core/driver'
import { onTestFinished } from 'vitest'
import { type KeboolaGateway, startKeboolaGateway } from '../../src/keboola/keboola-gateway.ts'
import type { KeboolaGatewayOptions } from '../../src/keboola/options.ts'
import { type Answered, send, type Sent } from '../abeja/abeja-fixture.ts'

/** The time every test begins at. */
export const startTime = '2026-11-20T09:15:02.345Z'

/** A gateway until the test ends, and how to talk to it. */
export interface TestKeboola extends KeboolaGateway {
  readonly storage: Storage
  readonly clock: ManualClock
  /** Calls the API with the gateway's token; a path that begins with a scheme goes out as it is, without one. */
  call(method: string, path: string, sent?: Sent): Promise<Answered>
  /** Calls with a form. */
  form(method: string, path: string, form: string): Promise<Answered>
  /** Creates a file and gives what the answer says. */
  prepare(fields?: object): Promise<Answered['json']>
  /** Waits for the job of an answer and gives it. */
  job(answer: Answered): Promise<Answered['json']>
}

/** Starts a gateway over a storage in memory. */
export async function startKeboola(
  options: Partial<KeboolaGatewayOptions> = {},
  startMs: number = Date.parse(startTime),
): Promise<TestKeboola> {
  const storage = options.storage ?? createStorage(await createLocalDriver({ memory: true }))
  if (options.storage === undefined) onTestFinished(() => storage.close())
  const clock = manualClock(startMs)
  const gateway = await startKeboolaGateway({ closeDeadlineMs: 200, clock, ...options, storage })
  onTestFinished(() => gateway.close())
  const call: TestKeboola['call'] = (method, path, sent = {}) => {
    if (path.startsWith('http')) return send(method, path, sent)
    const headers = { 'x-storageapi-token': gateway.token, ...sent.headers }
    return send(method, `${gateway.url}/v2/storage/${path}`, { ...sent, headers })
  }
  const job: TestKeboola['job'] = async ({ json }) => {
    for (let tries = 0; tries < 50; tries += 1) {
      const found = (await call('GET', `jobs/${json.id}`)).json
      if (!['waiting', 'processing'].includes(found.status as string)) return found
    }
    throw new Error('the job does not end')
  }
  return {
    ...gateway,
    storage,
    clock,
    call,
    form: (method, path, form) =>
      call(method, path, { body: form, headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
    prepare: async (fields = {}) =>
      (await call('POST', 'files/prepare', { body: { name: 'orders.csv', federationToken: true, ...fields } })).json,
    job,
  }
}

import { type Answered, send, type Sent } from '../abeja/abeja-fixture.ts'
import { startKeboola, startTime, type TestKeboola } from './keboola-fixture.ts'
import { manualClock } from '@stowage/core/driver'
import type { KeboolaGatewayOptions } from '../../src/keboola/options.ts'

/** A gateway until the test ends, talked to in bytes. */
export interface TestFiles extends Omit<
  TestKeboola,
  'call' | 'job' | 'file' | 'bucket' | 'table' | 'exported' | 'wait'
> {
  /** Calls the API with the gateway's token; a path that begins with a scheme goes out as it is, without one. */
  readonly call: (method: string, path: string, sent?: Sent) => Promise<Answered>
  /** Calls with a form. */
  readonly form: (method: string, path: string, form: string) => Promise<Answered>
  /** Creates a file and gives what the answer says. */
  readonly prepare: (fields?: object) => Promise<Answered['json']>
  /** Waits for the job of an answer and gives it. */
  readonly job: (answer: Answered) => Promise<Answered['json']>
}

/** Starts a gateway over a storage in memory. */
export async function startFiles(
  options: Partial<KeboolaGatewayOptions> = {},
  startMs: number = Date.parse(startTime),
): Promise<TestFiles> {
  const clock = manualClock(startMs)
  const keboola = await startKeboola({ clock, ...options })
  const call: TestFiles['call'] = (method, path, sent = {}) => {
    if (path.startsWith('http')) return send(method, path, sent)
    const headers = { 'x-storageapi-token': keboola.token, ...sent.headers }
    return send(method, `${keboola.url}/v2/storage/${path}`, { ...sent, headers })
  }
  return {
    ...keboola,
    clock,
    call,
    form: (method, path, form) =>
      call(method, path, { body: form, headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
    prepare: async (fields = {}) =>
      (await call('POST', 'files/prepare', { body: { name: 'orders.csv', federationToken: true, ...fields } })).json,
    job: ({ json }) => keboola.wait(json.id as number),
  }
}

import { startAbejaGateway, startDcssGateway, startKeboolaGateway, startZerodbGateway } from '@stowage/gateway'
import type { Storage } from 'stowage'
import { describe, expect, onTestFinished, test } from 'vitest'
import { abejaSamples } from './abeja-samples.ts'
import { type ApiName, combinations, type Outcome } from './combinations.ts'
import { dcssSamples } from './dcss-samples.ts'
import { keboolaSamples } from './keboola-samples.ts'
import type { Serve } from './serve.ts'
import { type BackendName, backends } from './served-backends.ts'
import { zerodbSamples } from './zerodb-samples.ts'

interface GatewayOptions {
  readonly storage: Storage
  readonly closeDeadlineMs: number
}

/** An API: how it is started, and what its documentation shows. */
interface TriedApi {
  readonly start: (storage: Storage) => Promise<{ close(): Promise<void> }>
  readonly runSamples: (storage: Storage) => Promise<void>
}

function api<Gateway extends { close(): Promise<void> }>(
  start: (options: GatewayOptions) => Promise<Gateway>,
  samples: (serve: Serve<Gateway>) => Promise<void>,
): TriedApi {
  const serve = (storage: Storage): Promise<Gateway> => start({ storage, closeDeadlineMs: 500 })
  return { start: serve, runSamples: (storage) => samples(restarting(() => serve(storage))) }
}

/** Stops what was started before, and what is left when the test ends. */
function restarting<Gateway extends { close(): Promise<void> }>(start: Serve<Gateway>): Serve<Gateway> {
  let running: Gateway | undefined
  onTestFinished(() => running?.close())
  return async () => {
    await running?.close()
    running = await start()
    return running
  }
}

const apis: Readonly<Record<ApiName, TriedApi>> = {
  keboola: api(startKeboolaGateway, keboolaSamples),
  zerodb: api(startZerodbGateway, zerodbSamples),
  abeja: api(startAbejaGateway, abejaSamples),
  dcss: api(startDcssGateway, dcssSamples),
}

describe.each(Object.entries(combinations))('%s', (apiName, outcomes) => {
  const { start, runSamples } = apis[apiName as ApiName]
  const all = Object.entries(outcomes) as [BackendName, Outcome][]
  const carried = all.filter(([, outcome]) => outcome.served).map(([name]) => name)
  const refused = all.flatMap(([name, outcome]) => (outcome.served ? [] : [[name, outcome.lacks] as const]))

  test.each(carried)('its documented samples work over %s, a restart in between', async (name) => {
    await expect(runSamples(await backends[name]())).resolves.toBeUndefined()
  })

  test.each(refused)('over %s it is refused at the start, for the lack of %s', async (name, lack) => {
    const storage = await backends[name]()
    await expect(start(storage)).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining(lack) as string,
    })
  })
})

import { createStowage, type Stowage } from 'stowage'
import { startService as startAbeja } from '../abeja-service.ts'
import { startService as startDcss } from '../dcss-service.ts'
import { startService as startKeboola } from '../keboola-service.ts'
import { startService as startZerodb } from '../zerodb-service.ts'
import { check, say } from './narration.ts'

/** The services that run on this machine, and all backends by name. */
export interface FiveBackends {
  readonly stowage: Stowage
  /** Closes the backends and stops the services. */
  close(): Promise<void>
}

/** Starts the four services on this machine and opens them through their real adapters, beside what is in a directory. */
export async function openFiveBackends(path: string): Promise<FiveBackends> {
  say(
    '8. Five backends, one config: real adapters, and the four services as gateways on this machine',
    'const stowage = await createStowage({ backends: { local: …, keboola: …, zerodb: …, abeja: …, dcss: … } })',
    "await stowage.storage('keboola').ping()",
  )
  const [keboola, zerodb, abeja, dcss] = await Promise.all([startKeboola(), startZerodb(), startAbeja(), startDcss(0)])
  const { organizationId, userId, personalAccessToken } = abeja
  const stowage = await createStowage({
    backends: {
      local: { adapter: 'local', path },
      keboola: { adapter: 'keboola', url: keboola.url, token: keboola.token },
      zerodb: { adapter: 'zerodb', baseUrl: zerodb.url, apiKey: zerodb.apiKey, tier: 'pro' },
      abeja: { adapter: 'abeja', baseUrl: abeja.url, organizationId, userId, personalAccessToken },
      dcss: { adapter: 'dcss', dataApiUrl: dcss.url, s3Url: dcss.s3Url, token: dcss.token },
    },
  })
  await Promise.all(stowage.names.map((name) => stowage.storage(name).ping()))
  check(stowage.names.length === 5, `all of them answer: ${stowage.names.join(', ')}`)
  const close = async (): Promise<void> => {
    await stowage.close()
    await Promise.all([keboola.close(), zerodb.close(), abeja.close(), dcss.close()])
  }
  return { stowage, close }
}

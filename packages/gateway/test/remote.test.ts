import { createLocalDriver } from '@stowage/adapter-local'
import { createStorage, type Storage } from '@stowage/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startAbejaGateway } from '../src/abeja/abeja-gateway.ts'
import { startDcssGateway } from '../src/dcss/dcss-gateway.ts'
import { startKeboolaGateway } from '../src/keboola/keboola-gateway.ts'
import { TokenIssuer } from '../src/dcss/token-issuer.ts'
import type { ListenOptions } from '../src/server/gateway-server.ts'
import { startZerodbGateway } from '../src/zerodb/zerodb-gateway.ts'
import { selfSigned } from './self-signed.ts'

type Start = (
  storage: Storage,
  listen: ListenOptions,
  token?: string,
) => Promise<{ url: string; close(): Promise<void> }>

// One that reads as Duckietown's, as DCSS wants it.
const own = new TokenIssuer().mint({ uid: 5 })

const apis: Readonly<Record<string, Start>> = {
  keboola: (storage, listen, token) => startKeboolaGateway({ storage, ...listen, token }),
  zerodb: (storage, listen, apiKey) => startZerodbGateway({ storage, ...listen, apiKey }),
  abeja: (storage, listen, personalAccessToken) => startAbejaGateway({ storage, ...listen, personalAccessToken }),
  dcss: (storage, listen, token) => startDcssGateway({ storage, ...listen, token }),
}

describe.each(Object.keys(apis))('%s beyond loopback', (name) => {
  const tls = selfSigned()
  const host = '0.0.0.0'

  async function start(listen: ListenOptions, token?: string): Promise<string> {
    const storage = createStorage(await createLocalDriver({ memory: true }))
    onTestFinished(() => storage.close())
    const gateway = await (apis[name] as Start)(storage, { closeDeadlineMs: 200, ...listen }, token)
    onTestFinished(() => gateway.close())
    return gateway.url
  }

  test.each([
    ['without both', { host }, undefined, 'give a token of your own and TLS,'],
    ['with the token everybody knows', { host, tls }, undefined, 'give a token of your own,'],
    ['without TLS', { host }, own, 'give TLS,'],
  ])('%s it is refused', async (_, listen, token, advice) => {
    await expect(start(listen, token)).rejects.toMatchObject({
      code: 'permission-denied',
      message: expect.stringContaining(advice) as string,
    })
  })

  test('an empty token is none', async () => {
    await expect(start({ host, tls }, '')).rejects.toMatchObject({ code: 'invalid-argument' })
  })

  test('with both it is served, and so it is without when the operator allows it', async () => {
    expect(await start({ host, tls }, own)).toMatch(/^https:\/\/127\.0\.0\.1:/)
    expect(await start({ host, allowRemote: true })).toMatch(/^http:\/\/127\.0\.0\.1:/)
  })
})

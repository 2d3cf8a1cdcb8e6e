import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startAbejaGateway, startDcssGateway, startKeboolaGateway, startZerodbGateway } from '@stowage/gateway'
import { type BackendConfig, openStorage, type Storage } from 'stowage'
import { onTestFinished } from 'vitest'

/** Opens a storage that closes when the test ends. */
async function open(backend: BackendConfig): Promise<Storage> {
  const storage = await openStorage({ config: { backends: { main: backend } } })
  onTestFinished(() => storage.close())
  return storage
}

function memory(like?: 'keboola' | 'zerodb' | 'abeja' | 'dcss'): Promise<Storage> {
  return open({ adapter: 'local', memory: true, ...(like === undefined ? {} : { like }) })
}

/** Starts a gateway over the embedded backend: the test double of a service, which an adapter then talks to. */
async function double<Gateway extends { close(): Promise<void> }>(
  start: (options: { storage: Storage }) => Promise<Gateway>,
): Promise<Gateway> {
  const gateway = await start({ storage: await memory() })
  onTestFinished(() => gateway.close())
  return gateway
}

async function directory(): Promise<Storage> {
  const path = await mkdtemp(join(tmpdir(), 'stowage-served-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return open({ adapter: 'local', path })
}

async function keboola(): Promise<Storage> {
  const { url, token } = await double(startKeboolaGateway)
  return open({ adapter: 'keboola', url, token, s3Url: url, pollFirstMs: 5, pollMaxMs: 50 })
}

async function zerodb(): Promise<Storage> {
  const { url, apiKey } = await double(startZerodbGateway)
  const limits = { tier: 'enterprise', requestsPerMinute: 1_000_000, maxRowsPerInsert: 1000 } as const
  return open({ adapter: 'zerodb', baseUrl: url, apiKey, ...limits })
}

async function abeja(): Promise<Storage> {
  const { url, organizationId, userId, personalAccessToken } = await double(startAbejaGateway)
  return open({ adapter: 'abeja', baseUrl: url, organizationId, userId, personalAccessToken })
}

async function dcss(): Promise<Storage> {
  const { url, s3Url, accessKeyId, secretAccessKey, token } = await double(startDcssGateway)
  return open({ adapter: 'dcss', dataApiUrl: url, s3Url, accessKeyId, secretAccessKey, token })
}

/** Every backend a gateway is tried over, by the name that the table of combinations has for it. */
export const backends = {
  memory: () => memory(),
  directory,
  'like keboola': () => memory('keboola'),
  'like zerodb': () => memory('zerodb'),
  'like abeja': () => memory('abeja'),
  'like dcss': () => memory('dcss'),
  keboola,
  zerodb,
  abeja,
  dcss,
} as const satisfies Readonly<Record<string, () => Promise<Storage>>>

/** The name of such a backend. */
export type BackendName = keyof typeof backends

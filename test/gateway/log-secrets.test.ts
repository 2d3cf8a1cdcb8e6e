import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ClientRequest } from 'node:http'
import { consoleLogger, type Logger } from '@stowage/core/driver'
import { startAbejaGateway, startDcssGateway, startKeboolaGateway, startZerodbGateway } from '@stowage/gateway'
import { expect, onTestFinished, test } from 'vitest'
import { abejaSamples } from './abeja-samples.ts'
import { callApi } from './call-api.ts'
import { dcssSamples } from './dcss-samples.ts'
import { keboolaSamples } from './keboola-samples.ts'
import { backends } from './served-backends.ts'
import { zerodbSamples } from './zerodb-samples.ts'

const secretHeaders = ['authorization', 'x-api-key', 'x-storageapi-token', 'x-duckietown-token', 'x-amz-security-token']
const secretParameters = /[?&](?:X-Amz-Signature|X-Amz-Security-Token|Signature|sig|token)=([^&]+)/g

/** Collects what clients in this process send that nobody else may know, until the test ends. */
function watchSecrets(): ReadonlySet<string> {
  const secrets = new Set<string>()
  const note = (message: unknown): void => {
    const { request } = message as { request: ClientRequest }
    for (const name of secretHeaders) {
      // What comes behind the scheme, and of a signature what comes last.
      const value = String(request.getHeader(name) ?? '')
        .split(/[ =]/)
        .at(-1)
      if (value !== undefined && value.length > 8) secrets.add(value)
    }
    for (const [, value = ''] of request.path.matchAll(secretParameters)) secrets.add(value)
  }
  subscribe('http.client.request.start', note)
  onTestFinished(() => void unsubscribe('http.client.request.start', note))
  return secrets
}

interface Logged {
  readonly logger: Logger
  readonly lines: string[]
}

function collectLines(): Logged {
  const lines: string[] = []
  return { lines, logger: consoleLogger({ write: (line) => void lines.push(line) }) }
}

const apis: Readonly<Record<string, (logger: Logger) => Promise<void>>> = {
  keboola: async (logger) => keboolaSamples(await serving((storage) => startKeboolaGateway({ storage, logger }))),
  'keboola with azure': sendBlob,
  zerodb: async (logger) => zerodbSamples(await serving((storage) => startZerodbGateway({ storage, logger }))),
  abeja: async (logger) => abejaSamples(await serving((storage) => startAbejaGateway({ storage, logger }))),
  dcss: async (logger) => dcssSamples(await serving((storage) => startDcssGateway({ storage, logger }))),
}

type Storage = Awaited<ReturnType<typeof backends.memory>>

async function serving<Gateway extends { close(): Promise<void> }>(
  start: (storage: Storage) => Promise<Gateway>,
): Promise<() => Promise<Gateway>> {
  const storage = await backends.memory()
  return async () => {
    const gateway = await start(storage)
    onTestFinished(() => gateway.close())
    return gateway
  }
}

async function sendBlob(logger: Logger): Promise<void> {
  const serve = await serving((storage) => startKeboolaGateway({ storage, logger, fileProvider: 'azure' }))
  const { url, token } = await serve()
  const headers = { 'x-storageapi-token': token }
  const json = { name: 'a.csv', federationToken: true }
  const { absUploadParams } = (await callApi('POST', `${url}/v2/storage/files/prepare`, { json, headers })).json
  const connection = absUploadParams.absCredentials.SASConnectionString as string
  const [, endpoint, signature] = /^BlobEndpoint=([^;]+);SharedAccessSignature=(.+)$/.exec(connection) ?? []
  const blob = `${endpoint}/${absUploadParams.container as string}/${absUploadParams.blobName as string}?${signature}`
  const put = await callApi('PUT', blob, { body: 'id\n', headers: { 'x-ms-blob-type': 'BlockBlob' } })
  expect(put.status).toBe(201)
}

test.each(Object.keys(apis))(
  'the log of %s has a line for each request and none of what must stay secret',
  async (name) => {
    const secrets = watchSecrets()
    const { logger, lines } = collectLines()
    await apis[name]?.(logger)
    expect(lines.length).toBeGreaterThan(1)
    expect(
      lines.every((line) => /^\S+ (?:info (?:GET|HEAD|PUT|POST|PATCH|DELETE) \/\S* \d{3} \{|warn |error )/.test(line)),
    ).toBe(true)
    expect(secrets.size).toBeGreaterThan(0)
    const text = lines.join('\n')
    for (const secret of secrets) {
      expect(text).not.toContain(secret)
      expect(text).not.toContain(decodeURIComponent(secret))
    }
  },
)

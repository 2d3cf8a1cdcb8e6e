/**
 * Runs the TypeScript fences of a page one after the other, with `storage` open on the backend the page is about, served on this
 * machine: `node test/docs/run-page.ts docs/migrating/from-kbcstorage.md`, in a folder with the files the page reads.
 */
import { stripTypeScriptTypes } from 'node:module'
import { createAbejaDriver } from '@stowage/adapter-abeja'
import { createDcssDriver } from '@stowage/adapter-dcss'
import { createKeboolaDriver } from '@stowage/adapter-keboola'
import { createLocalDriver } from '@stowage/adapter-local'
import { createZerodbDriver } from '@stowage/adapter-zerodb'
import { createStorage, type Storage } from '@stowage/core'
import { startAbejaGateway, startDcssGateway, startKeboolaGateway, startZerodbGateway } from '@stowage/gateway'
import { readText } from '../packages/workspace.ts'
import { fencesOfPage } from './fence.ts'

interface Opened {
  readonly storage: unknown
  close(): Promise<void>
}

const openers: Readonly<Record<string, (behind: Storage) => Promise<Opened>>> = {
  kbcstorage: async (storage) => {
    const gateway = await startKeboolaGateway({ storage })
    return opened(createStorage(createKeboolaDriver({ url: gateway.url, token: gateway.token })), gateway)
  },
  'zerodb-samples': async (storage) => {
    const gateway = await startZerodbGateway({ storage })
    return opened(createStorage(createZerodbDriver({ baseUrl: gateway.url, apiKey: gateway.apiKey })), gateway)
  },
  'abeja-sdk': async (storage) => {
    const gateway = await startAbejaGateway({ storage })
    const { url: baseUrl, organizationId, userId, personalAccessToken } = gateway
    return opened(createStorage(createAbejaDriver({ baseUrl, organizationId, userId, personalAccessToken })), gateway)
  },
  'dt-data-api': async (storage) => {
    const gateway = await startDcssGateway({ storage })
    const { url: dataApiUrl, s3Url, token } = gateway
    return opened(createStorage(createDcssDriver({ dataApiUrl, s3Url, token })), gateway)
  },
}

function opened(storage: { close(): Promise<void> }, gateway: { close(): Promise<void> }): Opened {
  return { storage, close: async () => storage.close().then(() => gateway.close()) }
}

const page = process.argv[2] ?? ''
const open = openers[/from-([a-z-]+)\.md$/.exec(page)?.[1] ?? '']
if (open === undefined) throw new Error(`no backend is known for the page "${page}"`)
const behind = createStorage(await createLocalDriver({ memory: true }))
const place = await open(behind)
// oxlint-disable-next-line typescript/no-implied-eval -- the pages are ours, and what they show must run
const AsyncFunction = (async () => {}).constructor as new (...parts: string[]) => (storage: unknown) => Promise<void>
for (const { language, code } of fencesOfPage(page, readText(page))) {
  if (language === 'ts') await new AsyncFunction('storage', stripTypeScriptTypes(code))(place.storage)
}
await place.close()
await behind.close()

import { createLocalDriver } from '@stowage/adapter-local'
import { type ConformanceSetup, type FaultHook, type Gaps, serverFaults } from '@stowage/conformance'
import { createStorage } from '@stowage/core'
import { type AbejaGateway, type FaultMatch, startAbejaGateway } from '@stowage/gateway'
import { type AbejaDriver, type AbejaOptions, createAbejaDriver } from '../src/index.ts'

async function start(): Promise<AbejaGateway> {
  const storage = createStorage(await createLocalDriver({ memory: true }))
  const gateway = await startAbejaGateway({ storage })
  const close = async (): Promise<void> => {
    await gateway.close()
    await storage.close()
  }
  return { ...gateway, requests: gateway.requests, close }
}

function open(gateway: AbejaGateway, options: AbejaOptions): AbejaDriver {
  const { url: baseUrl, organizationId, userId, personalAccessToken } = gateway
  return createAbejaDriver({ baseUrl, organizationId, userId, personalAccessToken, ...options }, { environment: {} })
}

/** The requests that carry the bytes of an operation, or that change something: what only looks things up beside it goes through. */
const matches: Readonly<Record<string, FaultMatch>> = {
  'files.read': { method: 'GET', path: /^\/abeja-datalake-/ },
  'files.write': { method: 'POST', path: /\/(?:upload|files)$/ },
  'files.delete': { method: 'DELETE' },
  'buckets.create': { method: 'POST' },
}

function faultsOf(gateway: AbejaGateway): FaultHook {
  return serverFaults<FaultMatch>({
    faults: gateway.faults,
    match: ({ kind, operation }) => {
      const isAboutAny = kind === 'latency' || (kind === 'status-before' && operation !== 'files.write')
      return isAboutAny ? undefined : matches[operation]
    },
    expireUrls: () => gateway.expireUrls(),
  })
}

const common: Gaps = {
  'retries/put-lost': {
    kind: 'never',
    reason: 'a file whose answer was lost is found by its mark: nothing is sent again',
  },
  'retries/stream-lost': {
    kind: 'never',
    reason: 'a file whose answer was lost is found by its mark, so the outcome is known',
  },
  'tables.*': { kind: 'never', reason: 'ABEJA keeps files, not rows' },
  'jobs.*': { kind: 'never', reason: 'ABEJA answers at once: there are no jobs to ask about' },
  'buckets.delete': {
    kind: 'never',
    reason: 'no documented call deletes a channel or bucket, they can only be archived',
  },
  'files.tags': { kind: 'never', reason: 'files have metadata, but no tags' },
  'buckets/create-described': { kind: 'upstream', reason: 'the service gives containers their display name itself' },
  'buckets/update': { kind: 'upstream', reason: 'the service gives containers their display name itself' },
  'files/expiry': { kind: 'upstream', reason: 'files are kept for one of five lifetimes, ten days is none of them' },
  'files/signed-facts': { kind: 'upstream', reason: 'the service signs URLs for an hour, whatever is asked for' },
  'files/signed-expired': { kind: 'upstream', reason: 'the service signs URLs for an hour, whatever is asked for' },
  'files/signed-missing': {
    kind: 'upstream',
    reason: 'a URL is signed only for a file that is there: not-found otherwise',
  },
}

const channels: Gaps = {
  ...common,
  'declared/files-update': {
    kind: 'upstream',
    reason: 'the media type of a file can not be changed, its metadata can',
  },
  'errors/file-listing-breaks': {
    kind: 'never',
    reason: 'the pages that follow are kept from the first: nothing is sent that could fail',
  },
  'files/update-content-type': { kind: 'upstream', reason: 'the media type of a file can not be changed' },
  'files/update-expiry': { kind: 'upstream', reason: 'a lifetime is one of five, and can not be taken away again' },
}

const paths =
  'paths of buckets hold no control characters, no empty segments and none of dots: refused as the official client does'

const refusedPaths = [
  'keys/leading-slash',
  'keys/leading-slashes',
  'keys/trailing-slash',
  'keys/empty-segment',
  'keys/dot-segment',
  'keys/dot-dot-segment',
  'keys/line-break',
  'keys/control',
  'keys/nul',
  'keys/prefix-of-another',
  'keys/address',
  'keys/longest',
  'listings/order',
  'listings/order-folded',
  'listings/delimiter',
  'listings/delimiter-below',
  'listings/random',
]

const buckets: Gaps = {
  ...Object.fromEntries(refusedPaths.map((check) => [check, { kind: 'upstream' as const, reason: paths }])),
  'files/signed-put': { kind: 'upstream', reason: 'no documented call signs a URL to upload to a bucket with' },
  'files/signed-method': { kind: 'upstream', reason: 'no documented call signs a URL to upload to a bucket with' },
  'keys/signed': { kind: 'upstream', reason: 'no documented call signs a URL to upload to a bucket with' },
  ...common,
  'files.createOnly': { kind: 'upstream', reason: 'an upload to a bucket replaces what is there, it has no condition' },
  'files.delete': { kind: 'upstream', reason: 'no documented call deletes a file of a bucket' },
  'files.deleteMany': { kind: 'upstream', reason: 'no documented call deletes a file of a bucket' },
  'files.update': { kind: 'upstream', reason: 'no documented call changes what is set on a file of a bucket' },
}

const shared = {
  start,
  requests: (gateway: AbejaGateway): number => gateway.requests.length,
  faults: faultsOf,
}

/** The suite over channels, which is what new buckets are unless the options say otherwise. */
export const channelSetup: ConformanceSetup<AbejaGateway> = {
  ...shared,
  name: 'abeja channels',
  driver: (gateway) => open(gateway, { kind: 'channel' }),
  gaps: channels,
}

/** The suite over buckets, which ABEJA offers to invited accounts. */
export const bucketSetup: ConformanceSetup<AbejaGateway> = {
  ...shared,
  name: 'abeja buckets',
  driver: (gateway) => open(gateway, { kind: 'bucket' }),
  gaps: buckets,
  // In channels ten thousand are listed.
  listedFiles: 3001,
}

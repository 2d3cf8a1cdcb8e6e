import { createLocalDriver } from '@stowage/adapter-local'
import { type ConformanceSetup, type FaultHook, type Gaps, serverFaults } from '@stowage/conformance'
import { createStorage } from '@stowage/core'
import { type DcssGateway, type FaultMatch, startDcssGateway } from '@stowage/gateway'
import { createDcssDriver } from '../src/index.ts'

const partBytes = 8 * 1024 * 1024

async function start(): Promise<DcssGateway> {
  const storage = createStorage(await createLocalDriver({ memory: true }))
  const gateway = await startDcssGateway({ storage, maxObjectBytes: partBytes })
  const close = async (): Promise<void> => {
    await gateway.close()
    await storage.close()
  }
  return { ...gateway, requests: gateway.requests, close }
}

const requestsOf: Readonly<Record<string, { readonly method: string; readonly action: string }>> = {
  ping: { method: 'HEAD', action: 'head_object' },
  'files.read': { method: 'GET', action: 'get_object' },
  'files.list': { method: 'GET', action: 'list_objects_v2' },
  'files.stat': { method: 'HEAD', action: 'head_object' },
  'files.write': { method: 'PUT', action: 'put_object' },
  'files.copy': { method: 'PUT', action: 'put_object' },
  'files.delete': { method: 'DELETE', action: 'delete_object' },
  'files.deleteMany': { method: 'DELETE', action: 'delete_object' },
}

/** The request of S3 that carries the operation. */
function s3Request(operation: string): FaultMatch {
  const { method } = requestsOf[operation] ?? {}
  return { server: 's3', ...(method === undefined ? {} : { method }) }
}

/** The request for a signed URL: what fails before anything is done. */
function authorization(operation: string): FaultMatch {
  const { action } = requestsOf[operation] ?? {}
  return { server: 'data', ...(action === undefined ? {} : { path: new RegExp(`/${action}/`) }) }
}

/** The test double's own knobs. */
function faultsOf(gateway: DcssGateway, before: (operation: string) => FaultMatch): FaultHook {
  return serverFaults<FaultMatch>({
    faults: gateway.faults,
    match: ({ kind, operation }) => (kind === 'status-before' || kind === 'latency' ? before : s3Request)(operation),
    expireUrls: () => gateway.expireUrls(),
  })
}

const files: Gaps = {
  'tables.*': { kind: 'never', reason: 'S3 keeps objects, not rows' },
  'jobs.*': { kind: 'never', reason: 'nothing of DCSS runs as a job' },
  'buckets.*': { kind: 'never', reason: 'spaces are opened by name: no call lists, makes or describes them' },
  'files.update': { kind: 'never', reason: 'what is set on an object of S3 changes only with its bytes' },
  'files.metadata': {
    kind: 'upstream',
    reason: 'the data API signs the metadata of parts and owner; S3 keeps ASCII only',
  },
  'files.tags': { kind: 'upstream', reason: 'the data API signs no tags' },
  'files.expiry': { kind: 'never', reason: 'S3 deletes by rules of a bucket, not by a date of an object' },
  'files.writeUnknownLength': {
    kind: 'upstream',
    reason: 'a signed URL takes a body of announced length; `spoolUnknownLength` puts the bytes aside first',
  },
  'keys/leading-slash*': { kind: 'never', reason: "DCSS drops it: the service's own clients would read another key" },
  'keys/dot-segment': { kind: 'never', reason: 'HTTP clients resolve it, and ask for another key' },
  'keys/dot-dot-segment': { kind: 'never', reason: 'HTTP clients resolve it, and ask for another key' },
  'retries/put-lost': { kind: 'never', reason: 'a lost answer is looked up, so nothing is sent again' },
  'keys/nul': { kind: 'never', reason: 'S3 servers break the connection over a key with a NUL' },
  'semantics.*': { kind: 'never', reason: 'there are no rows, and spaces are fixed' },
}

const signed: Gaps = {
  'listings/ten-thousand': { kind: 'upstream', reason: 'a signed URL of version 4 shows the first thousand keys only' },
  'files.createOnly': { kind: 'upstream', reason: 'the data API signs no conditions' },
  'files/signed-facts': { kind: 'upstream', reason: 'the data API decides how long its URLs work; `expiresAt` tells' },
  'files/signed-expired': {
    kind: 'upstream',
    reason: 'the data API decides how long its URLs work; `expiresAt` tells',
  },
  'files.contentType': { kind: 'upstream', reason: 'a signed URL takes no Content-Type' },
}

const place = ({ url, s3Url }: DcssGateway): { dataApiUrl: string; s3Url: string; partBytes: number } => ({
  dataApiUrl: url,
  s3Url,
  partBytes,
})

const common = {
  start,
  fixedBucket: 'private',
  requests: (gateway: DcssGateway): number => gateway.requests.length,
}

/** The suite over the data API: what people with a Duckietown token have. */
export const tokenSetup: ConformanceSetup<DcssGateway> = {
  ...common,
  name: 'dcss with a token',
  driver: (gateway) => createDcssDriver({ ...place(gateway), token: gateway.token }, { environment: {} }),
  faults: (gateway) => faultsOf(gateway, authorization),
  gaps: { ...files, ...signed },
}

/** The suite straight on the S3 side: what operators, and people with another S3 server, have. */
export const directSetup: ConformanceSetup<DcssGateway> = {
  ...common,
  name: 'dcss with credentials for S3',
  driver: (gateway) => {
    const { accessKeyId, secretAccessKey } = gateway
    return createDcssDriver({ ...place(gateway), accessKeyId, secretAccessKey }, { environment: {} })
  },
  faults: (gateway) => faultsOf(gateway, s3Request),
  gaps: files,
  // With a token ten thousand are listed.
  listedFiles: 3001,
}

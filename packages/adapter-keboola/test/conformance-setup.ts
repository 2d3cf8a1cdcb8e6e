import { createLocalDriver } from '@stowage/adapter-local'
import { type ConformanceSetup, type Fault, type RequestFault, serverFaults } from '@stowage/conformance'
import { createStorage } from '@stowage/core'
import { type FaultMatch, type KeboolaGateway, type KeboolaGatewayOptions, startKeboolaGateway } from '@stowage/gateway'
import { createKeboolaDriver, type KeboolaDriver, type KeboolaOptions } from '../src/index.ts'
import { gaps } from './gaps.ts'

/** Starts a gateway over a backend in memory. */
export async function startGateway(options: Partial<KeboolaGatewayOptions> = {}): Promise<KeboolaGateway> {
  const storage = createStorage(await createLocalDriver({ memory: true }))
  const gateway = await startKeboolaGateway({ storage, ...options })
  const close = async (): Promise<void> => {
    await gateway.close()
    await storage.close()
  }
  return { ...gateway, close }
}

/** Opens a driver on a gateway, which has jobs done at once: waiting longer for them would only take time. */
export function openDriver({ url, token }: KeboolaGateway, options: KeboolaOptions = {}): KeboolaDriver {
  return createKeboolaDriver({ url, token, pollFirstMs: 1, pollMaxMs: 50, ...options }, { environment: {} })
}

/** The requests that do the work of an operation, and not those that look something up or wait beside it. */
const matches: Readonly<Record<string, FaultMatch>> = {
  'buckets.create': { method: 'POST', path: /\/buckets$/ },
  'buckets.delete': { method: 'DELETE', path: /\/buckets\// },
  'tables.create': { method: 'POST', path: /\/tables-definition$/ },
  'tables.drop': { method: 'DELETE', path: /\/tables\/[^/]+$/ },
  'tables.insert': { method: 'POST', path: /\/import-async$/ },
  'tables.load': { method: 'POST', path: /\/import-async$/ },
  'tables.delete': { method: 'DELETE', path: /\/rows$/ },
  'tables.setPrimaryKey': { method: 'POST', path: /\/primary-key$/ },
  'tables.find': { method: 'GET', path: /\/data-preview$/ },
  'tables.count': { method: 'GET', path: /\/tables\/[^/]+$/ },
  'tables.list': { method: 'GET', path: /\/buckets\/[^/]+\/tables$/ },
  'files.write': { method: 'PUT', path: /^\/(?!v2\/)/ },
  'files.read': { method: 'GET', path: /^\/(?!v2\/)/ },
  'files.delete': { method: 'DELETE', path: /\/files\// },
  'files.deleteMany': { method: 'DELETE', path: /\/files\// },
  'files.list': { method: 'GET', path: /\/files$/ },
  'jobs.get': { method: 'GET', path: /\/jobs\// },
}

function match({ operation }: RequestFault): FaultMatch | undefined {
  return matches[operation]
}

const jobKinds = { processing: 'stuck', failed: 'error', cancelled: 'cancelled', terminated: 'terminated' } as const

function endNextJob(gateway: KeboolaGateway, status: Extract<Fault, { kind: 'job' }>['status']): void {
  gateway.failJobs({ operationName: 'tableImport', kind: jobKinds[status] })
}

/** How the suite gets at Keboola through its gateway. */
export const keboolaSetup: ConformanceSetup<KeboolaGateway> = {
  start: () => startGateway(),
  // Behind a job that never ends nothing else on its table does, not even its deletion when a check has ended.
  driver: (gateway) => openDriver(gateway, { jobDeadlineMs: 15_000 }),
  requests: (gateway) => gateway.requests.length,
  faults: (gateway) =>
    serverFaults<FaultMatch>({
      faults: gateway.faults,
      match,
      expireUrls: () => gateway.expireUrls(),
      endNextJob: (status) => endNextJob(gateway, status),
    }),
  bucketName: (label) => `in.c-${label}`,
  fileBucket: 'files',
  // An upload is half a dozen requests here, and a page of the service has 100 files.
  listedFiles: 1501,
  gaps,
}

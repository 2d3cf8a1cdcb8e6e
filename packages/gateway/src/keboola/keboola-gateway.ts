import { Faults } from '../server/faults.ts'
import { addressFor, isEveryAddress } from '../server/gateway-address.ts'
import { startServer } from '../server/gateway-server.ts'
import { type LoggedRequest, RequestLog } from '../server/request-log.ts'
import { Callers } from './callers.ts'
import type { JobFault } from './jobs/job-fault.ts'
import { KeboolaApi } from './keboola-api.ts'
import { KeboolaContext } from './keboola-context.ts'
import type { MaintenanceNotice } from './maintenance.ts'
import { checkKeboolaOptions, type KeboolaFileProvider, type KeboolaGatewayOptions } from './options.ts'

/** A gateway that runs. */
export interface KeboolaGateway {
  /** The root of the stack: the API is below `/v2/storage`, and files are on the same port. */
  readonly url: string
  /** The token that may do everything. */
  readonly token: string
  /** The number of the project. */
  readonly projectId: number
  /** How files are uploaded and downloaded. */
  readonly fileProvider: KeboolaFileProvider
  /** What goes wrong with requests; the server is called `api`. */
  readonly faults: Faults
  /** The last requests, in the order they arrived. Set its length to 0 to begin again. */
  readonly requests: LoggedRequest[]
  /**
   * Has the next jobs go wrong.
   *
   * @throws StorageError `invalid-argument` for a fault that can't be
   */
  failJobs(fault: JobFault): void
  /** Refuses the next requests with 429, as a rate limit does. Default: one request, `Retry-After` of 1 second. */
  limitRate(limit?: RateLimitNotice): void
  /** Refuses every call with 503 until {@link KeboolaGateway.endMaintenance}. */
  startMaintenance(notice?: MaintenanceNotice): void
  /** Serves again. */
  endMaintenance(): void
  /** Lets every URL and all credentials of files handed out so far count as expired. */
  expireUrls(): void
  /** Stops: requests that are being answered may finish first, jobs are broken off. The storage stays open. */
  close(): Promise<void>
}

/** What a rate limit says. */
export interface RateLimitNotice {
  /** How many requests it refuses. Default 1. */
  readonly requests?: number | undefined
  /** When to come back, in seconds. Default 1. */
  readonly retryAfterSeconds?: number | undefined
}

/**
 * Serves a storage as a project of Keboola: buckets, tables, imports, exports, jobs and files. Over the embedded backend it is the
 * test double of the service.
 *
 * Buckets and tables are buckets and tables of the storage by the same names: those of the storage whose names can be ids, like
 * `in.c-main`, are served too. What the storage has no place for is kept in buckets of its own, `keboola-gateway` and
 * `keboola-files`: all of it survives a restart.
 *
 * @example
 * ```ts
 * import { createLocalDriver } from '@stowage/adapter-local'
 * import { createStorage } from '@stowage/core'
 * import { startKeboolaGateway } from '@stowage/gateway'
 *
 * const storage = createStorage(await createLocalDriver({ memory: true }))
 * const gateway = await startKeboolaGateway({ storage })
 * console.log(gateway.url, gateway.token)
 * await gateway.close()
 * await storage.close()
 * ```
 *
 * @throws StorageError `unsupported` for a storage that can't create buckets, or keeps no tables or files, `conflict` for a port
 * that is taken, `permission-denied` for an address beyond loopback without a token and TLS, `invalid-argument` for options that
 * can't be
 */
export async function startKeboolaGateway(options: KeboolaGatewayOptions): Promise<KeboolaGateway> {
  const settings = checkKeboolaOptions(options)
  const { listen, logger, clock, token, projectId, fileProvider } = settings
  const context = await KeboolaContext.open(settings)
  const isEvery = isEveryAddress(listen.host)
  let url = ''
  const api = new KeboolaApi(context, new Callers(settings), (message) =>
    addressFor({ url, isEveryAddress: isEvery }, message.headers.host),
  )
  const faults = new Faults({ expireUrls: () => context.cloud.expire() })
  const log = new RequestLog(logger)
  const parts = { name: 'api', hasToken: settings.hasOwnToken, faults, log, logger, clock }
  const server = await startServer(
    { ...parts, handler: (request, response) => api.handle(request, response) },
    listen,
  ).catch(async (error: unknown) => {
    await context.close()
    throw error
  })
  url = server.url
  return {
    url,
    token,
    projectId,
    fileProvider,
    faults,
    requests: log.entries,
    failJobs: (fault) => context.jobFaults.add(fault),
    limitRate: (limit) => limitRate(faults, limit),
    startMaintenance: (notice = {}) => context.maintenance.start(notice, clock.now()),
    endMaintenance: () => context.maintenance.end(),
    expireUrls: () => context.cloud.expire(),
    close: async () => {
      await server.close()
      await api.close()
      await context.close()
    },
  }
}

function limitRate(faults: Faults, { requests = 1, retryAfterSeconds = 1 }: RateLimitNotice = {}): void {
  const error = { status: 'error', error: 'Rate limit exceeded', code: 'storage.rateLimitExceeded' }
  const body = JSON.stringify({ ...error, retryAfter: retryAfterSeconds })
  faults.add({ times: requests, status: 429, retryAfterSeconds, body, contentType: 'application/json' })
}

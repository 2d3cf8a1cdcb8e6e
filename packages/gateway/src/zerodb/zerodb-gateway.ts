import { Faults } from '../server/faults.ts'
import { startServer } from '../server/gateway-server.ts'
import { type LoggedRequest, RequestLog } from '../server/request-log.ts'
import type { ZerodbCall } from './call-record.ts'
import { OpenQueries } from './open-queries.ts'
import { checkZerodbOptions, type ZerodbGatewayOptions } from './options.ts'
import { ZerodbQuirks } from './quirks.ts'
import { basePath } from './routes.ts'
import { Tables } from './tables.ts'
import { ZerodbApi } from './zerodb-api.ts'
import { ZerodbContext } from './zerodb-context.ts'

/** A gateway that runs. */
export interface ZerodbGateway {
  /** Where the API begins; it ends in `/v1/public/database`. */
  readonly url: string
  /** The key to send as `X-API-Key`. */
  readonly apiKey: string
  /** What goes wrong with requests; the server is called `api`. */
  readonly faults: Faults
  /** What is odd about answers, beyond what {@link ZerodbGateway.faults} can show. */
  readonly quirks: ZerodbQuirks
  /** The last requests as they came over the wire, in the order they arrived. Set its length to 0 to begin again. */
  readonly requests: LoggedRequest[]
  /** The last requests that passed key, rate and path, with their bodies. Set its length to 0 to begin again. */
  readonly calls: ZerodbCall[]
  /** Stops: requests that are being answered may finish first. The storage stays open. */
  close(): Promise<void>
}

/**
 * Serves the tables of a bucket as ZeroDB's Tables API: the eight documented endpoints. Over the embedded backend it is the test
 * double of the service.
 *
 * Tables that others create in the bucket are served too, if they have a primary key: the ids of their rows follow from it, and
 * so change with it.
 *
 * @example
 * ```ts
 * import { createLocalDriver } from '@stowage/adapter-local'
 * import { createStorage } from '@stowage/core'
 * import { startZerodbGateway } from '@stowage/gateway'
 *
 * const storage = createStorage(await createLocalDriver({ memory: true }))
 * const gateway = await startZerodbGateway({ storage, tier: 'free', sendsRetryAfter: true })
 * console.log(gateway.url, gateway.apiKey)
 * await gateway.close()
 * await storage.close()
 * ```
 *
 * @throws StorageError `unsupported` for a storage that can't create tables or change their rows, `conflict` for a port that is
 * taken, `permission-denied` for an address beyond loopback without a key of its own and TLS, `invalid-argument` for options that
 * can't be
 */
export async function startZerodbGateway(options: ZerodbGatewayOptions): Promise<ZerodbGateway> {
  const settings = checkZerodbOptions(options)
  const { logger, clock } = settings
  const queries = new OpenQueries()
  const quirks = new ZerodbQuirks()
  const context = new ZerodbContext({ settings, tables: await Tables.open(settings), queries })
  const api = new ZerodbApi(context, quirks)
  const faults = new Faults()
  const log = new RequestLog(logger)
  const parts = { name: 'api', hasToken: settings.hasOwnKey, faults, log, logger, clock }
  const server = await startServer(
    { ...parts, handler: (request, response) => api.handle(request, response) },
    settings.listen,
  )
  return {
    url: `${server.url}${basePath}`,
    apiKey: settings.apiKey,
    faults,
    quirks,
    requests: log.entries,
    calls: api.record.calls,
    close: async () => {
      await server.close()
      await queries.forget()
    },
  }
}

import { Faults } from '../server/faults.ts'
import { isEveryAddress } from '../server/gateway-address.ts'
import { startServer } from '../server/gateway-server.ts'
import { type LoggedRequest, RequestLog } from '../server/request-log.ts'
import { AbejaApi } from './abeja-api.ts'
import { AbejaContext } from './abeja-context.ts'
import { Containers } from './containers.ts'
import { Credentials } from './credentials.ts'
import { type AbejaDatasource, type AbejaGatewayOptions, checkAbejaOptions } from './options.ts'
import { SignedUrls } from './signed-urls.ts'
import { UploadUrls } from './upload-urls.ts'

/** A gateway that runs. */
export interface AbejaGateway {
  /** The root of the API. Signed URLs are on the same port. */
  readonly url: string
  /** The id of the first organization. */
  readonly organizationId: string
  /** The id of the gateway's own user, an admin. */
  readonly userId: string
  /** Their personal access token. */
  readonly personalAccessToken: string
  /** Their auth token, for `Bearer`. */
  readonly authToken: string
  /** The id of the first datasource; empty without any. */
  readonly datasourceId: string
  /** The datasources, with the secrets they authenticate with. */
  readonly datasources: readonly Required<AbejaDatasource>[]
  /** What goes wrong with requests; the server is called `api`. */
  readonly faults: Faults
  /** The last requests, in the order they arrived. Set its length to 0 to begin again. */
  readonly requests: LoggedRequest[]
  /** Lets every URL handed out so far count as expired. */
  expireUrls(): void
  /** Stops: requests that are being answered may finish first. The storage stays open. */
  close(): Promise<void>
}

/**
 * Serves a storage as the datalake of the ABEJA Platform: channels, buckets, their files and datasources, and signed URLs. Over
 * the embedded backend it is the test double of the service.
 *
 * Channels and buckets are buckets of the storage. What is in the storage already is a bucket. What the storage has no place for
 * is kept in a bucket of its own, `abeja-gateway`: all of it survives a restart.
 *
 * @example
 * ```ts
 * import { createLocalDriver } from '@stowage/adapter-local'
 * import { createStorage } from '@stowage/core'
 * import { startAbejaGateway } from '@stowage/gateway'
 *
 * const storage = createStorage(await createLocalDriver({ memory: true }))
 * const gateway = await startAbejaGateway({ storage })
 * console.log(gateway.url, gateway.organizationId, gateway.userId, gateway.personalAccessToken)
 * await gateway.close()
 * await storage.close()
 * ```
 *
 * @throws StorageError `unsupported` for a storage that can't create buckets or keeps no files with metadata, `conflict` for a
 * port that is taken, `permission-denied` for an address beyond loopback without a token and TLS, `invalid-argument` for options
 * that can't be
 */
export async function startAbejaGateway(options: AbejaGatewayOptions): Promise<AbejaGateway> {
  const settings = checkAbejaOptions(options)
  const { storage, organizations, users, datasources, listen, logger, clock } = settings
  const containers = await Containers.open(storage, organizations[0].id)
  const signedUrls = new SignedUrls(settings, containers)
  const uploadUrls = new UploadUrls()
  const context = new AbejaContext({ settings, containers, signedUrls, uploadUrls })
  let url = ''
  const api = new AbejaApi(context, new Credentials(settings), () => ({
    url,
    isEveryAddress: isEveryAddress(listen.host),
  }))
  const expireUrls = (): void => {
    signedUrls.expire()
    uploadUrls.expire()
  }
  const faults = new Faults({ expireUrls })
  const log = new RequestLog(logger)
  const parts = { name: 'api', hasToken: settings.hasOwnToken, faults, log, logger, clock }
  const server = await startServer(
    { ...parts, handler: (request, response) => api.handle(request, response) },
    listen,
  ).catch(async (error: unknown) => {
    await signedUrls.close()
    throw error
  })
  url = server.url
  const [{ id: userId, personalAccessToken, authToken }] = users
  return {
    url,
    organizationId: organizations[0].id,
    userId,
    personalAccessToken,
    authToken,
    datasourceId: datasources[0]?.id ?? '',
    datasources,
    faults,
    requests: log.entries,
    expireUrls,
    close: async () => {
      await server.close()
      await Promise.all([api.close(), signedUrls.close()])
    },
  }
}

import { Faults } from '../server/faults.ts'
import { startServer } from '../server/gateway-server.ts'
import { honoHandler } from '../server/hono-handler.ts'
import { type LoggedRequest, RequestLog } from '../server/request-log.ts'
import { type Authorization, createDataApi } from './data-api.ts'
import { Grants } from './grants.ts'
import { checkDcssOptions, type DcssGatewayOptions } from './options.ts'
import { startS3Side } from './s3-side.ts'
import { SpaceNames, Spaces } from './spaces.ts'
import { TokenCheck } from './token-check.ts'
import { type MintOptions, TokenIssuer } from './token-issuer.ts'

/** A gateway that runs: the data API on one port, the S3 side on another. */
export interface DcssGateway {
  /** The root of the data API: both generations are below it. */
  readonly url: string
  /** The root of the S3 side, for path-style requests. */
  readonly s3Url: string
  /** A token that is accepted. */
  readonly token: string
  /** The id of the operator's key on the S3 side. */
  readonly accessKeyId: string
  /** Its secret. */
  readonly secretAccessKey: string
  /** The region of the S3 side. */
  readonly region: string
  /** The public key of minted tokens: base64 of its SPKI form, for clients that check signatures. */
  readonly tokenPublicKey: string
  /** What goes wrong with requests; the servers are called `data` and `s3`. */
  readonly faults: Faults
  /** The last requests of both sides, in the order they arrived. Set its length to 0 to begin again. */
  readonly requests: LoggedRequest[]
  /** Lets every URL handed out so far count as expired. */
  expireUrls(): void
  /** Mints a token of the gateway's own key. It holds until it expires, and until the gateway stops. */
  mintToken(options: MintOptions): string
  /** Gives the full name of a space's bucket. */
  bucketOf(space: string): string
  /** Stops both sides: requests that are being answered may finish first. The storage stays open. */
  close(): Promise<void>
}

/**
 * Serves a storage as the Duckietown Cloud Storage Service: the data API, which checks tokens and grants and hands out signed
 * URLs, and the S3 side, on which those work. Over the embedded backend it is the test double of the service.
 *
 * @example
 * ```ts
 * import { createLocalDriver } from '@stowage/adapter-local'
 * import { createStorage } from '@stowage/core'
 * import { startDcssGateway } from '@stowage/gateway'
 *
 * const storage = createStorage(await createLocalDriver({ memory: true }))
 * const gateway = await startDcssGateway({ storage })
 * console.log(gateway.url, gateway.token)
 * await gateway.close()
 * await storage.close()
 * ```
 *
 * @throws StorageError `unsupported` for a storage without files, `conflict` for a port that is taken, `permission-denied` for
 * an address beyond loopback without a token and TLS, `invalid-argument` for options that can't be
 */
export async function startDcssGateway(options: DcssGatewayOptions): Promise<DcssGateway> {
  const settings = checkDcssOptions(options)
  const { storage, token, region, key, clock, logger, listen } = settings
  const names = new SpaceNames(settings.bucketPrefix)
  const issuer = new TokenIssuer()
  const tokens = new TokenCheck(settings.registeredTokens, issuer, clock)
  const grants = new Grants(settings.grants)
  const spaces = new Spaces(storage, settings.spaces)
  await spaces.create(logger)

  const faults = new Faults({ expireUrls: () => s3.expireUrls() })
  const log = new RequestLog(logger)
  const common = { hasToken: settings.hasOwnToken, faults, log, logger, clock }
  const s3 = await startS3Side(settings, names, common)
  const { refusals, listParameters: hasListParameters } = settings
  const sign = (authorization: Authorization): string => s3.sign(authorization)
  const app = createDataApi({ tokens, names, spaces, grants, refusals, hasListParameters, sign })
  const data = await startServer({ ...common, name: 'data', handler: honoHandler(app) }, listen).catch(
    async (error: unknown) => {
      await s3.close()
      throw error
    },
  )
  return {
    url: data.url,
    s3Url: s3.url,
    token,
    ...key,
    region,
    tokenPublicKey: issuer.publicKey,
    faults,
    requests: log.entries,
    expireUrls: () => s3.expireUrls(),
    mintToken: (wanted) => issuer.mint(wanted),
    bucketOf: (space) => names.bucketOf(space),
    close: async () => {
      await Promise.all([data.close(), s3.close()])
    },
  }
}

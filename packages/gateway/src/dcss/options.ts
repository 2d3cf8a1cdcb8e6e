import { randomBytes } from 'node:crypto'
import type { Storage } from '@stowage/core'
import { type Clock, type Logger, silentLogger, systemClock } from '@stowage/core/driver'
import type { ListenOptions } from '../server/gateway-server.ts'
import { refuseUnknownOptions, requireCapabilities } from '../server/served-storage.ts'
import type { RefusalStyle } from './data-api.ts'
import { type DcssGrant, everybodysGrant } from './grants.ts'
import { sampleTokens, uidOf } from './token-check.ts'

/** Options of {@link startDcssGateway}. */
export interface DcssGatewayOptions extends ListenOptions {
  /** What is served: its buckets are the storage spaces. It stays open when the gateway closes. */
  readonly storage: Storage
  /** The port of the S3 side; 0 takes one that is free. Default 0. */
  readonly s3Port?: number | undefined
  /**
   * The token clients use, compared as text whatever its expiry. Default: the published sample token, uid −1, which everybody
   * knows. Its user may do everything in the public spaces and in `private`, and below its uid in `user`.
   */
  readonly token?: string | undefined
  /** More tokens that are taken as they stand. They may do what grants say. Default: none. */
  readonly tokens?: readonly string[] | undefined
  /** What users may do beside what everybody may: everything below their own uid in `user`. Default: nothing. */
  readonly grants?: readonly DcssGrant[] | undefined
  /** The spaces that are there from the beginning, created in the storage when they are missing. Default `public`, `private`, `user`. */
  readonly spaces?: readonly string[] | undefined
  /** The spaces that anybody may read and list without a token. Default `public`. */
  readonly publicSpaces?: readonly string[] | undefined
  /** Stands before the name of every bucket, as `DT_BUCKET_PREFIX` does. Default: nothing. */
  readonly bucketPrefix?: string | undefined
  /** How the data API refuses: by HTTP status, or by status 200 with an envelope. Default `http`. */
  readonly refusals?: RefusalStyle | undefined
  /** The version of signatures in the URLs it hands out. Default `v4`. */
  readonly signature?: 'v4' | 'v2' | undefined
  /** How long such a URL works, in seconds. Default 3,600. */
  readonly expiresInSeconds?: number | undefined
  /** Whether listings are asked for with `encoding-type=url`, so that their keys come encoded. Default `none`. */
  readonly listEncoding?: 'none' | 'url' | undefined
  /**
   * Signs `continuation-token`, `start-after`, `delimiter` and `max-keys` of a listing when they are in the authorization's query.
   * The service has nothing like it: it ignores them. Default false.
   */
  readonly listParameters?: boolean | undefined
  /** The key of the S3 side for operators. Default: a new one. */
  readonly accessKeyId?: string | undefined
  /** The secret that goes with it. Default: a new one. */
  readonly secretAccessKey?: string | undefined
  /** The region of the S3 side. Default `us-east-1`. */
  readonly region?: string | undefined
  /** The most bytes of one object; less makes tests of parts cheap. Default 5 GiB. */
  readonly maxObjectBytes?: number | undefined
  /** Where log lines go: one for each request, and failures. Default: nowhere. */
  readonly logger?: Logger | undefined
  /** The clock for expiry and delays. Default: the computer's. */
  readonly clock?: Clock | undefined
}

/** Options that are checked and complete. */
export interface DcssSettings {
  readonly storage: Storage
  readonly listen: ListenOptions
  readonly s3Port: number
  readonly token: string
  readonly registeredTokens: readonly string[]
  /** Whether clients need a token that isn't published. */
  readonly hasOwnToken: boolean
  readonly grants: readonly DcssGrant[]
  readonly spaces: readonly string[]
  readonly publicSpaces: readonly string[]
  readonly bucketPrefix: string
  readonly refusals: RefusalStyle
  readonly signature: 'v4' | 'v2'
  readonly expiresInSeconds: number
  readonly listEncoding: 'none' | 'url'
  readonly listParameters: boolean
  readonly key: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly region: string
  readonly maxObjectBytes: number | undefined
  readonly logger: Logger
  readonly clock: Clock
}

const optionNames: Readonly<Record<keyof DcssGatewayOptions, true>> = {
  storage: true,
  host: true,
  port: true,
  s3Port: true,
  tls: true,
  allowRemote: true,
  closeDeadlineMs: true,
  token: true,
  tokens: true,
  grants: true,
  spaces: true,
  publicSpaces: true,
  bucketPrefix: true,
  refusals: true,
  signature: true,
  expiresInSeconds: true,
  listEncoding: true,
  listParameters: true,
  accessKeyId: true,
  secretAccessKey: true,
  region: true,
  maxObjectBytes: true,
  logger: true,
  clock: true,
}

/** Checks options and fills in what is left out. */
export function checkDcssOptions(options: DcssGatewayOptions): DcssSettings {
  refuseUnknownOptions('startDcssGateway', options, optionNames)
  requireCapabilities(options.storage, 'DCSS keeps files', ['files.read', 'files.stat', 'files.list'])
  const { token = sampleTokens.dt1, tokens = [] } = options
  const hasOwnToken = !Object.values(sampleTokens).includes(token)
  const { host, port, tls, allowRemote, closeDeadlineMs } = options
  const publicSpaces = options.publicSpaces ?? ['public']
  return {
    storage: options.storage,
    listen: { host, port, tls, allowRemote, closeDeadlineMs },
    s3Port: options.s3Port ?? 0,
    token,
    // Whoever gives a token of their own wants the published ones shut out.
    registeredTokens: hasOwnToken ? [token, ...tokens] : [...Object.values(sampleTokens), ...tokens],
    hasOwnToken,
    grants: [everybodysGrant, ...tokenGrants(uidOf(token), publicSpaces), ...(options.grants ?? [])],
    spaces: options.spaces ?? ['public', 'private', 'user'],
    publicSpaces,
    bucketPrefix: options.bucketPrefix ?? '',
    refusals: options.refusals ?? 'http',
    signature: options.signature ?? 'v4',
    expiresInSeconds: options.expiresInSeconds ?? 3600,
    listEncoding: options.listEncoding ?? 'none',
    listParameters: options.listParameters ?? false,
    key: {
      accessKeyId: options.accessKeyId ?? `STOWAGE${randomBytes(7).toString('hex').toUpperCase()}`,
      secretAccessKey: options.secretAccessKey ?? randomBytes(20).toString('hex'),
    },
    region: options.region ?? 'us-east-1',
    maxObjectBytes: options.maxObjectBytes,
    logger: options.logger ?? silentLogger,
    clock: options.clock ?? systemClock,
  }
}

function tokenGrants(uid: number, publicSpaces: readonly string[]): readonly DcssGrant[] {
  return ['private', ...publicSpaces].map((space) => ({ users: [uid], space, objects: ['*'] }))
}

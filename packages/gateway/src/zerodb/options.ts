import type { Storage } from '@stowage/core'
import { type Clock, invalidArgument, type Logger, silentLogger, systemClock } from '@stowage/core/driver'
import type { ListenOptions } from '../server/gateway-server.ts'
import { refuseUnknownOptions, requireCapabilities } from '../server/served-storage.ts'
import { randomId } from './zerodb-ids.ts'

/** A plan of the service, by which it limits requests and inserts. */
export type ZerodbTier = 'free' | 'starter' | 'pro' | 'enterprise'

/** Which fields of a schema every row must have: those a unique index covers, all, or none. */
export type RequiredFields = 'unique-indexed' | 'all' | 'none'

/** How a minute is counted: from each full minute of the clock, or back from each request. */
export type RateWindowKind = 'fixed' | 'sliding'

/** Options of {@link startZerodbGateway}. */
export interface ZerodbGatewayOptions extends ListenOptions {
  /** What is served. It must create, find, change and delete rows of tables. It stays open when the gateway closes. */
  readonly storage: Storage
  /** The bucket whose tables are served; created when it is missing. Default `default`. */
  readonly bucket?: string | undefined
  /** The key clients send as `X-API-Key`. Default: a sample, which everybody knows. */
  readonly apiKey?: string | undefined
  /** The plan: `free` takes 60 requests a minute and 100 rows in an insert, `starter` 300 and 500, `pro` 1,000 and 1,000. Default `enterprise`: no limit of requests and 1,000 rows. */
  readonly tier?: ZerodbTier | undefined
  /** How many requests a minute are answered. Default: the plan's. */
  readonly requestsPerMinute?: number | undefined
  /** How many rows one insert may have. Default: the plan's. */
  readonly maxRowsPerInsert?: number | undefined
  /** How a minute is counted. A refused request doesn't count. Default `sliding`. */
  readonly rateWindow?: RateWindowKind | undefined
  /** Whether a refusal for the rate says when to come back, in `Retry-After`. Default false: it isn't documented. */
  readonly sendsRetryAfter?: boolean | undefined
  /** Whether a `limit` above 1,000 counts as 1,000 instead of being refused. Default false. */
  readonly clampsLimit?: boolean | undefined
  /** Which fields rows must have, decided when a table is created. Default `unique-indexed`. */
  readonly requiredFields?: RequiredFields | undefined
  /** The most bytes of a request's body. Default 16 MiB. */
  readonly maxBodyBytes?: number | undefined
  /** Makes the id of a table or a row. They must not repeat. Default: random ones that look like the service's. */
  readonly createId?: ((kind: 'table' | 'row') => string) | undefined
  /** Where log lines go: one for each request, and failures. Default: nowhere. */
  readonly logger?: Logger | undefined
  /**
   * The clock for rates and the times of tables. Default: the computer's. The times of one of your own are forgotten when the
   * gateway closes, except when a table was created.
   */
  readonly clock?: Clock | undefined
}

/** Options that are checked and complete. */
export interface ZerodbSettings {
  readonly storage: Storage
  readonly listen: ListenOptions
  readonly bucket: string
  readonly apiKey: string
  /** Whether clients need a key that isn't published. */
  readonly hasOwnKey: boolean
  readonly requestsPerMinute: number
  readonly maxRowsPerInsert: number
  readonly rateWindow: RateWindowKind
  readonly sendsRetryAfter: boolean
  readonly clampsLimit: boolean
  readonly requiredFields: RequiredFields
  readonly maxBodyBytes: number
  readonly createId: (kind: 'table' | 'row') => string
  readonly logger: Logger
  readonly clock: Clock
  /** Whether the storage's own times are those of the clock. */
  readonly usesStorageTimes: boolean
}

/** The key that is used unless another one is given. */
export const sampleApiKey = 'zerodb_sk_sample0000000000000000000000'

const tiers: Readonly<Record<ZerodbTier, readonly [requestsPerMinute: number, maxRowsPerInsert: number]>> = {
  free: [60, 100],
  starter: [300, 500],
  pro: [1000, 1000],
  enterprise: [Number.POSITIVE_INFINITY, 1000],
}

const optionNames: Readonly<Record<keyof ZerodbGatewayOptions, true>> = {
  storage: true,
  host: true,
  port: true,
  tls: true,
  allowRemote: true,
  closeDeadlineMs: true,
  bucket: true,
  apiKey: true,
  tier: true,
  requestsPerMinute: true,
  maxRowsPerInsert: true,
  rateWindow: true,
  sendsRetryAfter: true,
  clampsLimit: true,
  requiredFields: true,
  maxBodyBytes: true,
  createId: true,
  logger: true,
  clock: true,
}

/** Checks options and fills in what is left out. */
export function checkZerodbOptions(options: ZerodbGatewayOptions): ZerodbSettings {
  refuseUnknownOptions('startZerodbGateway', options, optionNames)
  requireCapabilities(options.storage, 'ZeroDB keeps rows in tables', needed)
  const { host, port, tls, allowRemote, closeDeadlineMs, storage, clock } = options
  const tier = checkWord('tier', options.tier ?? 'enterprise', Object.keys(tiers) as ZerodbTier[])
  const [perMinute, perInsert] = tiers[tier]
  const { apiKey = sampleApiKey, maxBodyBytes = 16 * 1024 * 1024 } = options
  if (apiKey === '') throw invalidArgument('apiKey is empty: give one with characters')
  return {
    storage,
    listen: { host, port, tls, allowRemote, closeDeadlineMs },
    bucket: options.bucket ?? 'default',
    apiKey,
    hasOwnKey: apiKey !== sampleApiKey,
    requestsPerMinute: checkCount('requestsPerMinute', options.requestsPerMinute) ?? perMinute,
    maxRowsPerInsert: checkCount('maxRowsPerInsert', options.maxRowsPerInsert) ?? perInsert,
    rateWindow: checkWord('rateWindow', options.rateWindow ?? 'sliding', ['fixed', 'sliding']),
    sendsRetryAfter: options.sendsRetryAfter ?? false,
    clampsLimit: options.clampsLimit ?? false,
    requiredFields: checkWord('requiredFields', options.requiredFields ?? 'unique-indexed', [
      'unique-indexed',
      'all',
      'none',
    ]),
    maxBodyBytes: checkCount('maxBodyBytes', maxBodyBytes) ?? maxBodyBytes,
    createId: options.createId ?? randomId,
    logger: options.logger ?? silentLogger,
    clock: clock ?? systemClock,
    usesStorageTimes: clock === undefined,
  }
}

function checkWord<Word extends string>(name: string, value: Word, words: readonly Word[]): Word {
  if (words.includes(value)) return value
  throw invalidArgument(`${name} is "${String(value)}": use ${words.join(', ')}`)
}

function checkCount(name: string, value: number | undefined): number | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) return value
  throw invalidArgument(`${name} is ${String(value)}: give a whole number from 1`)
}

const needed = [
  'tables.list',
  'tables.get',
  'tables.create',
  'tables.drop',
  'tables.indexes',
  'tables.insert',
  'tables.find',
  'tables.count',
  'tables.update',
  'tables.delete',
] as const

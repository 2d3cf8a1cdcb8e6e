import { invalidArgument } from '@stowage/core/driver'
import { z } from 'zod'

/** A plan of the service: `free` 60 requests a minute and 100 rows an insert, `starter` 300 and 500, `pro` 1,000 and 1,000, `enterprise` as agreed. */
export type ZerodbTier = 'free' | 'starter' | 'pro' | 'enterprise'

/** Which answers of queries are read: `spec` is the documented one, `project` that of the project-scoped routes. */
export type ZerodbResponseDialect = 'spec' | 'project'

/** Options of the ZeroDB adapter, as people write them. */
export interface ZerodbOptions {
  /** The API key. It belongs on servers only. Default: `ZERODB_API_KEY`. */
  readonly apiKey?: string | undefined
  /** The base URL, which ends in `/database`. Default: `ZERODB_API_URL`, else `https://api.ainative.studio/v1/public/database`. */
  readonly baseUrl?: string | undefined
  /** The plan the key is on: it sets the two limits below. Default `free`. */
  readonly tier?: ZerodbTier | undefined
  /** The most requests a minute, of all storages with this key in the process; lowers the tier's. `enterprise` needs it. */
  readonly requestsPerMinute?: number | undefined
  /** The most rows an insert request may carry, 1,000 at most; lowers the tier's. `enterprise` needs it. */
  readonly maxRowsPerInsert?: number | undefined
  /** The most bytes of the rows of one insert request. Default 1 MiB. */
  readonly maxInsertBytes?: number | undefined
  /** Headers of every request, such as `X-Project-ID`; they count as secret. */
  readonly extraHeaders?: Readonly<Record<string, string>> | undefined
  /** Which answers of queries are read. Default `spec`. */
  readonly responseDialect?: ZerodbResponseDialect | undefined
  /**
   * A field that holds a unique value in every row the app inserts. When the answer to an insert is lost, the rows that are in are looked up by
   * it and only the missing ones are sent again. Default: none; such an insert fails with `outcome-unknown`.
   */
  readonly idempotencyField?: string | undefined
  /**
   * A unique field that never changes, of one type in all rows, to page by: rows inserted or deleted meanwhile then neither repeat nor hide
   * others. `_id` will do where the service lets it be filtered. Default: none; pages are cut by offset.
   */
  readonly scanField?: string | undefined
  /** What to do when rows came or went between two pages cut by offset, so that some may be missing: `warn` logs it, `fail` ends the read with `conflict`. Default `warn`. */
  readonly inconsistentScans?: 'warn' | 'fail' | undefined
  /** Whether rows show the service's row id as field `_id`. Default `hidden`: rows come back as they were inserted. */
  readonly rowIds?: 'hidden' | 'shown' | undefined
  /** Whether listings tell the columns of each table, at a request per table. Default false: they come without columns, key and indexes. */
  readonly listSchemas?: boolean | undefined
  /** What happens to stored numbers that a double can't hold: `refuse` fails, `text` gives their digits. Default `refuse`. */
  readonly inexactNumbers?: 'refuse' | 'text' | undefined
  /** Operators beyond the ten documented ones that filters of the native client may use, at your own risk. Default: none. */
  readonly extraOperators?: readonly string[] | undefined
  /** How long one request may take, in milliseconds; 0 for as long as it takes. Waiting for the rate limit doesn't count. Default 30000. */
  readonly timeoutMs?: number | undefined
}

/** Options of the ZeroDB adapter, with defaults. */
export interface CheckedZerodbOptions extends ZerodbOptions {
  /** The base URL. */
  readonly baseUrl: string
  /** The plan the key is on. */
  readonly tier: ZerodbTier
  /** The most requests a minute. */
  readonly requestsPerMinute: number
  /** The most rows an insert request may carry. */
  readonly maxRowsPerInsert: number
  /** The most bytes of the rows of one insert request. */
  readonly maxInsertBytes: number
  /** Headers of every request. */
  readonly extraHeaders: Readonly<Record<string, string>>
  /** Which answers of queries are read. */
  readonly responseDialect: ZerodbResponseDialect
  /** What to do when rows came or went between two pages. */
  readonly inconsistentScans: 'warn' | 'fail'
  /** Whether rows show the service's row id. */
  readonly rowIds: 'hidden' | 'shown'
  /** Whether listings tell the columns of each table. */
  readonly listSchemas: boolean
  /** What happens to stored numbers that a double can't hold. */
  readonly inexactNumbers: 'refuse' | 'text'
  /** Operators that filters of the native client may use. */
  readonly extraOperators: readonly string[]
  /** How long one request may take, in milliseconds. */
  readonly timeoutMs: number
}

/** The service's limits by plan. */
const tierLimits = {
  free: { requestsPerMinute: 60, maxRowsPerInsert: 100 },
  starter: { requestsPerMinute: 300, maxRowsPerInsert: 500 },
  pro: { requestsPerMinute: 1000, maxRowsPerInsert: 1000 },
  enterprise: { requestsPerMinute: Infinity, maxRowsPerInsert: 1000 },
} as const

/** Headers the client sets itself: another value would break requests or replace the key. */
const ownHeaders: ReadonlySet<string> = new Set([
  'x-api-key',
  'content-type',
  'content-length',
  'host',
  'accept',
  'user-agent',
  'transfer-encoding',
  'connection',
])

const text = z.string().min(1)

const shape = z.strictObject({
  apiKey: text.optional().describe('The API key. It belongs on servers only'),
  baseUrl: text
    .default('https://api.ainative.studio/v1/public/database')
    .describe('The base URL, which ends in /database. Default https://api.ainative.studio/v1/public/database'),
  tier: z
    .enum(['free', 'starter', 'pro', 'enterprise'])
    .default('free')
    .describe('The plan the key is on: it sets requestsPerMinute and maxRowsPerInsert. Default free'),
  requestsPerMinute: z
    .number()
    .min(1)
    .optional()
    .describe("The most requests a minute; lowers the tier's. enterprise needs it"),
  maxRowsPerInsert: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe("The most rows an insert request may carry; lowers the tier's. enterprise needs it"),
  maxInsertBytes: z
    .int()
    .min(1024)
    .default(1024 * 1024)
    .describe('The most bytes of the rows of one insert request. Default 1 MiB'),
  extraHeaders: z
    .record(z.string(), z.string())
    .default({})
    .describe('Headers of every request, such as X-Project-ID; they count as secret. Default none'),
  responseDialect: z
    .enum(['spec', 'project'])
    .default('spec')
    .describe(
      'Which answers of queries are read: the documented ones, or those of the project-scoped routes. Default spec',
    ),
  idempotencyField: text
    .optional()
    .describe(
      'A field with a unique value in every row, by which inserts whose answer was lost are completed. Default none',
    ),
  scanField: text
    .optional()
    .describe('A unique field that never changes, to page by. Default none: pages are cut by offset'),
  inconsistentScans: z
    .enum(['warn', 'fail'])
    .default('warn')
    .describe('What to do when rows came or went between two pages cut by offset. Default warn'),
  rowIds: z
    .enum(['hidden', 'shown'])
    .default('hidden')
    .describe("Whether rows show the service's row id as field _id. Default hidden"),
  listSchemas: z
    .boolean()
    .default(false)
    .describe('Whether listings tell the columns of each table, at a request per table. Default false'),
  inexactNumbers: z
    .enum(['refuse', 'text'])
    .default('refuse')
    .describe('What happens to stored numbers that a double cannot hold: fail, or give their digits. Default refuse'),
  extraOperators: z
    .array(z.string().startsWith('$'))
    .default([])
    .describe('Operators beyond the documented ones that filters of the native client may use. Default none'),
  timeoutMs: z
    .int()
    .min(0)
    .default(30_000)
    .describe('How long one request may take, in milliseconds; 0 for as long as it takes. Default 30000'),
})

const checked = shape
  .superRefine(({ tier, requestsPerMinute, maxRowsPerInsert, extraHeaders }, context) => {
    if (tier === 'enterprise' && (requestsPerMinute === undefined || maxRowsPerInsert === undefined)) {
      const message = 'the tier enterprise has no limits of its own: give requestsPerMinute and maxRowsPerInsert'
      context.addIssue({ code: 'custom', path: ['tier'], message })
    }
    for (const name of Object.keys(extraHeaders)) {
      if (!ownHeaders.has(name.toLowerCase())) continue
      const message = `${name} is set by the client itself: leave it out`
      context.addIssue({ code: 'custom', path: ['extraHeaders', name], message })
    }
  })
  .transform(({ requestsPerMinute = Infinity, maxRowsPerInsert = Infinity, ...options }) => {
    const limits = tierLimits[options.tier]
    return {
      ...options,
      requestsPerMinute: Math.min(requestsPerMinute, limits.requestsPerMinute),
      maxRowsPerInsert: Math.min(maxRowsPerInsert, limits.maxRowsPerInsert),
    }
  })

/** Checks options of the ZeroDB adapter and fills in defaults. */
export const zerodbOptionsSchema: z.ZodType<CheckedZerodbOptions, ZerodbOptions> = checked

/** The environment variable each option is read from. */
export const zerodbEnvironment: Readonly<Record<string, string>> = {
  apiKey: 'ZERODB_API_KEY',
  baseUrl: 'ZERODB_API_URL',
}

/** The options that hold secrets. */
export const zerodbSecretOptions: readonly string[] = ['apiKey', 'extraHeaders']

/** Checks options as an app gives them. */
export function checkZerodbOptions(options: ZerodbOptions): CheckedZerodbOptions {
  const { success, data, error } = zerodbOptionsSchema.safeParse(options)
  if (success) return data
  const lines = error.issues.map(({ message, path }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
  throw invalidArgument(`options of the ZeroDB backend: ${lines.join('; ')}`)
}

/** Fills in what the environment says where the options say nothing. */
export function withEnvironment(
  options: ZerodbOptions,
  environment: Readonly<Record<string, string | undefined>>,
): ZerodbOptions {
  const entries = Object.entries(zerodbEnvironment).map(([option, name]) => [option, environment[name]] as const)
  return { ...Object.fromEntries(entries.filter(([, value]) => value !== undefined && value !== '')), ...options }
}

/**
 * Gives the key the options hold, or fails and names both ways to give one.
 *
 * @throws StorageError `invalid-argument` without a key, and in a browser, where everybody could read it
 */
export function requireApiKey(
  apiKey: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  if (!('process' in globalThis) || globalThis.process.versions?.node === undefined)
    throw invalidArgument('ZeroDB is used from servers only: in a browser everybody could read the API key')
  const key = apiKey ?? environment['ZERODB_API_KEY'] ?? ''
  if (key !== '') return key
  throw invalidArgument('ZeroDB needs an API key: give the option apiKey, or set ZERODB_API_KEY')
}

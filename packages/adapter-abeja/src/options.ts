import { invalidArgument } from '@stowage/core/driver'
import { z } from 'zod'

/** Options of the ABEJA adapter, as people write them. */
export interface AbejaOptions {
  /** The base URL of the API. Default: `ABEJA_API_URL`, else `https://api.abeja.io`. */
  readonly baseUrl?: string | undefined
  /** The organization, by its id of 13 digits or its name. Default: `ABEJA_ORGANIZATION_ID`. Only files of channels by their ids do without. */
  readonly organizationId?: string | undefined
  /** An auth token of the platform; goes before the other credentials. Default: `PLATFORM_AUTH_TOKEN`, where no credential is given. */
  readonly authToken?: string | undefined
  /** The user, with or without `user-` in front. Default: `ABEJA_PLATFORM_USER_ID`, where no credential is given. */
  readonly userId?: string | undefined
  /** The token that goes with `userId`. Default: `ABEJA_PLATFORM_PERSONAL_ACCESS_TOKEN`, where no credential is given. */
  readonly personalAccessToken?: string | undefined
  /** The datasource, with or without `datasource-` in front. Default: `ABEJA_PLATFORM_DATASOURCE_ID`, where no credential is given. */
  readonly datasourceId?: string | undefined
  /** The secret that goes with `datasourceId`. Default: `ABEJA_PLATFORM_DATASOURCE_SECRET`, where no credential is given. */
  readonly datasourceSecret?: string | undefined
  /** The only kind of container that is shown and made. Default: both are shown, and channels are made. */
  readonly kind?: 'channel' | 'bucket' | undefined
  /** How long a call may take that moves no file, in milliseconds; 0 for as long as it takes. Default 30000. */
  readonly timeoutMs?: number | undefined
  /** Whether a file of a channel that a search by name does not find is looked for in the whole listing. Default true. */
  readonly searchFallback?: boolean | undefined
  /** Whether files of buckets up to 5 MiB without a note of ours are checked against an etag that is an MD5. Default true. */
  readonly verifyEtags?: boolean | undefined
  /** Whether plain http is allowed beyond this machine. Default false. */
  readonly allowInsecure?: boolean | undefined
}

/** Options of the ABEJA adapter, with defaults. */
export interface CheckedAbejaOptions extends AbejaOptions {
  /** The base URL of the API. */
  readonly baseUrl: string
  /** How long a call may take that moves no file, in milliseconds; 0 for as long as it takes. */
  readonly timeoutMs: number
  /** Whether a file of a channel that a search by name does not find is looked for in the whole listing. */
  readonly searchFallback: boolean
  /** Whether files of buckets up to 5 MiB without a note of ours are checked against an etag that is an MD5. */
  readonly verifyEtags: boolean
  /** Whether plain http is allowed beyond this machine. */
  readonly allowInsecure: boolean
}

const text = z.string().min(1)

const checked = z.strictObject({
  baseUrl: text.default('https://api.abeja.io').describe('The base URL of the API. Default https://api.abeja.io'),
  organizationId: text
    .optional()
    .describe(
      'The organization, by its id of 13 digits or its name. Channels and buckets can be listed and made only with it',
    ),
  authToken: text.optional().describe('An auth token of the platform; goes before the other credentials'),
  userId: text.optional().describe('The user, with or without "user-" in front; goes with personalAccessToken'),
  personalAccessToken: text.optional().describe('The personal access token that goes with userId'),
  datasourceId: text
    .optional()
    .describe('The datasource, with or without "datasource-" in front; goes with datasourceSecret'),
  datasourceSecret: text.optional().describe('The secret that goes with datasourceId'),
  kind: z
    .enum(['channel', 'bucket'])
    .optional()
    .describe('The only kind of container that is shown and made. Default: both are shown, and channels are made'),
  timeoutMs: z
    .int()
    .min(0)
    .default(30_000)
    .describe('How long a call may take that moves no file, in milliseconds; 0 for as long as it takes. Default 30000'),
  searchFallback: z
    .boolean()
    .default(true)
    .describe(
      'Whether a file of a channel that a search by name does not find is looked for in the whole listing. Default true',
    ),
  verifyEtags: z
    .boolean()
    .default(true)
    .describe(
      'Whether files of buckets up to 5 MiB without a digest of ours are checked against their etag. Default true',
    ),
  allowInsecure: z
    .boolean()
    .default(false)
    .describe('Whether plain http is allowed beyond this machine. Default false'),
})

/** Checks options of the ABEJA adapter and fills in defaults. */
export const abejaOptionsSchema: z.ZodType<CheckedAbejaOptions, AbejaOptions> = checked

/**
 * The environment variable each option is read from. Credentials are not here: a credential in the options beats the environment
 * as a whole and is never completed from it (see `readCredential`).
 */
export const abejaEnvironment: Readonly<Record<string, string>> = {
  baseUrl: 'ABEJA_API_URL',
  organizationId: 'ABEJA_ORGANIZATION_ID',
}

/** The options that hold secrets. */
export const abejaSecretOptions: readonly string[] = ['authToken', 'personalAccessToken', 'datasourceSecret']

/** Checks options as an app gives them. */
export function checkAbejaOptions(options: AbejaOptions): CheckedAbejaOptions {
  const { success, data, error } = abejaOptionsSchema.safeParse(options)
  if (success) return data
  const lines = error.issues.map(({ message, path }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
  throw invalidArgument(`options of the ABEJA backend: ${lines.join('; ')}`)
}

/** Fills in what the environment says of place and organization. */
export function withEnvironment(
  options: AbejaOptions,
  environment: Readonly<Record<string, string | undefined>>,
): AbejaOptions {
  const entries = Object.entries(abejaEnvironment).map(([option, name]) => [option, environment[name]] as const)
  return { ...Object.fromEntries(entries.filter(([, value]) => value !== undefined && value !== '')), ...options }
}

import { invalidArgument } from '@stowage/core/driver'
import { z } from 'zod'

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

/** Options of the ABEJA adapter, as people write them. */
export type AbejaOptions = z.input<typeof checked>

/** Options of the ABEJA adapter, with defaults. */
export type CheckedAbejaOptions = z.output<typeof checked>

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

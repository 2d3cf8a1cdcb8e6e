import { invalidArgument } from '@stowage/core/driver'
import { z } from 'zod'

/** Options of the Keboola adapter, as people write them. */
export interface KeboolaOptions {
  /** The stack: its host, such as `connection.keboola.com`, or its URL. Default: `KEBOOLA_STACK_URL`, else `KBC_STORAGE_API_URL`, else that host. */
  readonly url?: string | undefined
  /** The Storage API token. It belongs to one project of one stack. Default: `KEBOOLA_TOKEN`, else `KBC_TOKEN`. */
  readonly token?: string | undefined
  /** The development branch, by its id; `default` is the production branch. Default: none, which is production as well. */
  readonly branchId?: string | undefined
  /**
   * What is spoken: `current` is what the API takes today; `guide` is what its older public guide shows (CSV in the query, previews by page,
   * the URL of an export in its job). Default `current`.
   */
  readonly dialect?: 'current' | 'guide' | undefined
  /** Groups the jobs and files of a run (`X-KBC-RunId`). Default: none. */
  readonly runId?: string | undefined
  /** How long a call may take that moves no file, in milliseconds; 0 for as long as it takes. Waiting for jobs has a deadline of its own. Default 120000. */
  readonly timeoutMs?: number | undefined
  /** How long a job is waited for, in milliseconds; afterwards it goes on unwatched. Default 600000. */
  readonly jobDeadlineMs?: number | undefined
  /** How long after the first look at a job comes the second, in milliseconds; the wait grows by 1.6 each time. Default 200. */
  readonly pollFirstMs?: number | undefined
  /** The longest wait between two looks at a job, in milliseconds. Default 5000. */
  readonly pollMaxMs?: number | undefined
  /** The endpoint of S3, addressed by paths. Default: AWS; for a stack on this machine the stack itself. */
  readonly s3Url?: string | undefined
  /** The endpoint of Google Cloud Storage. Default: Google; for a stack on this machine the stack itself. */
  readonly gcsUrl?: string | undefined
  /** Whether plain http is allowed beyond this machine. Default false. */
  readonly allowInsecure?: boolean | undefined
}

/** Options of the Keboola adapter, with defaults. Where the stack is and which token is sent may still be left to the environment. */
export interface CheckedKeboolaOptions extends KeboolaOptions {
  /** What is spoken. */
  readonly dialect: 'current' | 'guide'
  /** How long a call may take that moves no file, in milliseconds; 0 for as long as it takes. */
  readonly timeoutMs: number
  /** How long a job is waited for, in milliseconds. */
  readonly jobDeadlineMs: number
  /** How long after the first look at a job comes the second, in milliseconds. */
  readonly pollFirstMs: number
  /** The longest wait between two looks at a job, in milliseconds. */
  readonly pollMaxMs: number
  /** Whether plain http is allowed beyond this machine. */
  readonly allowInsecure: boolean
}

const text = z.string().min(1)

const checked = z.strictObject({
  url: text.optional().describe('The stack: its host or its URL. Default connection.keboola.com'),
  token: text.optional().describe('The Storage API token'),
  branchId: text.optional().describe('The development branch, by its id. Default: production'),
  dialect: z
    .enum(['current', 'guide'])
    .default('current')
    .describe(
      'What is spoken: "current" is today\'s API, "guide" the forms of the older public guide. Default current',
    ),
  runId: text.optional().describe('Groups the jobs and files of a run. Default: none'),
  timeoutMs: z
    .int()
    .min(0)
    .default(120_000)
    .describe(
      'How long a call may take that moves no file, in milliseconds; 0 for as long as it takes. Default 120000',
    ),
  jobDeadlineMs: z
    .int()
    .positive()
    .default(600_000)
    .describe('How long a job is waited for, in milliseconds; afterwards it goes on unwatched. Default 600000'),
  pollFirstMs: z
    .int()
    .positive()
    .default(200)
    .describe('How long after the first look at a job comes the second, in milliseconds. Default 200'),
  pollMaxMs: z
    .int()
    .positive()
    .default(5_000)
    .describe('The longest wait between two looks at a job, in milliseconds. Default 5000'),
  s3Url: text.optional().describe('The endpoint of S3, addressed by paths. Default: AWS, or a stack on this machine'),
  gcsUrl: text.optional().describe('The endpoint of Google Cloud Storage. Default: Google, or a stack on this machine'),
  allowInsecure: z
    .boolean()
    .default(false)
    .describe('Whether plain http is allowed beyond this machine. Default false'),
})

/** Checks options of the Keboola adapter and fills in defaults. */
export const keboolaOptionsSchema: z.ZodType<CheckedKeboolaOptions, KeboolaOptions> = checked

/** The environment variable each option is read from. {@link readKeboolaAccess} also knows the names of Keboola's own tools. */
export const keboolaEnvironment: Readonly<Record<string, string>> = {
  url: 'KEBOOLA_STACK_URL',
  token: 'KEBOOLA_TOKEN',
}

/** The options that hold secrets. */
export const keboolaSecretOptions: readonly string[] = ['token']

/** Checks options as an app gives them. */
export function checkKeboolaOptions(options: KeboolaOptions): CheckedKeboolaOptions {
  const { success, data, error } = keboolaOptionsSchema.safeParse(options)
  if (success) return data
  const lines = error.issues.map(({ message, path }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
  throw invalidArgument(`options of the Keboola backend: ${lines.join('; ')}`)
}

/** Where a stack is and the token that is sent there. */
export interface KeboolaAccess {
  /** The stack's URL. */
  readonly url: string
  /** The token. */
  readonly token: string
}

/** What the environment is, for whoever reads it. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Says where the stack is and which token is sent, from the options and, for what they leave out, the environment: the guide's names
 * before those of Keboola's own tools.
 *
 * @throws StorageError `invalid-argument` without a token, naming the ways to give one
 */
export function readKeboolaAccess({ url, token }: KeboolaOptions, environment: Environment): KeboolaAccess {
  const place = url ?? (environment['KEBOOLA_STACK_URL'] || environment['KBC_STORAGE_API_URL'])
  const secret = token ?? (environment['KEBOOLA_TOKEN'] || environment['KBC_TOKEN'])
  if (secret) return { url: toStackUrl(place ?? 'connection.keboola.com'), token: secret }
  const context = environment['KBC_PROJECT_ID']
    ? ' This is a workspace (KBC_PROJECT_ID is set): its credentials are for its database, and no token.'
    : ''
  throw invalidArgument(
    `Keboola needs a Storage API token: give the option token, or set KEBOOLA_TOKEN or KBC_TOKEN.${context}`,
  )
}

/** A host is taken for one on `https`; what tools of Keboola's may have put behind the stack is left out. */
function toStackUrl(place: string): string {
  const url = place.includes('://') ? place : `https://${place}`
  return url.replace(/\/(?:v2(?:\/storage)?\/?)?$/, '')
}

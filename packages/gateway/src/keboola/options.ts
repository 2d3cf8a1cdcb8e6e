import type { Storage } from '@stowage/core'
import { type Clock, invalidArgument, type Logger, silentLogger, systemClock } from '@stowage/core/driver'
import type { ListenOptions } from '../server/gateway-server.ts'
import { refuseUnknownOptions, requireCapabilities } from '../server/served-storage.ts'

/** Where a project keeps its files, which decides what clients upload and download with. */
export type KeboolaFileProvider = 'aws' | 'azure' | 'gcp'

/** What a token may do with a bucket. */
export type KeboolaPermission = 'read' | 'write' | 'manage'

/** A token beside the gateway's own. */
export interface KeboolaToken {
  /** The token itself. */
  readonly token: string
  /** A name for people. Default: the number of the token. */
  readonly description?: string | undefined
  /** What it may do, by the id of the bucket; what isn't named it can't see. Default: nothing. */
  readonly bucketPermissions?: Readonly<Record<string, KeboolaPermission>> | undefined
  /** Whether it may create and delete buckets, and do everything in all of them. Default false. */
  readonly canManageBuckets?: boolean | undefined
  /** Whether it sees files that others uploaded. Default false. */
  readonly canReadAllFileUploads?: boolean | undefined
}

/** Options of {@link startKeboolaGateway}. */
export interface KeboolaGatewayOptions extends ListenOptions {
  /** What is served. It must list and create buckets, keep tables and files. It stays open when the gateway closes. */
  readonly storage: Storage
  /** The token that may do everything. Default: {@link sampleKeboolaToken}, which everybody knows. */
  readonly token?: string | undefined
  /** More tokens. Default: none. */
  readonly tokens?: readonly KeboolaToken[] | undefined
  /** The number of the project. Default 8625. */
  readonly projectId?: number | undefined
  /** How files are uploaded and downloaded: all three are served by the gateway itself. Default `aws`. */
  readonly fileProvider?: KeboolaFileProvider | undefined
  /**
   * What decides where the older public guide and the service contradict each other: `current` answers as the service does,
   * `guide` as the guide says. What only the guide has is answered in both. Default `current`.
   */
  readonly dialect?: 'current' | 'guide' | undefined
  /** Whether refusals have the guide's codes and statuses, for example 409 for a table that exists. Default: by `dialect`. */
  readonly guideErrors?: boolean | undefined
  /** Whether a preview is paged by `limit` and `offset` and answers a list of objects. Default: by `dialect`. */
  readonly guidePreview?: boolean | undefined
  /** Whether an exported table is in slices without a header, as the service does it, or one file with one. Default: by `dialect`. */
  readonly exportSliced?: boolean | undefined
  /** How long a request line may be, in bytes. Default 8,192. */
  readonly maxRequestLineBytes?: number | undefined
  /** How often a job that is asked for answers `waiting` and `processing` before anything else. Default: not at all. */
  readonly pollsBeforeDone?: number | undefined
  /**
   * How long a file that was created or deleted takes to show so in lists, in milliseconds of the gateway's clock: about 1,000 at the
   * service. Default 0.
   */
  readonly fileListDelayMs?: number | undefined
  /** How long URLs of files work, in seconds. Default 3,600. */
  readonly urlExpiresInSeconds?: number | undefined
  /** Where log lines go: one for each request, and failures. Default: nowhere. */
  readonly logger?: Logger | undefined
  /** The clock for instants, lifetimes and URLs. Default: the computer's; the storage then deletes files that have lived long enough. */
  readonly clock?: Clock | undefined
}

/** Options that are checked and complete. */
export interface KeboolaSettings {
  readonly storage: Storage
  readonly listen: ListenOptions
  readonly token: string
  readonly tokens: readonly KeboolaToken[]
  /** Whether clients need a token that isn't published. */
  readonly hasOwnToken: boolean
  readonly projectId: number
  readonly fileProvider: KeboolaFileProvider
  readonly dialect: 'current' | 'guide'
  readonly guideErrors: boolean
  readonly guidePreview: boolean
  readonly exportSliced: boolean
  readonly maxRequestLineBytes: number
  readonly pollsBeforeDone: number
  readonly fileListDelayMs: number
  readonly urlExpiresInSeconds: number
  /** Whether the storage may delete by itself what has lived long enough. */
  readonly usesExpiry: boolean
  readonly logger: Logger
  readonly clock: Clock
}

/** The token that is used unless another one is given. */
export const sampleKeboolaToken = '8625-1-stowageSampleTokenForKeboolaGateways'

const optionNames: Readonly<Record<keyof KeboolaGatewayOptions, true>> = {
  storage: true,
  host: true,
  port: true,
  tls: true,
  allowRemote: true,
  closeDeadlineMs: true,
  token: true,
  tokens: true,
  projectId: true,
  fileProvider: true,
  dialect: true,
  guideErrors: true,
  guidePreview: true,
  exportSliced: true,
  maxRequestLineBytes: true,
  pollsBeforeDone: true,
  fileListDelayMs: true,
  urlExpiresInSeconds: true,
  logger: true,
  clock: true,
}

/** Checks options and fills in what is left out. */
export function checkKeboolaOptions(options: KeboolaGatewayOptions): KeboolaSettings {
  refuseUnknownOptions('startKeboolaGateway', options, optionNames)
  requireCapabilities(options.storage, 'Keboola has buckets, tables and files', needed)
  const { host, port, tls, allowRemote, closeDeadlineMs, token = sampleKeboolaToken, clock } = options
  const { fileProvider = 'aws', dialect = 'current' } = options
  checkOneOf('fileProvider', fileProvider, ['aws', 'azure', 'gcp'])
  checkOneOf('dialect', dialect, ['current', 'guide'])
  const isGuide = dialect === 'guide'
  return {
    storage: options.storage,
    listen: { host, port, tls, allowRemote, closeDeadlineMs },
    token,
    tokens: checkTokens(token, options.tokens ?? []),
    hasOwnToken: token !== sampleKeboolaToken,
    projectId: checkCount('projectId', options.projectId ?? 8625, 1, 2 ** 31),
    fileProvider,
    dialect,
    guideErrors: options.guideErrors ?? isGuide,
    guidePreview: options.guidePreview ?? isGuide,
    exportSliced: options.exportSliced ?? !isGuide,
    maxRequestLineBytes: checkCount('maxRequestLineBytes', options.maxRequestLineBytes ?? 8192, 256, 15_000),
    pollsBeforeDone: checkCount('pollsBeforeDone', options.pollsBeforeDone ?? 0, 0, 1000),
    fileListDelayMs: checkCount('fileListDelayMs', options.fileListDelayMs ?? 0, 0, 60_000),
    urlExpiresInSeconds: checkCount('urlExpiresInSeconds', options.urlExpiresInSeconds ?? 3600, 1, 365 * 24 * 60 * 60),
    usesExpiry: clock === undefined,
    logger: options.logger ?? silentLogger,
    clock: clock ?? systemClock,
  }
}

function checkOneOf(name: string, value: string, known: readonly string[]): void {
  if (!known.includes(value)) throw invalidArgument(`${name} is "${value}": use ${known.join(', ')}`)
}

function checkCount(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw invalidArgument(`${name} is ${value}: give a whole number from ${least} to ${most}`)
}

function checkTokens(own: string, others: readonly KeboolaToken[]): readonly KeboolaToken[] {
  const seen = new Set<string>()
  for (const token of [own, ...others.map((one) => one.token)]) {
    // It travels in a header.
    if (!/^[\x21-\x7e]+$/.test(token)) throw invalidArgument('a token must be printable ASCII without spaces')
    if (seen.has(token)) throw invalidArgument('two tokens are the same: give each its own')
    seen.add(token)
  }
  return others
}

const needed = [
  'buckets.list',
  'buckets.create',
  'buckets.delete',
  'tables.list',
  'tables.get',
  'tables.create',
  'tables.drop',
  'tables.load',
  'tables.replace',
  'tables.find',
  'files.read',
  'files.stat',
  'files.list',
  'files.write',
  'files.metadata',
] as const

import { createHmac } from 'node:crypto'
import type { Storage } from '@stowage/core'
import { type Clock, invalidArgument, type Logger, silentLogger, systemClock } from '@stowage/core/driver'
import type { ListenOptions } from '../server/gateway-server.ts'
import { refuseUnknownOptions, requireCapabilities } from '../server/served-storage.ts'

/** What a user may do: an admin and a developer everything, a regular user only read. */
export type AbejaRole = 'admin' | 'developer' | 'regular'

/** An organization: what channels and buckets belong to. */
export interface AbejaOrganization {
  /** Its id: 13 digits. */
  readonly id: string
  /** Its name, which stands for the id in paths as well. */
  readonly name: string
}

/** A user who may use the gateway. */
export interface AbejaUser {
  /** The id, without `user-`. */
  readonly id: string
  /** What they may do, in every organization. Default `developer`. */
  readonly role?: AbejaRole | undefined
  /** The token that goes with the id. */
  readonly personalAccessToken: string
  /** A token that is taken alone, as `Bearer`. Default: none. */
  readonly authToken?: string | undefined
}

/** A datasource that channels can be connected to. */
export interface AbejaDatasource {
  /** Its id: 13 digits. */
  readonly id: string
  /** A name for people. Default: the id. */
  readonly displayName?: string | undefined
  /** The secret it authenticates with. Default: one derived from the personal access token. */
  readonly secret?: string | undefined
}

/** Options of {@link startAbejaGateway}. */
export interface AbejaGatewayOptions extends ListenOptions {
  /** What is served. It must list and create buckets and keep files with metadata. It stays open when the gateway closes. */
  readonly storage: Storage
  /** The organizations. What is in the storage already belongs to the first. Default: `acme`, `1402938475610`. */
  readonly organizations?: readonly AbejaOrganization[] | undefined
  /** The id of the gateway's own user, an admin. Default `1112223334445`. */
  readonly userId?: string | undefined
  /** Their personal access token. Default: the published sample, which everybody knows. */
  readonly personalAccessToken?: string | undefined
  /** Their auth token, for `Bearer`. Default: one derived from the personal access token. */
  readonly authToken?: string | undefined
  /** More users. Default: none. */
  readonly users?: readonly AbejaUser[] | undefined
  /** The datasources, connected to no channel at first. Default: one, `1733344455566`. */
  readonly datasources?: readonly AbejaDatasource[] | undefined
  /** Whether a list of channels that doesn't say so has archived ones; what the service does is disputed. Default false. */
  readonly listsArchivedChannels?: boolean | undefined
  /** How many files a page has when the client doesn't say. Default 100. */
  readonly filesPerPage?: number | undefined
  /** How long signed URLs work, in seconds. Default 3,600. */
  readonly urlExpiresInSeconds?: number | undefined
  /** Where log lines go: one for each request, and failures. Default: nowhere. */
  readonly logger?: Logger | undefined
  /** The clock for upload instants, lifetimes and URLs. Default: the computer's; the storage then deletes what has lived long enough. */
  readonly clock?: Clock | undefined
}

/** The gateway's own user. */
export interface OwnUser extends AbejaUser {
  readonly role: 'admin'
  readonly authToken: string
}

/** Options that are checked and complete. */
export interface AbejaSettings {
  readonly storage: Storage
  readonly listen: ListenOptions
  readonly organizations: readonly [AbejaOrganization, ...AbejaOrganization[]]
  /** All users, the gateway's own first. */
  readonly users: readonly [OwnUser, ...AbejaUser[]]
  readonly datasources: readonly Required<AbejaDatasource>[]
  /** Whether clients need a token that isn't published. */
  readonly hasOwnToken: boolean
  readonly listsArchivedChannels: boolean
  readonly filesPerPage: number
  readonly urlExpiresInSeconds: number
  /** Whether the storage may delete by itself what has lived long enough. */
  readonly usesExpiry: boolean
  readonly logger: Logger
  readonly clock: Clock
}

/** The personal access token that is used unless another one is given. */
export const sampleAccessToken = '5f0c2b7e8d144a6b9a37c1e2d3f4a5b6c7d8e9f0'

const optionNames: Readonly<Record<keyof AbejaGatewayOptions, true>> = {
  storage: true,
  host: true,
  port: true,
  tls: true,
  allowRemote: true,
  closeDeadlineMs: true,
  organizations: true,
  userId: true,
  personalAccessToken: true,
  authToken: true,
  users: true,
  datasources: true,
  listsArchivedChannels: true,
  filesPerPage: true,
  urlExpiresInSeconds: true,
  logger: true,
  clock: true,
}

/** Checks options and fills in what is left out. */
export function checkAbejaOptions(options: AbejaGatewayOptions): AbejaSettings {
  refuseUnknownOptions('startAbejaGateway', options, optionNames)
  requireCapabilities(options.storage, 'ABEJA keeps files in containers', needed)
  const {
    host,
    port,
    tls,
    allowRemote,
    closeDeadlineMs,
    clock,
    filesPerPage = 100,
    urlExpiresInSeconds = 3600,
  } = options
  checkCount('filesPerPage', filesPerPage, 1000)
  checkCount('urlExpiresInSeconds', urlExpiresInSeconds, 365 * 24 * 60 * 60)
  const { personalAccessToken = sampleAccessToken } = options
  return {
    storage: options.storage,
    listen: { host, port, tls, allowRemote, closeDeadlineMs },
    organizations: checkOrganizations(options.organizations),
    users: [ownUser(options, personalAccessToken), ...(options.users ?? [])],
    datasources: (options.datasources ?? [{ id: '1733344455566', displayName: 'gate-7' }]).map((one) =>
      completeDatasource(one, personalAccessToken),
    ),
    hasOwnToken: personalAccessToken !== sampleAccessToken,
    listsArchivedChannels: options.listsArchivedChannels ?? false,
    filesPerPage,
    urlExpiresInSeconds,
    usesExpiry: clock === undefined,
    logger: options.logger ?? silentLogger,
    clock: clock ?? systemClock,
  }
}

function checkOrganizations(given: AbejaGatewayOptions['organizations']): AbejaSettings['organizations'] {
  const [first, ...others] = given ?? [{ id: '1402938475610', name: 'acme' }]
  if (first === undefined) throw invalidArgument('organizations is empty: give one, or leave it out for the sample')
  return [first, ...others]
}

function ownUser(options: AbejaGatewayOptions, personalAccessToken: string): OwnUser {
  const { userId = '1112223334445', authToken = derivedToken(personalAccessToken) } = options
  if (personalAccessToken === '' || authToken === '')
    throw invalidArgument('a token is empty: give one with characters')
  if (!/^\d+$/.test(userId)) throw invalidArgument(`userId is "${userId}": give digits alone, without "user-"`)
  return { id: userId, role: 'admin', personalAccessToken, authToken }
}

// They look like the service's, hold after a restart, and who doesn't know the token doesn't know them.
function derivedToken(personalAccessToken: string): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const unsigned = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ iss: 'stowage' })}`
  return `${unsigned}.${createHmac('sha256', personalAccessToken).update(unsigned).digest('base64url')}`
}

function completeDatasource(
  { id, displayName, secret }: AbejaDatasource,
  personalAccessToken: string,
): Required<AbejaDatasource> {
  const derived = createHmac('sha1', personalAccessToken).update(`datasource ${id}`).digest('hex')
  return { id, displayName: displayName ?? id, secret: secret ?? derived }
}

function checkCount(name: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return
  throw invalidArgument(`${name} is ${value}: give a whole number from 1 to ${most}`)
}

const needed = [
  'buckets.list',
  'buckets.get',
  'buckets.create',
  'files.read',
  'files.stat',
  'files.list',
  'files.write',
  'files.metadata',
] as const

import { z } from 'zod'
import { anyMap, flag, id, instant, mapOf, optionalText, texts } from './answers.ts'
import type { KeboolaParts } from './parts.ts'
import { type KeboolaTable, tableAnswer } from './table-answers.ts'
import type { KeboolaCallOptions } from './wire.ts'

/** A token, and the project it is for. Its secret is not in it. */
export interface KeboolaToken {
  /** Its id. */
  readonly id: string
  /** What it is for, in words. */
  readonly description: string | undefined
  /** Whether it may do everything in the project. */
  readonly isMasterToken: boolean
  /** Whether it may create and delete buckets. */
  readonly canManageBuckets: boolean
  /** Whether it sees files others uploaded. */
  readonly canReadAllFileUploads: boolean
  /** When it expires; undefined for never. */
  readonly expiresAt: Date | undefined
  /** What it may do with buckets, by their ids: `read`, `write` or `manage`. */
  readonly bucketPermissions: Readonly<Record<string, string>>
  /** The project. */
  readonly project: KeboolaProject
}

/** A project. */
export interface KeboolaProject {
  /** Its id. */
  readonly id: string
  /** Its name. */
  readonly name: string | undefined
  /** The backend of new buckets: `snowflake`, `bigquery`, … */
  readonly defaultBackend: string | undefined
  /** Where files are kept: `aws`, `azure` or `gcp`. */
  readonly fileStorageProvider: string | undefined
  /** What is switched on for it. */
  readonly features: readonly string[]
  /** Its limits by name, for example `storage.jobsParallelism`. */
  readonly limits: Readonly<Record<string, unknown>>
}

/** A branch of a project. */
export interface KeboolaBranch {
  /** Its id. */
  readonly id: string
  /** Its name. */
  readonly name: string
  /** Free text. */
  readonly description: string | undefined
  /** Whether it is production. */
  readonly isDefault: boolean
  /** When it was made. */
  readonly createdAt: Date | undefined
}

/** What a stack says of itself to everybody. */
export interface KeboolaStack {
  /** The URLs of its services by their ids, for example `query`. */
  readonly services: ReadonlyMap<string, string>
  /** What is switched on. */
  readonly features: readonly string[]
}

const projectShape = z.object({
  id,
  name: optionalText,
  defaultBackend: optionalText,
  fileStorageProvider: optionalText,
  features: texts.catch([]),
  limits: anyMap,
})

const tokenAnswer: z.ZodType<KeboolaToken> = z
  .object({
    id,
    description: optionalText,
    isMasterToken: flag,
    canManageBuckets: flag,
    canReadAllFileUploads: flag,
    expires: instant,
    bucketPermissions: mapOf(z.string()),
    owner: projectShape,
  })
  .transform(({ expires, owner, ...rest }) => ({ ...rest, expiresAt: expires, project: owner }))

const branchAnswer: z.ZodType<KeboolaBranch> = z
  .object({ id, name: z.string(), description: optionalText, isDefault: flag, created: instant })
  .transform(({ created, ...rest }) => ({ ...rest, createdAt: created }))

const stackAnswer: z.ZodType<KeboolaStack> = z
  .object({ services: z.array(z.object({ id: z.string(), url: z.string() })), features: texts.catch([]) })
  .transform(({ services, features }) => ({
    services: new Map(services.map(({ id: service, url }) => [service, url] as const)),
    features,
  }))

/** What is asked of the project and of the stack: the token, branches, run ids. */
export class KeboolaProjectClient {
  readonly #parts: KeboolaParts

  /** @internal */
  constructor(parts: KeboolaParts) {
    this.#parts = parts
  }

  /** Gives the token that is sent, and its project (`GET tokens/verify`): checks both reachability and credential. */
  async verifyToken(call: KeboolaCallOptions = {}): Promise<KeboolaToken> {
    return this.#parts.call({ path: ['tokens', 'verify'], isBranched: false }, tokenAnswer, call)
  }

  /** Gives what the stack says of itself (`GET /v2/storage`); needs no token. */
  async getStack(call: KeboolaCallOptions = {}): Promise<KeboolaStack> {
    return this.#parts.call({ path: [], query: { exclude: 'components' }, isBranched: false }, stackAnswer, call)
  }

  /** Gives all branches (`GET dev-branches`). */
  async listBranches(call: KeboolaCallOptions = {}): Promise<readonly KeboolaBranch[]> {
    return this.#parts.call({ path: ['dev-branches'], isBranched: false }, z.array(branchAnswer), call)
  }

  /** Gives a branch (`GET dev-branches/{id}`); `default` for production. */
  async getBranch(branchId: string, call: KeboolaCallOptions = {}): Promise<KeboolaBranch> {
    return this.#parts.call({ path: ['dev-branches', branchId], isBranched: false }, branchAnswer, call)
  }

  /** Makes an id that groups jobs and files of a run (`POST tickets`); give it as option `runId`. */
  async createTicket(call: KeboolaCallOptions = {}): Promise<string> {
    const answer = z.object({ id }).transform((ticket) => ticket.id)
    return this.#parts.call({ method: 'POST', path: ['tickets'], json: {}, isBranched: false }, answer, call)
  }

  /** Gives the tables whose metadata, or whose columns' metadata, has a key, value or provider (`GET search/tables`). */
  async searchTables(
    query: {
      readonly metadataKey?: string | undefined
      readonly metadataValue?: string | undefined
      readonly metadataProvider?: string | undefined
    },
    call: KeboolaCallOptions = {},
  ): Promise<readonly KeboolaTable[]> {
    return this.#parts.call({ path: ['search', 'tables'], query }, z.array(tableAnswer), call)
  }

  /** Gives what jobs of a run came to, in the service's words (`GET stats`). */
  async getStats(runId: string, call: KeboolaCallOptions = {}): Promise<Readonly<Record<string, unknown>>> {
    return this.#parts.call({ path: ['stats'], query: { runId }, isBranched: false }, anyMap, call)
  }
}

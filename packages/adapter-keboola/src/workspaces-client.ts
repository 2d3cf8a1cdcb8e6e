import { nothing } from './answers.ts'
import type { KeboolaJobHandle } from './jobs.ts'
import type { KeboolaParts } from './parts.ts'
import { type KeboolaRowFilter, toInstantText, withoutUndefined } from './row-filters.ts'
import { refuseSqlName } from './table-id.ts'
import { fileIdAnswer, type KeboolaFileResult } from './table-results.ts'
import type { KeboolaCallOptions } from './wire.ts'
import {
  type KeboolaWorkspace,
  type KeboolaWorkspaceSecret,
  secretAnswer,
  workspaceAnswer,
  workspacesAnswer,
} from './workspace-answers.ts'

/** A workspace to be made. */
export interface KeboolaNewWorkspace {
  /** The backend. Default: the project's. */
  readonly backend?: string | undefined
  /** The size, for example `small`. Default: the service's. */
  readonly backendSize?: string | undefined
  /** How people log in, for example `snowflake-service-keypair`. Default: the service's. */
  readonly loginType?: string | undefined
  /** The public key, for logins with keys. */
  readonly publicKey?: string | undefined
  /** Whether it sees the project's tables without loading them. Default: the service's. */
  readonly readOnlyStorageAccess?: boolean | undefined
  /** From where it can be reached: `user` or `system`. */
  readonly networkPolicy?: string | undefined
}

/** A table to be loaded into a workspace. */
export interface KeboolaWorkspaceInput {
  /** The id of the table. */
  readonly source: string
  /** What it is called in the workspace. */
  readonly destination: string
  /** The columns. Default: all. */
  readonly columns?: readonly string[] | undefined
  /** Only rows that match all of these. */
  readonly whereFilters?: readonly KeboolaRowFilter[] | undefined
  /** The most rows. */
  readonly rows?: number | undefined
  /** Only rows imported at this instant or later. */
  readonly changedSince?: Date | string | undefined
  /** Whether rows are added to what is there. Default false. */
  readonly incremental?: boolean | undefined
  /** Whether a table of this name is replaced. Default false. */
  readonly overwrite?: boolean | undefined
  /** How it gets there. Default: the service's. */
  readonly loadType?: 'COPY' | 'CLONE' | 'VIEW' | 'AUTO' | undefined
}

/** Workspaces: schemas of a database that are worked in with SQL, and their credentials. */
export class KeboolaWorkspacesClient {
  readonly #parts: KeboolaParts

  /** @internal */
  constructor(parts: KeboolaParts) {
    this.#parts = parts
  }

  /** Gives all workspaces, in one answer and without secrets (`GET workspaces`). */
  async list(call: KeboolaCallOptions = {}): Promise<readonly KeboolaWorkspace[]> {
    return this.#parts.call({ path: ['workspaces'] }, workspacesAnswer, call)
  }

  /** Gives a workspace without its secret (`GET workspaces/{id}`). */
  async get(workspaceId: string, call: KeboolaCallOptions = {}): Promise<KeboolaWorkspace> {
    return this.#parts.call({ path: ['workspaces', workspaceId] }, workspaceAnswer, call)
  }

  /**
   * Makes a workspace and gives its secret, once (`POST workspaces`). It may take minutes, so there is no deadline but the signal. Never repeat
   * it blindly: each call makes another workspace.
   */
  async create(workspace: KeboolaNewWorkspace = {}, call: KeboolaCallOptions = {}): Promise<KeboolaWorkspace> {
    const { backend, backendSize, loginType, publicKey, readOnlyStorageAccess, networkPolicy } = workspace
    const json = withoutUndefined({ backend, backendSize, loginType, publicKey, readOnlyStorageAccess, networkPolicy })
    const request = { method: 'POST', path: ['workspaces'], query: { async: false }, json, timeoutMs: 0 } as const
    return this.#parts.call(request, workspaceAnswer, call)
  }

  /** Submits the making of a workspace (`POST workspaces?async=1`). No secret comes with it: reset the password afterwards. */
  async submitCreate(
    workspace: KeboolaNewWorkspace = {},
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaJobHandle<KeboolaWorkspace>> {
    const request = { method: 'POST', path: ['workspaces'], query: { async: true } } as const
    const json = withoutUndefined({ ...workspace })
    return this.#parts.submit({ ...request, json }, { answer: workspaceAnswer, mayBeDone: true }, call)
  }

  /** Submits the deletion of a workspace and all that is in it (`DELETE workspaces/{id}`). */
  async delete(workspaceId: string, call: KeboolaCallOptions = {}): Promise<KeboolaJobHandle<void>> {
    const request = { method: 'DELETE', path: ['workspaces', workspaceId], query: { async: true } } as const
    return this.#parts.submit(request, { answer: nothing, mayBeDone: true }, call)
  }

  /** Makes a new password; the one before stops working (`POST workspaces/{id}/password`). */
  async resetPassword(workspaceId: string, call: KeboolaCallOptions = {}): Promise<KeboolaWorkspaceSecret> {
    const request = { method: 'POST', path: ['workspaces', workspaceId, 'password'], json: {} } as const
    return this.#parts.call(request, secretAnswer, call)
  }

  /** Sets the public key of a workspace that people log in to with keys (`POST workspaces/{id}/public-key`). */
  async setPublicKey(
    workspaceId: string,
    publicKey: string,
    { keyName }: { readonly keyName?: 'RSA_PUBLIC_KEY' | 'RSA_PUBLIC_KEY_2' | undefined } = {},
    call: KeboolaCallOptions = {},
  ): Promise<void> {
    const path = ['workspaces', workspaceId, 'public-key', ...(keyName === undefined ? [] : [keyName])]
    return this.#parts.call({ method: 'POST', path, json: { publicKey } }, nothing, call)
  }

  /**
   * Submits the loading of tables (`POST workspaces/{id}/load`).
   *
   * @param preserve - whether what is in the workspace stays. Default true; the service's own default deletes everything in it
   */
  async load(
    workspaceId: string,
    input: readonly KeboolaWorkspaceInput[],
    { preserve = true }: { readonly preserve?: boolean | undefined } = {},
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaJobHandle<void>> {
    const json = { input: input.map(toInput), preserve }
    const request = { method: 'POST', path: ['workspaces', workspaceId, 'load'], json } as const
    return this.#parts.submit(request, { answer: nothing, mayBeDone: true }, call)
  }

  /** Submits the export of a workspace's table to a file (`POST workspaces/{id}/table-export`). */
  async exportTable(
    workspaceId: string,
    table: {
      readonly tableName: string
      readonly fileName?: string | undefined
      readonly fileType?: 'csv' | 'parquet' | undefined
      readonly gzip?: boolean | undefined
    },
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaJobHandle<KeboolaFileResult>> {
    const { tableName, fileName, fileType, gzip } = table
    const json = withoutUndefined({ tableName, fileName, fileType, gzip })
    const request = { method: 'POST', path: ['workspaces', workspaceId, 'table-export'], json } as const
    return this.#parts.submit(request, { answer: fileIdAnswer, isRead: true }, call)
  }

  /** Makes credentials for a workspace whose login type is `none` (`POST workspaces/{id}/credentials`). Each call makes others. */
  async createCredentials(workspaceId: string, call: KeboolaCallOptions = {}): Promise<KeboolaWorkspace> {
    const request = { method: 'POST', path: ['workspaces', workspaceId, 'credentials'], json: {} } as const
    return this.#parts.call(request, workspaceAnswer, call)
  }

  /** Gives a workspace with credentials that were made for it (`GET workspaces/{id}/credentials/{credentialsId}`). */
  async getCredentials(
    workspaceId: string,
    credentialsId: string,
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaWorkspace> {
    const path = ['workspaces', workspaceId, 'credentials', credentialsId]
    return this.#parts.call({ path }, workspaceAnswer, call)
  }

  /** Takes credentials back (`DELETE workspaces/{id}/credentials/{credentialsId}`). */
  async deleteCredentials(workspaceId: string, credentialsId: string, call: KeboolaCallOptions = {}): Promise<void> {
    const path = ['workspaces', workspaceId, 'credentials', credentialsId]
    return this.#parts.call({ method: 'DELETE', path }, nothing, call)
  }
}

// Columns are objects here, a list or one text elsewhere (contract section 14, trap 9).
function toInput({ columns, changedSince, ...input }: KeboolaWorkspaceInput): Record<string, unknown> {
  refuseSqlName(input.source)
  const sources = columns?.map((source) => ({ source }))
  return withoutUndefined({ ...input, columns: sources, changedSince: toInstantText(changedSince) })
}

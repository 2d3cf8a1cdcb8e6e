import { invalidArgument } from '@stowage/core/driver'
import { quotePath } from './contexts.ts'
import { hasStatus } from './errors.ts'
import type { KeboolaWaitOptions } from './jobs.ts'
import { splitTableId } from './table-id.ts'
import type { KeboolaTablesClient } from './tables-client.ts'
import type { KeboolaCallOptions } from './wire.ts'
import type { KeboolaWorkspace, KeboolaWorkspaceSecret } from './workspace-answers.ts'
import type { KeboolaWorkspaceInput, KeboolaWorkspacesClient } from './workspaces-client.ts'

/** Where a table of a workspace goes. */
export interface KeboolaUnload {
  /** The bucket. */
  readonly bucketId: string
  /** The table's name in it. Default: that in the workspace. */
  readonly name?: string | undefined
  /** The columns of the primary key of a table that is made. Default: none. */
  readonly primaryKey?: readonly string[] | undefined
  /** Whether rows are added to a table that is there; otherwise they replace all of it. Default false. */
  readonly incremental?: boolean | undefined
}

/** What a handle works with. */
export interface WorkspaceParts {
  /** Workspaces. */
  readonly workspaces: KeboolaWorkspacesClient
  /** Tables. */
  readonly tables: KeboolaTablesClient
}

/** A workspace in use: tables are loaded into it, worked on with SQL by any driver of the database, and brought back. */
export class KeboolaWorkspaceHandle {
  readonly #parts: WorkspaceParts
  #workspace: KeboolaWorkspace

  /** @internal */
  constructor(parts: WorkspaceParts, workspace: KeboolaWorkspace) {
    this.#parts = parts
    this.#workspace = workspace
  }

  /** The workspace's id. */
  get id(): string {
    return this.#workspace.id
  }

  /** The workspace, and how its database is reached. */
  get workspace(): KeboolaWorkspace {
    return this.#workspace
  }

  /**
   * Gives what the database is logged in to with: what came with the workspace, otherwise a new password, which ends the one before.
   *
   * These are credentials of the database. The Storage API takes none of them for a token.
   */
  async credentials(call: KeboolaCallOptions = {}): Promise<KeboolaWorkspaceSecret> {
    return this.#workspace.secret ?? this.#parts.workspaces.resetPassword(this.id, call)
  }

  /**
   * Loads tables and waits until they are there; what is in the workspace stays.
   *
   * @param tables - ids of tables, which keep their names, or what is loaded and how
   */
  async load(tables: readonly (string | KeboolaWorkspaceInput)[], options: KeboolaWaitOptions = {}): Promise<void> {
    const inputs = tables.map((table) =>
      typeof table === 'string' ? { source: table, destination: splitTableId(table).name } : table,
    )
    const job = await this.#parts.workspaces.load(this.id, inputs, {}, callOf(options))
    await job.wait(options)
  }

  /** Gives the name of a table of the workspace in SQL, quoted. */
  sqlName(table: string): string {
    const { database, schema, backend } = this.#workspace.connection
    if (schema === undefined) throw invalidArgument(`the place of workspace ${this.id} in its database is not known`)
    return quotePath(
      backend === 'bigquery' || database === undefined ? [schema, table] : [database, schema, table],
      backend,
    )
  }

  /**
   * Brings a table back to the storage and waits until it is there: into the table that is there already, otherwise into a new one.
   *
   * @returns the table's id
   */
  async unload(table: string, to: KeboolaUnload, options: KeboolaWaitOptions = {}): Promise<string> {
    const { bucketId, name = table, primaryKey, incremental } = to
    const data = { dataWorkspaceId: this.id, dataObject: table }
    const { tables } = this.#parts
    const call = callOf(options)
    const tableId = `${bucketId}.${name}`
    if (await this.#isThere(tableId, call)) {
      const job = await tables.import(tableId, { ...data, incremental }, call)
      await job.wait(options)
      return tableId
    }
    const job = await tables.create(bucketId, { ...data, name, primaryKey }, call)
    return (await job.wait(options)).id
  }

  /** Deletes the workspace and all that is in it. */
  async delete(options: KeboolaWaitOptions = {}): Promise<void> {
    const job = await this.#parts.workspaces.delete(this.id, callOf(options))
    await job.wait(options)
  }

  async #isThere(tableId: string, call: KeboolaCallOptions): Promise<boolean> {
    try {
      await this.#parts.tables.get(tableId, call)
      return true
    } catch (error) {
      if (hasStatus(error, 404)) return false
      throw error
    }
  }
}

function callOf({ signal, receipt }: KeboolaWaitOptions): KeboolaCallOptions {
  return { signal, receipt }
}

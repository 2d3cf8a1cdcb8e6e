import type { Exchange, KeboolaContext } from '../keboola-context.ts'
import { KeboolaError } from '../keboola-error.ts'
import type { RecordsOf } from '../state-records.ts'

/** A table within a workspace: a file of CSV with a header, which no list of files shows. */
export interface WorkspaceObject {
  readonly name: string
  readonly columns: readonly string[]
  readonly fileId: number
}

/** Keys somebody may sign in with. */
export interface WorkspaceCredentials {
  readonly id: number
  readonly createdMs: number
}

/**
 * A workspace as it is remembered. There is no database behind it: tables are loaded into it and out of it, and what clients
 * would sign in with is made up.
 */
export interface WorkspaceRecord {
  readonly id: number
  readonly createdMs: number
  readonly backend: string
  readonly backendSize: string
  readonly loginType: string
  readonly isReadOnlyAccess: boolean
  readonly publicKeys: Readonly<Record<string, string>>
  readonly objects: readonly WorkspaceObject[]
  readonly credentials: readonly WorkspaceCredentials[]
  readonly creatorToken: { readonly id: number; readonly description: string }
}

/** All workspaces. */
export function workspaceRecords(context: KeboolaContext): RecordsOf<WorkspaceRecord> {
  return context.records<WorkspaceRecord>('workspace')
}

/** Finds a workspace; fails without it, and for others than who created it. */
export function findWorkspace(
  context: KeboolaContext,
  { caller }: Pick<Exchange, 'caller'>,
  id: string | undefined,
): WorkspaceRecord {
  const found = workspaceRecords(context).get(id ?? '')
  if (found === undefined) {
    throw new KeboolaError(404, 'workspace.workspaceNotFound', `Workspace "${id ?? ''}" not found.`)
  }
  if (caller.isMaster || found.creatorToken.id === caller.id) return found
  throw caller.denied(`You don't have access to workspace ${found.id}.`)
}

/** Changes what is remembered of a workspace; fails when it is gone. */
export async function changeWorkspace(
  context: KeboolaContext,
  id: number,
  change: Partial<WorkspaceRecord>,
): Promise<WorkspaceRecord> {
  const found = workspaceRecords(context).get(String(id))
  if (found === undefined) throw new KeboolaError(404, 'workspace.workspaceNotFound', `Workspace "${id}" not found.`)
  const changed = { ...found, ...change }
  await workspaceRecords(context).put(String(id), changed)
  return changed
}

/** Names the queue of the jobs of a workspace. */
export function workspaceQueue({ id }: Pick<WorkspaceRecord, 'id'>): string {
  return `workspaces/${id}`
}

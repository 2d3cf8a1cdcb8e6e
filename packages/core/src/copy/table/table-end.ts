import type { Semantics } from '../../contract/capabilities.ts'
import type { TableInfo } from '../../contract/table.ts'
import type { CallContext } from '../../driver/call.ts'
import type { TableRequest } from '../../driver/table-driver.ts'
import { StorageError } from '../../errors/storage-error.ts'
import type { CallPlace, Session } from '../../portable/session.ts'
import { atSession } from '../at-session.ts'

/** One end of a copy: a table, and the session that reaches it. */
export interface TableEnd {
  /** What reaches it. */
  readonly session: Session
  /** Where it is. */
  readonly request: TableRequest
}

/** Names an end for people: storage and address. */
export function nameOfEnd({ session, request }: TableEnd): string {
  return `${session.name}:${request.bucket}/${request.table}`
}

/** Says what errors name it by. */
export function placeOfEnd({ request }: TableEnd, operation: string): CallPlace {
  return { operation, resource: `${request.bucket}/${request.table}` }
}

/** Gives what an end's stored values mean. */
export function semanticsOf({ session }: TableEnd): Semantics {
  return session.driver.capabilities.semantics
}

/** Does something with one end: its failures are named by it, not by the other end's session. */
export function atEnd<Result>(
  end: TableEnd,
  operation: string,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  return atSession(end.session, placeOfEnd(end, operation), signal, work)
}

/** Gives what is known of a table; undefined without it. */
export async function lookUp(end: TableEnd, call: CallContext): Promise<TableInfo | undefined> {
  try {
    return await atEnd(end, 'tables.get', call.signal, () => end.session.tables.get(end.request, call))
  } catch (error) {
    if (StorageError.is(error, 'not-found')) return undefined
    throw error
  }
}

import { invalidArgument } from '@stowage/core/driver'
import type { Environment } from './options.ts'
import type { KeboolaBucket } from './table-answers.ts'
import { splitTableId } from './table-id.ts'

/** Where a program works: against the Storage API with a token, or in a workspace with SQL and credentials of a database. */
export type KeboolaContext = 'storage' | 'workspace'

/** How a table is referred to. */
export interface KeboolaReferenceOptions {
  /** For which context. Default: {@link detectKeboolaContext}. */
  readonly context?: KeboolaContext | undefined
  /**
   * What names in SQL are made of: `backend` takes the place the backend gave the bucket, which works; `guide` the number of the project, as
   * the older public guide has it, which real databases don't go by. Default `backend`.
   */
  readonly form?: 'backend' | 'guide' | undefined
  /** The number of the project, for the guide's form and where the backend's place isn't known. Default: `KBC_PROJECT_ID`. */
  readonly projectId?: string | undefined
}

/** Says where a program works, as the guide does: `KBC_PROJECT_ID` is set in a workspace and nowhere else. */
export function detectKeboolaContext(environment: Environment = process.env): KeboolaContext {
  return environment['KBC_PROJECT_ID'] ? 'workspace' : 'storage'
}

/**
 * Writes the name of a table in SQL, quoted.
 *
 * @param tableId - the table's id, such as `in.c-main.orders`
 * @param bucket - its bucket; of a linked one the backend's place is in the project it comes from
 * @throws StorageError `invalid-argument` when nothing says where the table is, and for what is no table's id
 */
export function toSqlName(
  tableId: string,
  bucket: Pick<KeboolaBucket, 'backend' | 'backendPath'> | undefined,
  { form = 'backend', projectId }: Pick<KeboolaReferenceOptions, 'form' | 'projectId'> = {},
): string {
  const { bucketId, name } = splitTableId(tableId)
  const path = form === 'guide' ? undefined : bucket?.backendPath
  if (path !== undefined && path.length > 0) return quotePath([...path, name], bucket?.backend)
  if (projectId !== undefined && projectId !== '') return quotePath([projectId, bucketId, name], undefined)
  const missing =
    form === 'guide' ? 'the number of the project is not known' : `the service gave no place of ${bucketId}`
  throw invalidArgument(`${missing}, so ${tableId} has no name in SQL: give projectId, or set KBC_PROJECT_ID`)
}

/** Quotes the parts of a name: BigQuery by backticks, which no name of its can hold, others by double quotes, which are doubled. */
export function quotePath(parts: readonly string[], backend: string | undefined): string {
  if (backend !== 'bigquery') return parts.map((part) => `"${part.replaceAll('"', '""')}"`).join('.')
  const odd = parts.find((part) => /[`\\]/.test(part))
  if (odd !== undefined) throw invalidArgument(`${odd} can't be a name on BigQuery: it holds a backtick or backslash`)
  return parts.map((part) => `\`${part}\``).join('.')
}

import type { KeboolaContext } from '../keboola-context.ts'
import { formatTime } from '../time-expression.ts'

/** What metadata can be about. */
export type MetadataOwner = 'bucket' | 'table' | 'column'

/** A key and a value about something. */
export interface MetadataItem {
  readonly id: number
  readonly key: string
  readonly value: string
  readonly provider: string
  readonly writtenMs: number
}

/** The metadata of a bucket, a table, or a column, whose id is the table's, a dot and its name. */
export interface MetadataRecord {
  readonly owner: MetadataOwner
  readonly ownerId: string
  readonly items: readonly MetadataItem[]
}

/** The kind of its records; the id of one is the owner, a slash and its id. */
export const metadataKind = 'metadata'

/** Gives the metadata of something, as answers have it. */
export function metadataOf(context: KeboolaContext, owner: MetadataOwner, ownerId: string): Record<string, unknown>[] {
  const items = context.records<MetadataRecord>(metadataKind).get(`${owner}/${ownerId}`)?.items ?? []
  return items.map(({ id, key, value, provider, writtenMs }) => {
    return { id: String(id), key, value, provider, timestamp: formatTime(writtenMs) }
  })
}

/** Forgets the metadata of something that is gone. */
export async function forgetMetadata(context: KeboolaContext, owner: MetadataOwner, ownerId: string): Promise<void> {
  await context.records<MetadataRecord>(metadataKind).delete(`${owner}/${ownerId}`)
}

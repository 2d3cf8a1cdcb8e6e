import type { Table } from '@stowage/core'
import type { KeboolaContext } from '../keboola-context.ts'
import { KeboolaError } from '../keboola-error.ts'
import { type RecordsOf, stateBucket } from '../state-records.ts'
import type { TableRecord } from '../tables/table-record.ts'

/** What a table was at one time. Its rows are a table in the bucket of what the gateway remembers. */
export interface SnapshotRecord extends Pick<
  TableRecord,
  'columns' | 'primaryKey' | 'isTyped' | 'timestampType' | 'hasTimestamps' | 'rowsCount' | 'dataSizeBytes'
> {
  readonly id: number
  readonly tableId: string
  readonly description: string
  readonly createdMs: number
  readonly creatorToken: { readonly id: number; readonly description: string }
}

/** All snapshots. */
export function snapshotRecords(context: KeboolaContext): RecordsOf<SnapshotRecord> {
  return context.records<SnapshotRecord>('snapshot')
}

/** Finds a snapshot; fails with 404 without it. */
export function findSnapshot(context: KeboolaContext, id: string): SnapshotRecord {
  const found = snapshotRecords(context).get(id)
  if (found === undefined) throw new KeboolaError(404, 'notFound', `Snapshot ${id} was not found`)
  return found
}

/** Gives the rows of a snapshot. */
export function storedSnapshot(context: KeboolaContext, { id }: Pick<SnapshotRecord, 'id'>): Table {
  return context.storage.bucket(stateBucket).table(snapshotName({ id }))
}

/** Names the table that holds the rows of a snapshot. */
export function snapshotName({ id }: Pick<SnapshotRecord, 'id'>): string {
  return `snapshot-${id}`
}

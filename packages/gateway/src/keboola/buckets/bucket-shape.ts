import type { KeboolaContext } from '../keboola-context.ts'
import { metadataOf } from '../metadata/metadata-items.ts'
import { formatTime } from '../time-expression.ts'
import type { BucketRecord } from './bucket-record.ts'

/** Which parts an answer is to have beside the usual ones. */
export type Include = ReadonlySet<string>

/** Describes a bucket as lists have it. */
export function bucketShape(
  context: KeboolaContext,
  bucket: BucketRecord,
  address: URL,
  include: Include,
): Record<string, unknown> {
  const { id, name, displayName, stage, description, color } = bucket
  const uri = `${address.origin}/v2/storage/buckets/${id}`
  const tables = context.tables.list(id).filter(({ alias }) => alias === null)
  return {
    uri,
    id,
    name,
    displayName,
    idBranch: 18,
    stage,
    description,
    created: formatTime(bucket.createdMs),
    tables: `${uri}/tables`,
    lastChangeDate: timeOf(bucket.lastChangeMs),
    updated: timeOf(bucket.updatedMs),
    isReadOnly: false,
    dataSizeBytes: sum(tables.map((table) => table.dataSizeBytes)),
    rowsCount: sum(tables.map((table) => table.rowsCount)),
    isMaintenance: false,
    backend: 'snowflake',
    sharing: null,
    hasExternalSchema: false,
    databaseName: null,
    path: `db.${name}`,
    owner: null,
    color,
    isLinkedBucket: false,
    backendPath: [`KEBOOLA_${context.settings.projectId}`, id],
    attributes: [],
    ...(include.has('metadata') ? { metadata: metadataOf(context, 'bucket', id) } : {}),
    ...(include.has('linkedBuckets') ? { linkedBy: [] } : {}),
  }
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : formatTime(ms)
}

function sum(values: readonly (number | null)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0)
}

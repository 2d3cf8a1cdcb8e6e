import type { SQLOutputValue } from 'node:sqlite'
import type { Database } from '../database.ts'

/** A file as the index keeps it. Metadata and tags are JSON text, null when there are none; instants are milliseconds. */
export interface FileRow {
  readonly bucket: string
  readonly key: string
  readonly path: string
  readonly sizeBytes: number
  readonly mtimeMs: number
  readonly crc32: string
  readonly etag: string
  readonly contentType: string | null
  readonly metadata: string | null
  readonly tags: string | null
  readonly expiresAt: number | null
  readonly createdAt: number
  readonly modifiedAt: number
}

/** What a look-up found: the bucket's state, and the file with its key, expired or not. */
export interface FoundFile {
  readonly bucket: 'missing' | 'archived' | 'open'
  readonly row: FileRow | undefined
}

/** The columns of {@link fileRowOf}, in its order. */
export const fileColumns =
  'f.bucket, f.key, f.path, f.size, f.mtime, f.crc32, f.etag, f.content_type, f.metadata, f.tags, f.expires_at, ' +
  'f.created_at, f.modified_at'

const findSql = `
  SELECT b.is_archived, ${fileColumns} FROM buckets b
  LEFT JOIN files f ON f.bucket = b.name AND f.key = ? WHERE b.name = ?`

/** Looks a file and its bucket up in one statement. */
export function findFileRow(database: Database, bucket: string, key: string): FoundFile {
  const values = database.statement(findSql).get(key, bucket) as unknown as SQLOutputValue[] | undefined
  if (values === undefined) return { bucket: 'missing', row: undefined }
  const [isArchived, ...columns] = values
  return { bucket: isArchived === 1 ? 'archived' : 'open', row: columns[0] === null ? undefined : fileRowOf(columns) }
}

/** Tells whether a file is there: an expired one is not, though its row still is. */
export function isLive(row: FileRow | undefined, now: number): row is FileRow {
  return row !== undefined && (row.expiresAt === null || row.expiresAt > now)
}

/** A result row of {@link fileColumns}. */
export type FileValues = readonly SQLOutputValue[]

/** Reads a result row of {@link fileColumns}. */
export function fileRowOf(values: FileValues): FileRow {
  return {
    bucket: values[0],
    key: values[1],
    path: values[2],
    sizeBytes: values[3],
    mtimeMs: values[4],
    crc32: values[5],
    etag: values[6],
    contentType: values[7],
    metadata: values[8],
    tags: values[9],
    expiresAt: values[10],
    createdAt: values[11],
    modifiedAt: values[12],
  } as FileRow
}

/** Gives the key in a result row of {@link fileColumns}. */
export function keyOf(values: FileValues): string {
  return values[1] as string
}

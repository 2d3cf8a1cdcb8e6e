import type { Database } from '../database.ts'
import { discard, discardFiles, drainGarbage, type Discarded, type Drained } from './file-garbage.ts'
import { findFileRow, isLive, type FileRow } from './file-row.ts'
import { treeOf } from './file-trees.ts'
import type { FilePlace } from './file-tree.ts'

/** Asks to take files out of the index. */
export interface DeleteRequest {
  readonly bucket: string
  readonly keys: readonly string[]
  readonly now: number
}

/** What it came to. */
export interface DeleteResult {
  /** The bucket's state: nothing is deleted unless it is `open`. */
  readonly bucket: 'missing' | 'archived' | 'open'
  /** For each key whether its file was there. */
  readonly deleted: boolean[]
}

/** Asks to change attributes; what is undefined stays. */
export interface UpdateRequest {
  readonly bucket: string
  readonly key: string
  readonly contentType: string | null | undefined
  readonly metadata: string | null | undefined
  readonly tags: string | null | undefined
  readonly expiresAt: number | null | undefined
  readonly now: number
}

/** Takes files out of the index, all in one transaction; their content becomes garbage. */
export function deleteFiles(database: Database, { bucket, keys, now }: DeleteRequest): DeleteResult {
  return database.transaction(() => {
    const result: DeleteResult = { bucket: bucketState(database, bucket), deleted: [] }
    if (result.bucket !== 'open') return result
    for (const key of keys) {
      const { row } = findFileRow(database, bucket, key)
      result.deleted.push(isLive(row, now))
      if (row !== undefined) removeRow(database, row)
    }
    return result
  })
}

/** Changes attributes; the row is undefined when there is no such file. */
export function updateFile(
  database: Database,
  request: UpdateRequest,
): { readonly bucket: 'missing' | 'archived' | 'open'; readonly row: FileRow | undefined } {
  return database.transaction(() => {
    const { bucket, row } = findFileRow(database, request.bucket, request.key)
    if (bucket !== 'open' || !isLive(row, request.now)) return { bucket, row: undefined }
    const { contentType = row.contentType, metadata = row.metadata, tags = row.tags } = request
    const { expiresAt = row.expiresAt } = request
    database
      .statement(
        'UPDATE files SET content_type = ?, metadata = ?, tags = ?, expires_at = ? WHERE bucket = ? AND key = ?',
      )
      .run(contentType, metadata, tags, expiresAt, row.bucket, row.key)
    return { bucket, row: { ...row, contentType, metadata, tags, expiresAt } }
  })
}

/** Takes expired files out of the index, no more than `limit`; their content becomes garbage. Gives their number. */
export function purgeFiles(
  database: Database,
  { now, limit }: { readonly now: number; readonly limit: number },
): number {
  const sql = 'SELECT bucket, key, path, size FROM files WHERE expires_at <= ? LIMIT ?'
  // Looked at without the write lock, which isn't needed to find that there is nothing to do.
  if (database.statement(sql).get(now, 1) === undefined) return 0
  return database.transaction(() => {
    const rows = database.statement(sql).all(now, limit) as unknown as [string, string, string, number][]
    for (const [bucket, key, path, sizeBytes] of rows) removeRow(database, { bucket, key, path, sizeBytes })
    return rows.length
  })
}

/** Takes all files of a bucket out of the index; `drainFiles` removes their content. */
export function discardBucketFiles(database: Database, { bucket }: { readonly bucket: string }): void {
  database.transaction(() => discardFiles(database, bucket))
}

/** Removes some of the content that is no longer part of a file. */
export function drainFiles(database: Database, { place }: { readonly place: FilePlace | undefined }): Drained {
  // Looked at without the write lock, as above.
  const garbage = database.statement('SELECT 1 FROM file_garbage LIMIT 1').get()
  if (garbage === undefined) return { trash: [], removed: 0, isEmpty: true }
  return database.transaction(() => {
    const tree = treeOf(database, place)
    tree?.begin()
    const drained = drainGarbage(database, tree)
    tree?.prune()
    return drained
  })
}

/** Tells whether a bucket holds files that have not expired. */
export function hasFiles(database: Database, bucket: string, now: number): boolean {
  const sql = 'SELECT 1 FROM files WHERE bucket = ? AND (expires_at IS NULL OR expires_at > ?) LIMIT 1'
  return database.statement(sql).get(bucket, now) !== undefined
}

function removeRow(database: Database, row: Discarded & { readonly bucket: string; readonly key: string }): void {
  database.statement('DELETE FROM files WHERE bucket = ? AND key = ?').run(row.bucket, row.key)
  discard(database, row)
}

function bucketState(database: Database, bucket: string): DeleteResult['bucket'] {
  const row = database.statement('SELECT is_archived FROM buckets WHERE name = ?').get(bucket) as unknown
  if (row === undefined) return 'missing'
  return (row as [number])[0] === 1 ? 'archived' : 'open'
}

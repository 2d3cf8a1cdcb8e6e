import type { Database } from '../database.ts'
import type { FileTree } from './file-tree.ts'

/** Content that is no longer part of a file. */
export interface Discarded {
  readonly path: string
  readonly sizeBytes: number
}

/** What removing garbage came to. */
export interface Drained {
  /** What is left for the store of contents to drop: blobs in memory, or large files by their names in staging. */
  readonly trash: string[]
  /** How many were removed. */
  readonly removed: number
  /** Whether no garbage is left. */
  readonly isEmpty: boolean
}

/** The most files removed in one transaction, so that other writers and the event loop get their turn. */
export const maxDrained = 200

/** Names content as garbage, in the transaction that takes it out of its file. */
export function discard(database: Database, { path, sizeBytes }: Discarded): void {
  database.statement('INSERT OR REPLACE INTO file_garbage (path, size) VALUES (?, ?)').run(path, sizeBytes)
}

/** Takes all files of a bucket out of the index at once, inside the caller's transaction; their content becomes garbage. */
export function discardFiles(database: Database, bucket: string): void {
  const sql = 'INSERT OR REPLACE INTO file_garbage (path, size) SELECT path, size FROM files WHERE bucket = ?'
  database.statement(sql).run(bucket)
  database.statement('DELETE FROM files WHERE bucket = ?').run(bucket)
}

/**
 * Removes garbage, inside the caller's transaction: what a rollback brings back is looked for again. What can't be removed
 * stays for the next time, since no write may fail over the remains of another.
 */
export function drainGarbage(database: Database, tree: FileTree | undefined): Drained {
  const sql = 'SELECT path, size FROM file_garbage LIMIT ?'
  const rows = database.statement(sql).all(maxDrained) as unknown as [string, number][]
  const trash: string[] = []
  let removed = 0
  for (const [path, sizeBytes] of rows) {
    try {
      const name = tree === undefined ? path : tree.remove(path, sizeBytes)
      if (name !== undefined) trash.push(name)
    } catch {
      continue
    }
    database.statement('DELETE FROM file_garbage WHERE path = ?').run(path)
    removed += 1
  }
  return { trash, removed, isEmpty: removed === rows.length && rows.length < maxDrained }
}

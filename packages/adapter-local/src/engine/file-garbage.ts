import type { SQLOutputValue } from 'node:sqlite'
import type { Database } from './database.ts'
import type { FileTree } from './file-tree.ts'

/** Content that is no longer part of a file. */
export interface Discarded {
  readonly path: string
  readonly sizeBytes: number
}

/** What removing garbage came to. */
export interface Drained {
  /** Names in staging of large files to delete. */
  readonly trash: string[]
  /** Whether no garbage is left. */
  readonly isEmpty: boolean
}

/** The most files removed in one transaction, so that other writers and the event loop get their turn. */
export const maxDrained = 200

/** Names content as garbage, in the transaction that takes it out of its file. */
export function discard(database: Database, { path, sizeBytes }: Discarded): void {
  database.statement('INSERT OR REPLACE INTO file_garbage (path, size) VALUES (?, ?)').run(path, sizeBytes)
}

/** Removes garbage from the tree, inside the caller's transaction: what a rollback brings back is looked for again. */
export function drainGarbage(database: Database, tree: FileTree): Drained {
  const rows = database.statement('SELECT path, size FROM file_garbage LIMIT ?').all(maxDrained) as unknown
  const trash: string[] = []
  for (const [path, sizeBytes] of rows as [string, number][]) {
    const name = tree.remove(path, sizeBytes)
    if (name !== undefined) trash.push(name)
    database.statement('DELETE FROM file_garbage WHERE path = ?').run(path)
  }
  return { trash, isEmpty: (rows as SQLOutputValue[][]).length < maxDrained }
}

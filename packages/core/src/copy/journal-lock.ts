import { rmSync, statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { StorageError } from '../errors/storage-error.ts'

const maxAttempts = 20

/** Holds a journal for one process: nobody else opens it meanwhile. */
export interface JournalLock {
  /** Lets go of it. Calling it again does nothing. */
  release(): void
}

/**
 * Locks a journal through SQLite. The system takes the lock away when the process ends, however it ends; process ids would not do,
 * since they are used again and differ between containers.
 *
 * @param path - the journal's; the lock is a file beside it that goes with the lock
 * @throws {@link StorageError} `conflict` while another copy has it open
 */
export async function lockJournal(path: string): Promise<JournalLock> {
  const lockPath = `${path}.lock`
  // Only copies with a journal pay for loading it.
  const { DatabaseSync } = await import('node:sqlite')
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const before = identityOf(lockPath)
    const database = new DatabaseSync(lockPath)
    if (!hold(database)) throw inUse(path)
    // The one before may have removed the file between our opening and locking it: then somebody else may hold another one by now.
    if (before !== undefined && before === identityOf(lockPath)) return heldLock(database, lockPath)
    database.close()
  }
  throw inUse(path)
}

function identityOf(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats === undefined ? undefined : `${stats.dev}-${stats.ino}-${stats.birthtimeNs}`
}

function hold(database: DatabaseSync): boolean {
  try {
    database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return true
  } catch (error) {
    database.close()
    if (isBusy(error)) return false
    throw error
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5
}

function heldLock(database: DatabaseSync, lockPath: string): JournalLock {
  let isHeld = true
  return {
    release() {
      if (!isHeld) return
      isHeld = false
      // Removed while it is held: nobody else can have locked this file.
      removeIfPossible(lockPath)
      database.close()
    },
  }
}

function removeIfPossible(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // Windows keeps a file that is open: the next copy locks it again.
  }
}

function inUse(path: string): StorageError {
  const message = `the journal ${path} is in use by another copy: wait until that has ended, or give another path`
  return new StorageError({ code: 'conflict', message, details: { path } })
}

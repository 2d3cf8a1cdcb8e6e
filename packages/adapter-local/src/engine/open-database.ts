import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { StorageError } from '@stowage/core/driver'
import { Database, type DatabaseOptions } from './database.ts'
import { ensureFormat } from './format.ts'
import { isOwnerAlive, releaseOwner, sweepLocks } from './owner.ts'
import { dropAbandonedStorages } from './tables/table-load.ts'

/** Where the data is. */
export interface DatabaseLocation extends DatabaseOptions {
  /** The directory; undefined keeps everything in memory. */
  readonly directory: string | undefined
}

/** The name of the SQLite file in the directory. */
export const databaseFile = 'stowage.sqlite'

// What desktops and version control put into any directory doesn't make it somebody else's.
const harmlessFiles: ReadonlySet<string> = new Set(['.DS_Store', '.gitignore', '.gitkeep', 'Thumbs.db'])

/**
 * Opens the database of a directory, which is created when it isn't there; an empty one is initialised.
 *
 * @throws {@link StorageError} `invalid-argument` when the directory holds something else, `unsupported` for a newer format
 */
export function openDatabase({ directory, durability }: DatabaseLocation): Database {
  if (directory === undefined) return opened(':memory:', 'memory', { durability })
  claimDirectory(directory)
  const database = opened(join(directory, databaseFile), directory, { durability })
  for (const name of ['buckets', 'tmp']) mkdirSync(join(directory, name), { recursive: true })
  return database
}

/** Closes a database and gives its loads up. Calling it again does nothing. */
export function closeDatabase(database: Database): void {
  releaseOwner(database)
  database.close()
}

function opened(path: string, place: string, options: DatabaseOptions): Database {
  const database = new Database(path, options)
  try {
    ensureFormat(database, place)
    sweepLocks(database)
    dropAbandonedStorages(database, (owner) => isOwnerAlive(database, owner))
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function claimDirectory(directory: string): void {
  makeDirectory(directory)
  const names = readdirSync(directory)
  // The `-wal` and `-journal` of a file that is being created count as ours as well.
  if (names.some((name) => name.startsWith(databaseFile)) || names.every((name) => harmlessFiles.has(name))) return
  throw new StorageError({
    code: 'invalid-argument',
    message:
      `${directory} is not a Stowage directory: it holds ${names.length} other entries and no ${databaseFile}. ` +
      'Give an empty or a new directory',
    details: { directory },
  })
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EEXIST' && code !== 'ENOTDIR') throw error
    throw new StorageError({
      code: 'invalid-argument',
      message: `${directory} is, or lies below, a file: give a directory`,
    })
  }
}

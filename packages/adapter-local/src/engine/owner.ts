import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Database } from './database.ts'

/**
 * Who began unfinished work: a connection, by an id that tells others whether it is still open.
 *
 * Each connection that needs one locks a file of that name through SQLite. The operating system takes the lock away when
 * the process ends, however it ends; process ids would not do, since they are used again and differ between containers.
 */
export interface Owner {
  /** This connection's id. */
  readonly id: string
}

const owners = new WeakMap<Database, LockOwner>()

/** Gives the owner a connection acts as. */
export function ownerOf(database: Database): Owner {
  let owner = owners.get(database)
  if (owner === undefined) owners.set(database, (owner = new LockOwner(lockDirectory(database))))
  return owner
}

/** Lets go of a connection's lock; part of closing it. */
export function releaseOwner(database: Database): void {
  owners.get(database)?.release()
  owners.delete(database)
}

/** Tells whether an id is of a connection that is still open, in any process. */
export function isOwnerAlive(database: Database, id: string): boolean {
  if (owners.get(database)?.id === id) return true
  const directory = lockDirectory(database)
  return directory !== undefined && isLocked(join(directory, id))
}

const staleMs = 60_000

/** Removes lock files that processes which were killed left behind; part of opening the database. */
export function sweepLocks(database: Database): void {
  const directory = lockDirectory(database)
  if (directory === undefined || !existsSync(directory)) return
  for (const name of readdirSync(directory)) {
    const path = join(directory, name)
    // A young one may be about to be locked.
    const createdMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity
    if (Date.now() - createdMs > staleMs) isLocked(path)
  }
}

class LockOwner implements Owner {
  readonly id: string = randomUUID()
  readonly #directory: string | undefined
  readonly #lock: DatabaseSync | undefined

  constructor(directory: string | undefined) {
    this.#directory = directory
    if (directory === undefined) return
    mkdirSync(directory, { recursive: true })
    this.#lock = new DatabaseSync(join(directory, this.id))
    this.#lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  }

  release(): void {
    this.#lock?.close()
    if (this.#directory !== undefined) rmSync(join(this.#directory, this.id), { force: true })
  }
}

function lockDirectory(database: Database): string | undefined {
  const file = database.raw.location()
  return file === null ? undefined : join(dirname(file), 'locks')
}

/** Tells whether somebody holds a lock; a file that nobody holds is removed. */
function isLocked(path: string): boolean {
  if (!existsSync(path)) return false
  const probe = new DatabaseSync(path)
  try {
    probe.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    rmSync(path, { force: true })
    return false
  } catch {
    return true
  } finally {
    probe.close()
  }
}

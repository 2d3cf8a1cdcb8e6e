import { StorageError } from '@stowage/core/driver'
import type { Database } from './database.ts'
import { fileSchema } from './files/file-schema.ts'

/** Marks a SQLite file as ours in its header: `STOW`. */
export const applicationId = 0x53544f57

/** The version of what is in the file; a file with a higher one is refused. */
export const formatVersion = 1

/**
 * Makes sure that a database holds our tables: creates them in an empty one, checks mark and version of any other.
 *
 * Safe when several processes do it at the same moment.
 *
 * @param place - how messages name the database
 */
export function ensureFormat(database: Database, place: string): void {
  if (isCurrent(database)) return
  database.transaction(() => {
    // Looked at again under the write lock: another process may have been here first.
    if (isCurrent(database)) return
    checkForeign(database, place)
    database.raw.exec(schema)
    database.raw.exec(fileSchema)
    database.raw.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${formatVersion}`)
  })
}

function isCurrent(database: Database): boolean {
  return pragma(database, 'application_id') === applicationId && pragma(database, 'user_version') === formatVersion
}

function checkForeign(database: Database, place: string): void {
  const version = pragma(database, 'user_version')
  if (pragma(database, 'application_id') === applicationId) {
    throw new StorageError({
      code: 'unsupported',
      message:
        `${place} has format ${version}, and this version of @stowage/adapter-local reads format ${formatVersion}: ` +
        'upgrade @stowage/adapter-local',
      details: { format: version },
    })
  }
  const [tables] = database.statement('SELECT count(*) FROM sqlite_schema').get() as unknown as [number]
  if (tables === 0) return
  throw new StorageError({
    code: 'invalid-argument',
    message: `${place} is a SQLite database of something else, not of Stowage: choose another directory`,
  })
}

function pragma(database: Database, name: 'application_id' | 'user_version'): number {
  return (database.statement(`PRAGMA ${name}`).get() as unknown as [number])[0]
}

// `storages` numbers the tables that hold rows (`t1`, `t2`, …). One with an owner belongs to a load that has not been
// published; when that owner is gone, anybody may drop it. In `table_stats`, `loaded` is when the storage became the
// table's: rows of a load become visible together, later than their own `changed`.
const schema = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
  INSERT INTO meta VALUES ('catalogue', 1);
  CREATE TABLE buckets (
    name TEXT PRIMARY KEY, display_name TEXT, description TEXT,
    is_archived INTEGER NOT NULL DEFAULT 0, created INTEGER NOT NULL, updated INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE tables (
    table_id INTEGER PRIMARY KEY AUTOINCREMENT, bucket TEXT NOT NULL REFERENCES buckets (name), name TEXT NOT NULL,
    storage INTEGER NOT NULL UNIQUE, definition TEXT NOT NULL, created INTEGER NOT NULL, UNIQUE (bucket, name)
  ) STRICT;
  CREATE TABLE table_stats (
    table_id INTEGER PRIMARY KEY REFERENCES tables (table_id) ON DELETE CASCADE,
    gaps INTEGER NOT NULL, updated INTEGER NOT NULL, loaded INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE storages (storage INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT) STRICT;
  CREATE TABLE jobs (
    id TEXT PRIMARY KEY, operation TEXT NOT NULL, resource TEXT NOT NULL, status TEXT NOT NULL, result TEXT,
    reason TEXT, owner TEXT NOT NULL, is_cancelled INTEGER NOT NULL DEFAULT 0, created INTEGER NOT NULL, ended INTEGER
  ) STRICT, WITHOUT ROWID;
`

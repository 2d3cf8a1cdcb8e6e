/**
 * The tables of the file index.
 *
 * Keys are compared as UTF-8 bytes, which is code-point order. `path` is where the content lies below the directory of all
 * buckets, `/` between its parts; in memory it is the name of a blob. `mtime` tells whether somebody else changed the file.
 * What `file_garbage` names is no longer part of any file and is removed by whoever comes next.
 */
export const fileSchema: string = `
  CREATE TABLE IF NOT EXISTS files (
    bucket TEXT NOT NULL,
    key TEXT NOT NULL,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime REAL NOT NULL,
    crc32 TEXT NOT NULL,
    etag TEXT NOT NULL,
    content_type TEXT,
    metadata TEXT,
    tags TEXT,
    expires_at INTEGER,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (bucket, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS files_by_expiry ON files (expires_at) WHERE expires_at IS NOT NULL;
  CREATE TABLE IF NOT EXISTS file_garbage (path TEXT PRIMARY KEY, size INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS file_secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
`

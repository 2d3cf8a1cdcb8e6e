import { randomBytes } from 'node:crypto'
import { deleteFiles, discardBucketFiles, drainFiles, purgeFiles, updateFile } from './file-changes.ts'
import type { Database } from '../database.ts'
import { closeListingConnection } from './file-listing-connection.ts'
import { listFiles } from './file-listing.ts'
import { publishFiles } from './file-publish.ts'
import { recoverFiles } from './file-recovery.ts'
import { findFileRow, type FoundFile } from './file-row.ts'
import { releaseTree } from './file-trees.ts'
import { ownerOf } from '../owner.ts'

export { fileSchema } from './file-schema.ts'

/** What the engine can be asked to do with files. */
export const fileCommands = {
  findFile: (database: Database, { bucket, key }: { readonly bucket: string; readonly key: string }): FoundFile =>
    findFileRow(database, bucket, key),
  listFiles,
  publishFiles,
  updateFile,
  deleteFiles,
  purgeFiles,
  discardBucketFiles,
  drainFiles,
  recoverFiles,
  refreshFile,
  fileSecret,
  fileOwner: (database: Database, _request: object): string => ownerOf(database).id,
  releaseFiles,
}

/** Takes note of a new modification time of content that was found to be unchanged. */
function refreshFile(
  database: Database,
  request: { readonly bucket: string; readonly key: string; readonly etag: string; readonly mtimeMs: number },
): void {
  const { bucket, key, etag, mtimeMs } = request
  database
    .statement('UPDATE files SET mtime = ? WHERE bucket = ? AND key = ? AND etag = ?')
    .run(mtimeMs, bucket, key, etag)
}

/** Gives the key that signs URLs, made when it is first asked for and kept with the data. */
function fileSecret(database: Database, _request: object): Uint8Array {
  database.statement("INSERT OR IGNORE INTO file_secrets (name, value) VALUES ('signed-url', ?)").run(randomBytes(32))
  const row = database.statement("SELECT value FROM file_secrets WHERE name = 'signed-url'").get() as unknown
  return (row as [Uint8Array])[0]
}

/** Releases what files hold beside the connection. */
function releaseFiles(database: Database, _request: object): void {
  releaseTree(database)
  closeListingConnection(database)
}

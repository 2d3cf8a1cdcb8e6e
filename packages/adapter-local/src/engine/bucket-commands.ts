import type { BucketInfo, Page } from '@stowage/core'
import {
  type ArchiveBucketRequest,
  type BucketRequest,
  type CreateBucketRequest,
  type ListBucketsRequest,
  StorageError,
  type UpdateBucketRequest,
} from '@stowage/core/driver'
import { discardBucketFiles, hasFiles } from './files/file-changes.ts'
import { changeCatalogue, requireBucket } from './tables/catalogue.ts'
import type { Database } from './database.ts'
import { dropStorage } from './tables/storage.ts'

type BucketRow = [string, string | null, string | null, number, number, number]

const columns = 'name, display_name, description, is_archived, created, updated'

/** Buckets, as the engine keeps them. */
export const bucketCommands = {
  listBuckets(database: Database, { prefix, pageSize, pageToken }: ListBucketsRequest): Page<BucketInfo> {
    // Names with a prefix stand together in byte order: the first one without it ends them.
    const rows = database
      .statement(`SELECT ${columns} FROM buckets WHERE name > ? AND name >= ? ORDER BY name LIMIT ?`)
      .all(pageToken ?? '', prefix, pageSize + 1) as unknown as BucketRow[]
    const found = rows.map(toBucketInfo).filter(({ name }) => name.startsWith(prefix))
    const items = found.slice(0, pageSize)
    return { items, nextPageToken: found.length > pageSize ? items.at(-1)?.name : undefined }
  },

  getBucket(database: Database, { bucket }: BucketRequest): BucketInfo {
    requireBucket(database, bucket)
    return readBucket(database, bucket)
  },

  createBucket(database: Database, request: CreateBucketRequest): BucketInfo {
    const { bucket, displayName, description } = request
    return database.transaction(() => {
      const nowMs = Date.now()
      const { changes } = database
        .statement(`INSERT INTO buckets (${columns}) VALUES (?, ?, ?, 0, ?, ?) ON CONFLICT DO NOTHING`)
        .run(bucket, displayName ?? null, description ?? null, nowMs, nowMs)
      if (changes === 0)
        throw new StorageError({ code: 'already-exists', message: `there is a bucket "${bucket}" already` })
      return readBucket(database, bucket)
    })
  },

  updateBucket(database: Database, { bucket, displayName, description }: UpdateBucketRequest): BucketInfo {
    return database.transaction(() => {
      requireBucket(database, bucket)
      database
        .statement(
          `UPDATE buckets SET display_name = coalesce(?, display_name), description = coalesce(?, description), updated = ?
           WHERE name = ?`,
        )
        .run(displayName ?? null, description ?? null, Date.now(), bucket)
      return readBucket(database, bucket)
    })
  },

  archiveBucket(database: Database, { bucket, isArchived }: ArchiveBucketRequest): BucketInfo {
    return changeCatalogue(database, () => {
      if (requireBucket(database, bucket).isArchived !== isArchived) {
        database
          .statement('UPDATE buckets SET is_archived = ?, updated = ? WHERE name = ?')
          .run(isArchived ? 1 : 0, Date.now(), bucket)
      }
      return readBucket(database, bucket)
    })
  },

  /** Deletes a bucket with its tables and the index of its files; without `force` it fails with `conflict` when there are any. */
  deleteBucket(database: Database, { bucket, force }: BucketRequest & { readonly force: boolean }): void {
    changeCatalogue(database, () => {
      requireBucket(database, bucket)
      const storages = database.statement('SELECT storage FROM tables WHERE bucket = ?').all(bucket) as unknown as [
        number,
      ][]
      if (!force) checkEmpty(database, bucket, storages.length)
      for (const [storage] of storages) dropStorage(database, storage)
      database.statement('DELETE FROM tables WHERE bucket = ?').run(bucket)
      discardBucketFiles(database, { bucket })
      database.statement('DELETE FROM buckets WHERE name = ?').run(bucket)
    })
  },
} as const

function checkEmpty(database: Database, bucket: string, tables: number): void {
  if (tables === 0 && !hasFiles(database, bucket, Date.now())) return
  const what = tables === 0 ? 'files' : tables === 1 ? 'a table' : `${tables} tables`
  const message = `bucket "${bucket}" holds ${what}: delete what is in it first, or delete it with force: true`
  throw new StorageError({ code: 'conflict', message, details: { tables } })
}

function readBucket(database: Database, bucket: string): BucketInfo {
  const row = database.statement(`SELECT ${columns} FROM buckets WHERE name = ?`).get(bucket) as unknown as BucketRow
  return toBucketInfo(row)
}

function toBucketInfo([name, displayName, description, isArchived, created, updated]: BucketRow): BucketInfo {
  return {
    name,
    displayName: displayName ?? undefined,
    description: description ?? undefined,
    kind: undefined,
    isArchived: isArchived === 1,
    createdAt: new Date(created),
    updatedAt: new Date(updated),
  }
}

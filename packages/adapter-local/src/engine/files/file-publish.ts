import type { Database } from '../database.ts'
import { discard, drainGarbage } from './file-garbage.ts'
import { findFileRow, isLive, type FileRow, type FoundFile } from './file-row.ts'
import { treeOf } from './file-trees.ts'
import { errorCode, type FilePlace, type Placed, type PlacedContent } from './file-tree.ts'

/** When a write may take effect. */
export type WriteCondition = { readonly kind: 'replace' | 'create' } | { readonly kind: 'etag'; readonly etag: string }

/** Content that is complete, with all its file will be. */
export interface PublishItem {
  readonly bucket: string
  readonly key: string
  /** Where the content is now: to be placed, or in memory under a name. */
  readonly content: PlacedContent | { readonly blob: string }
  readonly sizeBytes: number
  readonly crc32: string
  /** Unique among all versions of all files. */
  readonly etag: string
  readonly contentType: string | null
  readonly metadata: string | null
  readonly tags: string | null
  readonly expiresAt: number | null
  readonly condition: WriteCondition
  readonly now: number
}

/** Asks to make content files; undefined `place` for contents in memory. */
export interface PublishRequest {
  readonly place: FilePlace | undefined
  readonly items: readonly PublishItem[]
}

/** Why a write was refused. */
export type Refusal = 'no-bucket' | 'archived' | 'exists' | 'changed'

/** What publishing one item came to. */
export type PublishOutcome =
  | { readonly kind: 'published'; readonly row: FileRow }
  | { readonly kind: 'refused'; readonly why: Refusal }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }

/** What publishing came to. */
export interface PublishResult {
  /** One for each item. */
  readonly outcomes: PublishOutcome[]
  /** What is left for the store of contents to drop. */
  readonly trash: string[]
  /** Whether replaced content waits to be removed. */
  readonly hasGarbage: boolean
}

interface Batch {
  readonly database: Database
  readonly place: FilePlace | undefined
  /** What has been placed, to be taken back when the transaction fails. */
  readonly placed: { readonly item: PublishItem; readonly path: string }[]
  readonly result: { outcomes: PublishOutcome[]; trash: string[]; hasGarbage: boolean }
}

const upsertSql = `
  INSERT INTO files (bucket, key, path, size, mtime, crc32, etag, content_type, metadata, tags, expires_at,
    created_at, modified_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (bucket, key) DO UPDATE SET path = excluded.path, size = excluded.size, mtime = excluded.mtime,
    crc32 = excluded.crc32, etag = excluded.etag, content_type = excluded.content_type, metadata = excluded.metadata,
    tags = excluded.tags, expires_at = excluded.expires_at, created_at = excluded.created_at,
    modified_at = excluded.modified_at`

/**
 * Makes contents files: each is placed and its row turned to it, all in one transaction.
 *
 * A refused or failed item leaves the others alone; a failed transaction leaves everything as it was.
 */
export function publishFiles(database: Database, { place, items }: PublishRequest): PublishResult {
  const result = { outcomes: [], trash: [], hasGarbage: false }
  const batch: Batch = { database, place, placed: [], result }
  try {
    database.transaction(() => publishAll(batch, items))
  } catch (error) {
    takeBack(batch)
    throw error
  }
  return result
}

function publishAll(batch: Batch, items: readonly PublishItem[]): void {
  const { database, place, result } = batch
  const tree = treeOf(database, place)
  tree?.begin()
  const { trash, isEmpty } = drainGarbage(database, tree)
  result.trash.push(...trash)
  // While garbage is left, a natural path may be named by it, and would be removed with it.
  for (const item of items) result.outcomes.push(publish(batch, item, isEmpty))
  tree?.prune()
  if (!isEmpty) result.hasGarbage = true
}

function publish(batch: Batch, item: PublishItem, isNaturalAllowed: boolean): PublishOutcome {
  const found = findFileRow(batch.database, item.bucket, item.key)
  const why = refusal(found, item)
  if (why !== undefined) return { kind: 'refused', why }
  let placed: Placed
  try {
    placed = place(batch, item, isNaturalAllowed)
  } catch (error) {
    return { kind: 'failed', code: errorCode(error), message: error instanceof Error ? error.message : String(error) }
  }
  const row = writeRow(batch.database, item, placed, found.row)
  if (found.row !== undefined) {
    discard(batch.database, found.row)
    batch.result.hasGarbage = true
  }
  return { kind: 'published', row }
}

/** Says why a write must not happen, if it must not. */
export function refusal(
  { bucket, row }: FoundFile,
  { condition, now }: Pick<PublishItem, 'condition' | 'now'>,
): Refusal | undefined {
  if (bucket === 'missing') return 'no-bucket'
  if (bucket === 'archived') return 'archived'
  if (condition.kind === 'create' && isLive(row, now)) return 'exists'
  if (condition.kind === 'etag' && !(isLive(row, now) && row.etag === condition.etag)) return 'changed'
  return undefined
}

function place(batch: Batch, item: PublishItem, isNaturalAllowed: boolean): Placed {
  const tree = treeOf(batch.database, batch.place)
  const { bucket, key, etag, content } = item
  if ('blob' in content) return { path: content.blob, mtimeMs: 0 }
  if (tree === undefined) throw new Error('Content in memory is kept as a blob.')
  const placed = tree.put(bucket, key, etag, content, isNaturalAllowed)
  batch.placed.push({ item, path: placed.path })
  return placed
}

function writeRow(database: Database, item: PublishItem, placed: Placed, old: FileRow | undefined): FileRow {
  const { bucket, key, sizeBytes, crc32, etag, contentType, metadata, tags, expiresAt, now } = item
  const { path, mtimeMs } = placed
  const createdAt = isLive(old, now) ? old.createdAt : now
  database
    .statement(upsertSql)
    .run(bucket, key, path, sizeBytes, mtimeMs, crc32, etag, contentType, metadata, tags, expiresAt, createdAt, now)
  const facts = { bucket, key, path, sizeBytes, mtimeMs, crc32, etag, contentType, metadata, tags, expiresAt }
  return { ...facts, createdAt, modifiedAt: now }
}

/** Removes what a failed transaction has placed, unless it was committed after all. */
function takeBack({ database, place, placed }: Batch): void {
  if (placed.length === 0) return
  try {
    database.transaction(() => {
      const tree = treeOf(database, place)
      tree?.begin()
      for (const { item, path } of placed) {
        const { row } = findFileRow(database, item.bucket, item.key)
        if (row?.path !== path) tree?.remove(path, 0)
      }
      tree?.prune()
    })
  } catch {
    // The failure that led here is the one to report; the slot still names these files.
  }
}

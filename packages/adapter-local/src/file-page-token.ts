import { crc32 } from 'node:zlib'
import type { ListFilesRequest } from '@stowage/core/driver'
import { invalidArgument } from '@stowage/core/driver'
import type { ListingPosition } from './engine/files/file-listing.ts'

/** Writes where a listing goes on into a token, which belongs to that listing alone. */
export function writePageToken(request: ListFilesRequest, { key, isInclusive }: ListingPosition): string {
  return Buffer.from(JSON.stringify([listingMark(request), key, isInclusive ? 1 : 0])).toString('base64url')
}

/** Reads a token; fails with `invalid-argument` for one of another listing, and for any other text. */
export function readPageToken(request: ListFilesRequest): ListingPosition | undefined {
  if (request.pageToken === undefined) return undefined
  const [mark, key, isInclusive] = parseToken(request.pageToken)
  if (mark === listingMark(request) && typeof key === 'string') return { key, isInclusive: isInclusive === 1 }
  throw invalidArgument(
    'The page token belongs to another listing: pass the nextPageToken of a page with the same bucket, prefix and delimiter',
  )
}

function parseToken(token: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64url').toString())
    return Array.isArray(parts) ? parts : []
  } catch {
    return []
  }
}

function listingMark({ bucket, prefix, delimiter }: ListFilesRequest): number {
  return crc32(JSON.stringify([bucket, prefix, delimiter ?? null]))
}

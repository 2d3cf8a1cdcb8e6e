import { invalidArgument } from '@stowage/core/driver'
import type { z } from 'zod'

/** Writes where a listing stands as a page token. */
export function formatPageState(state: unknown): string {
  return Buffer.from(JSON.stringify(state)).toString('base64url')
}

/**
 * Reads a page token.
 *
 * @throws StorageError `invalid-argument` for one that is not ours
 */
export function readPageState<State>(shape: z.ZodType<State>, token: string): State {
  try {
    return shape.parse(JSON.parse(Buffer.from(token, 'base64url').toString()))
  } catch {
    throw invalidArgument('the page token is not one of this listing: begin again without one')
  }
}

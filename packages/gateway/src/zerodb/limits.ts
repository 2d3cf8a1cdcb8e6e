import type { Exchange, ZerodbContext } from './zerodb-context.ts'
import { refusal } from './zerodb-error.ts'

const mostPerPage = 1000

/** Which part of a result is asked for. */
export interface PageRange {
  /** The most items. */
  readonly limit: number
  /** How many are left out first. */
  readonly offset: number
}

/**
 * Checks the part of a result that a request asks for.
 *
 * @param limit - as sent; undefined for 100
 * @param offset - as sent; undefined for 0
 */
export function pageRange(
  { settings }: ZerodbContext,
  { quirks }: Exchange,
  { limit = 100, offset = 0 }: { readonly limit: unknown; readonly offset: unknown },
): PageRange {
  if (!isWhole(limit) || limit < 1) throw refusal('QUERY_SYNTAX_ERROR', 'limit must be a whole number from 1 to 1000')
  if (!isWhole(offset) || offset < 0) throw refusal('QUERY_SYNTAX_ERROR', 'offset must be a whole number from 0')
  if (limit <= mostPerPage) return { limit, offset }
  const clamps = settings.clampsLimit || quirks.clampsLimit === true
  if (clamps) return { limit: mostPerPage, offset }
  throw refusal('QUERY_SYNTAX_ERROR', `limit is ${limit} and may be at most ${mostPerPage}`)
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value)
}

import { invalidArgument } from '@stowage/core/driver'
import type { KeboolaParts } from './parts.ts'
import { type PhpValue, toPhpPairs } from './php-query.ts'
import type { KeboolaRequest } from './wire.ts'

/** Longer URLs are refused by proxies and by the service (contract section 14, trap 1); the path has its part in it. */
const maxQueryCharacters = 7000

/**
 * Makes a call as the guide shows them: a POST whose data is in the query, with a body that is empty.
 *
 * @throws StorageError `invalid-argument` in today's dialect, which has no such call, and for data no URL holds
 */
export function guideCall(
  { wire }: KeboolaParts,
  path: readonly string[],
  query: Readonly<Record<string, PhpValue>>,
): KeboolaRequest {
  if (wire.options.dialect !== 'guide')
    throw invalidArgument(
      'dataString is what the guide shows, and today is refused: upload a file, or set dialect: guide',
    )
  const pairs = toPhpPairs(query).map(([name, value]): [string, string] => [name, value])
  const { length } = String(new URLSearchParams(pairs))
  if (length > maxQueryCharacters) {
    const message = `dataString and what goes with it take ${length} characters of the URL, ${maxQueryCharacters} is the most: upload a file`
    throw invalidArgument(message, { length, maxQueryCharacters })
  }
  return { method: 'POST', path, query, headers: { 'content-type': 'text/csv' } }
}

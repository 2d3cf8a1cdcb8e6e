import { badRequest } from './keboola-error.ts'
import type { RequestFields } from './request-fields.ts'

/**
 * Reads which parts an answer is to have: names between commas. An empty text wants none of them.
 *
 * @param usual - the parts it has when nothing is said
 */
export function readInclude(
  fields: RequestFields,
  known: readonly string[],
  usual: readonly string[],
): ReadonlySet<string> {
  const wanted = fields.commaSeparated('include')
  const unknown = wanted?.find((name) => !known.includes(name))
  if (unknown !== undefined) throw badRequest(`Invalid include parameter "${unknown}": use ${known.join(', ')}`)
  return new Set(wanted ?? usual)
}

import { StorageError } from '@stowage/core/driver'
import { checkFilter } from './documented-operators.ts'
import { fieldOf, type JsonObject } from './request-body.ts'
import type { Operation } from './zerodb-context.ts'
import { refusal } from './zerodb-error.ts'

/** Deletes the rows that match; with a limit, those that were inserted first. */
export const deleteRows: Operation = async (context, { body, ...exchange }) => {
  const served = await context.table({ body, ...exchange })
  const { filter } = checkFilter(requiredFilter(body))
  const limit = readLimit(body)
  const deleted = await context.change(served, () =>
    served.rows.delete(filter, limit).catch((error: unknown) => {
      throw StorageError.is(error, 'invalid-argument') ? refusal('QUERY_SYNTAX_ERROR', error.message, {}, error) : error
    }),
  )
  return { deleted_count: deleted }
}

/** Gives the filter of a change. One that got lost must never stand for all rows. */
export function requiredFilter(body: JsonObject): unknown {
  const filter = fieldOf(body, 'filter')
  if (filter === undefined) throw refusal('QUERY_SYNTAX_ERROR', 'filter is missing: send {} for all rows')
  return filter
}

function readLimit(body: JsonObject): number | undefined {
  if (!Object.hasOwn(body, 'limit')) return undefined
  const limit = body['limit']
  if (Number.isSafeInteger(limit) && (limit as number) >= 1) return limit as number
  throw refusal('QUERY_SYNTAX_ERROR', 'limit must be a whole number from 1')
}

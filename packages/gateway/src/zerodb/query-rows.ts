import type { ProjectionFields, Sort } from '@stowage/core'
import { parseProjection, parseSort } from '@stowage/core/driver'
import { checkFilter } from './documented-operators.ts'
import { pageRange } from './limits.ts'
import type { RowQuery } from './open-queries.ts'
import { isJsonObject, type JsonObject, optionalField } from './request-body.ts'
import type { Operation } from './zerodb-context.ts'
import { refusal, refusedAs } from './zerodb-error.ts'

/** Finds rows. */
export const queryRows: Operation = async (context, { body, ...exchange }) => {
  const served = await context.table({ body, ...exchange })
  const query = readQuery(body)
  const range = pageRange(
    context,
    { body, ...exchange },
    { limit: optionalField(body, 'limit'), offset: optionalField(body, 'offset') },
  )
  const stamp = context.tables.stampOf(served)
  const { rows, total } = await context.queries.page(served, query, range, stamp)
  return { rows, total, limit: range.limit, offset: range.offset }
}

function readQuery(body: JsonObject): RowQuery {
  const { filter, tree } = checkFilter(optionalField(body, 'filter') ?? {})
  const projection = optionalField(body, 'projection') ?? {}
  const sort = optionalField(body, 'sort') ?? {}
  if (!isJsonObject(projection) || !isJsonObject(sort)) {
    throw refusal('QUERY_SYNTAX_ERROR', 'projection and sort must be objects of fields')
  }
  refusedAs('QUERY_SYNTAX_ERROR', () => [parseProjection(projection), parseSort(sort)])
  return { filter, tree, projection: projection as ProjectionFields, sort: sort as Sort }
}

import { StorageError, upsertRow } from '@stowage/core/driver'
import { requiredFilter } from './delete-rows.ts'
import { type CheckedFilter, type CheckedUpdate, checkFilter, checkUpdate } from './documented-operators.ts'
import { checkRows } from './insert-rows.ts'
import { booleanField, fieldOf } from './request-body.ts'
import type { ServedTable } from './served-table.ts'
import { refuseNullClash, refuseNullClashOfUpdate } from './unique-nulls.ts'
import type { Operation } from './zerodb-context.ts'
import { isInDoubt, refusal, refusedAs, type ZerodbError } from './zerodb-error.ts'

/** Changes all rows that match, or none when one of them can't be changed; where none matches it may insert one. */
export const updateRows: Operation = async (context, { body, ...exchange }) => {
  const served = await context.table({ body, ...exchange })
  const filter = checkFilter(requiredFilter(body))
  const update = checkUpdate(fieldOf(body, 'update'))
  const isUpsert = booleanField(body, 'upsert', false, 'QUERY_SYNTAX_ERROR')
  const counts = await context.change(served, async () => {
    const { matched, modified } = await changeRows(served, filter, update)
    if (matched === 0 && isUpsert) await insertOne(served, filter, update)
    return { matched, modified }
  })
  return { matched_count: counts.matched, modified_count: counts.modified }
}

async function changeRows(
  served: ServedTable,
  filter: CheckedFilter,
  update: CheckedUpdate,
): Promise<{ readonly matched: number; readonly modified: number }> {
  try {
    await refuseNullClashOfUpdate(served, filter, update, clash)
    return await served.rows.update(filter.filter, update.update)
  } catch (error) {
    throw explainChange(error)
  }
}

async function insertOne(served: ServedTable, filter: CheckedFilter, update: CheckedUpdate): Promise<void> {
  const made = refusedAs('QUERY_SYNTAX_ERROR', () => upsertRow(filter.tree, update.tree))
  // An id that the filter asks for is kept, as MongoDB does.
  const row = served.rows.toStored(made)
  // It isn't one of the request's rows, so it has no index.
  checkRows([row], served, (_, problem) => refusal('SCHEMA_VALIDATION_ERROR', `the new row: ${problem}`))
  await refuseNullClash(served, [row], clash)
  await served.table.insert(row).catch((error: unknown) => {
    throw explainChange(error)
  })
}

function clash(): ZerodbError {
  return refusal('SCHEMA_VALIDATION_ERROR', 'a unique index holds the same values already')
}

function explainChange(error: unknown): unknown {
  if (StorageError.is(error) && isInDoubt(error)) return error
  if (StorageError.is(error, 'conflict')) return refusal('SCHEMA_VALIDATION_ERROR', error.message, {}, error)
  if (!StorageError.is(error, 'invalid-argument')) return error
  const breaksSchema = error.details['column'] !== undefined
  return refusal(breaksSchema ? 'SCHEMA_VALIDATION_ERROR' : 'QUERY_SYNTAX_ERROR', error.message, {}, error)
}

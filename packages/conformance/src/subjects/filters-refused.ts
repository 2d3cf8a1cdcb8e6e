import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { type Filter, type ProjectionInput, type Sort, StorageError, type Table } from '@stowage/core'
import {
  type RefusedCase,
  refusedFilters,
  refusedPatterns,
  refusedProjections,
  refusedSorts,
} from '@stowage/core/truth-tables'
import { type Check, check } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'

/** Tries each input on a table that need not be there: what is wrong is told before anything is sent. */
async function expectRefusals(
  context: CheckContext,
  cases: readonly RefusedCase[],
  attempt: (table: Table, input: unknown) => unknown,
): Promise<void> {
  const table = context.storage.bucket(context.newBucketName()).table(context.newTableName())
  const requests = context.requestCount
  for (const [input, , reason] of cases) {
    try {
      await expectError(() => attempt(table, input), 'invalid-argument')
    } catch (error) {
      if (StorageError.is(error)) throw error
      throw new Error(`${inspect(input)} (${reason}) ${(error as Error).message}`, { cause: error })
    }
  }
  assert.deepEqual(context.log.operations, [], 'something was sent')
  assert.equal(context.requestCount, requests, 'the service saw a request')
}

// Where no filter is given, `find` takes that for all rows.
const filtersGiven = refusedFilters.filter(([input]) => input !== null && input !== undefined)

/** What the language doesn't have is refused before anything is sent. */
export const refusedChecks: readonly Check[] = [
  check(
    'filters/refused',
    'a filter outside the language fails find and count, and nothing is sent',
    { needs: ['tables.find', 'tables.count'] },
    async (context) => {
      await expectRefusals(context, filtersGiven, (table, input) => table.find(input as Filter))
      await expectRefusals(context, filtersGiven, (table, input) => table.count(input as Filter))
    },
  ),
  check(
    'filters/refused-patterns',
    'a pattern outside the portable subset fails, and nothing is sent',
    { needs: ['tables.find'] },
    (context) =>
      expectRefusals(context, refusedPatterns, (table, input) => table.find({ a: { $regex: input as string } })),
  ),
  check(
    'filters/refused-sorts',
    'a sort outside the language fails, and nothing is sent',
    { needs: ['tables.find'] },
    (context) => expectRefusals(context, refusedSorts, (table, input) => table.find({}, { sort: input as Sort })),
  ),
  check(
    'filters/refused-projections',
    'a projection outside the language fails, and nothing is sent',
    { needs: ['tables.find'] },
    (context) =>
      expectRefusals(context, refusedProjections, (table, input) =>
        table.find({}, { projection: input as ProjectionInput }),
      ),
  ),
]

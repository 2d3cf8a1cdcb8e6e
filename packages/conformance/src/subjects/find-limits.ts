import assert from 'node:assert/strict'
import type { Filter, FindOptions, Row, Sort } from '@stowage/core'
import { type Check, check } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { collect, expectError } from '../expectation.ts'
import { findNeeds } from './filters-truth.ts'
import { matchingRows } from './row-matches.ts'
import { wordTable } from './word-rows.ts'

type Cut = Pick<FindOptions, 'limit' | 'offset'>

const cuts: readonly Cut[] = [
  { limit: 1 },
  { limit: 7 },
  { limit: 32 },
  { limit: 33 },
  { limit: 34 },
  { limit: 1_000_000 },
  { offset: 1 },
  { offset: 32 },
  { offset: 33 },
  { offset: 1000 },
  { limit: 5, offset: 5 },
  { limit: 10, offset: 30 },
  { limit: 1, offset: 32 },
  { limit: 3, offset: 33 },
  { limit: 0, offset: 2 },
]

function cut<Item>(items: readonly Item[], { limit, offset = 0 }: Cut): Item[] {
  return items.slice(offset, limit === undefined ? undefined : offset + limit)
}

/** Finds with each limit and offset, at several page sizes, and compares with the same part of all rows. */
async function expectCuts(context: CheckContext, filter: Filter, sort: Sort | undefined): Promise<void> {
  const { table, rows } = await wordTable(context, 33)
  const all = await collect(table.find(filter, { sort }))
  assert.equal(all.length, matchingRows(rows, filter).length, 'not all rows came without a limit')
  for (const part of cuts) {
    for (const pageSize of [undefined, 1, 4, 33]) {
      const found = await collect(table.find(filter, { sort, ...part, pageSize }))
      assert.deepEqual(found, cut(all, part), `${JSON.stringify(part)} in pages of ${pageSize ?? 'any size'}`)
    }
  }
}

/** Limit and offset. */
export const cutChecks: readonly Check[] = [
  check('find/limit-sorted', 'limit and offset cut the sorted rows exactly', { needs: findNeeds }, (context) =>
    expectCuts(context, {}, { half: -1, row_id: 1 }),
  ),
  check(
    'find/limit-unsorted',
    'without a sort, limit and offset cut the backend’s own order exactly',
    { needs: findNeeds },
    (context) => expectCuts(context, {}, undefined),
  ),
  check('find/limit-filtered', 'limit and offset count matching rows only', { needs: findNeeds }, (context) =>
    expectCuts(context, { word: { $in: ['fig', 'elm', 'cedar'] } }, { row_id: -1 }),
  ),
  check(
    'find/limit-residual',
    'limit and offset count matching rows only, also of a pattern no index helps',
    { needs: findNeeds },
    (context) =>
      expectCuts(context, { $or: [{ row_id: { $regex: '[02468]$' } }, { word: { $regex: 'i.' } }] }, undefined),
  ),
  check('find/limit-zero', 'a limit of 0 gives no row', { needs: findNeeds }, async (context) => {
    const { table } = await wordTable(context, 5)
    const found: Row[][] = [
      await collect(table.find({}, { limit: 0 })),
      await collect(table.find({ word: 'fig' }, { limit: 0, sort: { row_id: 1 }, offset: 3 })),
    ]
    assert.deepEqual(found, [[], []])
  }),
  check(
    'find/limit-refused',
    'limits, offsets and page sizes that are no whole numbers from 0 are refused, and nothing is sent',
    { needs: ['tables.find'] },
    async (context) => {
      const table = context.storage.bucket(context.newBucketName()).table(context.newTableName())
      for (const wrong of [-1, 1.5, Number.NaN, Infinity, '5' as unknown as number]) {
        for (const name of ['limit', 'offset', 'pageSize'] as const) {
          await expectError(() => table.find({}, { [name]: wrong }), 'invalid-argument')
        }
      }
      assert.deepEqual(context.log.operations, [], 'something was sent')
    },
  ),
]

import assert from 'node:assert/strict'
import type { ProjectionInput } from '@stowage/core'
import { type ProjectionCase, projectionCases } from '@stowage/core/truth-tables'
import { type Check, check } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { collect } from '../expectation.ts'
import { findNeeds, mixedNeeds } from './filters-truth.ts'
import { numberRows } from './row-matches.ts'
import { wordTable } from './word-rows.ts'

async function expectProjections(context: CheckContext, cases: readonly ProjectionCase[]): Promise<void> {
  const table = await context.table({ columns: { row_id: 'string' } }, numberRows(cases.map(([row]) => row)))
  for (const [index, [row, projection, result, reason]] of cases.entries()) {
    const options = { projection: projection as ProjectionInput }
    const [found, ...more] = await collect(table.find({ row_id: `r${index}` }, options))
    const { row_id: _, ...rest } = found ?? {}
    const words = `${JSON.stringify(projection)} of ${JSON.stringify(row)}: ${reason}`
    assert.equal(more.length, 0, `${words}: more than one row`)
    assert.deepEqual(rest, result, words)
  }
}

function hasId([row]: ProjectionCase): boolean {
  return Object.hasOwn(row, '_id')
}

/** Projections. */
export const projectionChecks: readonly Check[] = [
  check('find/projection-cases', 'a projection keeps exactly what it names', { needs: mixedNeeds }, (context) =>
    expectProjections(
      context,
      projectionCases.filter((one) => !hasId(one)),
    ),
  ),
  check(
    'find/projection-id',
    'a field `_id` stays beside what a projection names, unless told otherwise',
    { needs: mixedNeeds },
    (context) => expectProjections(context, projectionCases.filter(hasId)),
  ),
  check(
    'find/projection-text',
    'a projection keeps exactly the columns it names',
    { needs: findNeeds },
    async (context) => {
      const { table, rows } = await wordTable(context, 5)
      const sort = { row_id: 1 } as const
      const kept = await collect(table.find({}, { sort, projection: ['word', 'row_id'] }))
      assert.deepEqual(
        kept,
        rows.map(({ row_id, word }) => ({ row_id, word })),
      )
      const left = await collect(table.find({}, { sort, projection: { word: 0 } }))
      assert.deepEqual(
        left,
        rows.map(({ row_id, half }) => ({ row_id, half })),
      )
      const none = await collect(table.find({}, { projection: ['nowhere'] }))
      assert.deepEqual(
        none,
        rows.map(() => ({})),
        'a row without any field left is still a row',
      )
    },
  ),
  check(
    'find/projection-filtered',
    'rows can be filtered by a field the projection leaves out',
    { needs: findNeeds },
    async (context) => {
      const { table, rows } = await wordTable(context, 33)
      const filters = [{ word: 'fig' }, { word: { $regex: '^f' } }, { $nor: [{ word: { $ne: 'fig' } }] }]
      const expected = rows.filter(({ word }) => word === 'fig').map(({ row_id }) => ({ row_id }))
      for (const filter of filters) {
        const found = await collect(table.find(filter, { projection: ['row_id'], sort: { row_id: 1 } }))
        assert.deepEqual(found, expected, JSON.stringify(filter))
      }
    },
  ),
]

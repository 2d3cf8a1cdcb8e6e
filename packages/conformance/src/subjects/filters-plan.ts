import assert from 'node:assert/strict'
import type { Filter, Row, Table } from '@stowage/core'
import { compileFilter, type FilterNode, isMatchAll, parseFilter } from '@stowage/core/driver'
import { type Check, check } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { SeededRandom } from '../seeded-random.ts'
import { findNeeds, mixedNeeds, storableCases } from './filters-truth.ts'
import { mixedKind, randomFilter, textKind } from './random-filters.ts'
import { findMistakes, matchingRows, numberRows, type NumberedRow, rowIds } from './row-matches.ts'
import { fetchPages, pageSizeOf, planOf, queryOf } from './whole-query.ts'

interface PlanSample {
  readonly table: Table
  readonly rows: readonly NumberedRow[]
  readonly filters: readonly Filter[]
}

async function mixedSample(context: CheckContext): Promise<PlanSample> {
  const random = new SeededRandom(7)
  const rows = numberRows([...storableCases.map(([row]) => row), ...random.list(40, 40, () => mixedKind.row(random))])
  const table = await context.table({ columns: { row_id: 'string' } }, rows)
  const filters = storableCases.map(([, filter]) => filter as Filter)
  return { table, rows, filters: [...filters, ...random.list(60, 60, () => randomFilter(random, mixedKind))] }
}

async function textSample(context: CheckContext): Promise<PlanSample> {
  const random = new SeededRandom(8)
  const rows = numberRows(random.list(60, 60, () => textKind.row(random)))
  const table = await context.table({ columns: { row_id: 'string', a: 'string', b: 'string', c: 'string' } }, rows)
  return { table, rows, filters: random.list(120, 120, () => randomFilter(random, textKind)) }
}

/** The pushed part alone gives every match, and what it gives passes the residual exactly where the filter matches. */
async function expectHonestPush(context: CheckContext, { table, rows, filters }: PlanSample): Promise<void> {
  const pageSize = pageSizeOf(context, 1000)
  for (const filter of filters) {
    const { pushed, residual } = await planOf(context, queryOf(table, { filter: parseFilter(filter) }))
    const given = (await fetchPages(context, queryOf(table, { filter: pushed }), pageSize)).flat()
    const expected = rowIds(matchingRows(rows, filter))
    const missed = expected.filter((id) => !rowIds(given).includes(id))
    assert.deepEqual(missed, [], `the pushed part of ${JSON.stringify(filter)} loses rows that match`)
    const wrong = findMistakes(rows, expected, rowIds(given.filter(compileFilter(residual))))
    assert.equal(wrong.length, 0, `${JSON.stringify(filter)} as planned ${wrong.join('; ')}`)
  }
}

function expectWhole(rows: readonly Row[], filter: Filter, pushed: FilterNode, residual: FilterNode): void {
  const [passes, remains, matches] = [pushed, residual, parseFilter(filter)].map(compileFilter)
  for (const row of rows) {
    const words = `${JSON.stringify(row)}: pushed and residual must come to ${JSON.stringify(filter)}`
    assert.equal(passes?.(row) === true && remains?.(row) === true, matches?.(row), words)
  }
}

async function expectWholePlans(context: CheckContext, { table, rows, filters }: PlanSample): Promise<void> {
  for (const filter of filters) {
    const { pushed, residual } = await planOf(context, queryOf(table, { filter: parseFilter(filter) }))
    expectWhole(rows, filter, pushed, residual)
  }
}

async function expectSoundLimits(context: CheckContext, { table, filters }: PlanSample): Promise<void> {
  for (const filter of filters) {
    for (const sort of [[], [{ path: 'a', direction: 1 }]] as const) {
      const plan = await planOf(context, queryOf(table, { filter: parseFilter(filter), sort, limit: 3, offset: 1 }))
      if (plan.limit !== 'backend') continue
      const words = `the limit of ${JSON.stringify(filter)} is the backend's, but`
      assert.ok(isMatchAll(plan.residual), `${words} core still filters`)
      assert.ok(sort.length === 0 || plan.sort === 'backend', `${words} core still sorts`)
    }
  }
}

/** What plans and `explain` say is so. */
export const planChecks: readonly Check[] = [
  check(
    'filters/plan-honest',
    'the pushed part of a filter loses no match, and the residual is all that is left to check',
    { needs: mixedNeeds },
    async (context) => expectHonestPush(context, await mixedSample(context)),
  ),
  check(
    'filters/plan-honest-text',
    'the same for text that is there, whatever else the backend can store',
    { needs: findNeeds },
    async (context) => expectHonestPush(context, await textSample(context)),
  ),
  check(
    'filters/plan-whole',
    'pushed and residual part together mean the filter',
    { needs: mixedNeeds },
    async (context) => expectWholePlans(context, await mixedSample(context)),
  ),
  check(
    'filters/plan-whole-text',
    'pushed and residual part together mean the filter, for text that is there',
    { needs: findNeeds },
    async (context) => expectWholePlans(context, await textSample(context)),
  ),
  check(
    'filters/plan-limit',
    'a plan gives the limit to the backend only where the backend filters and sorts alone',
    { needs: findNeeds },
    async (context) => expectSoundLimits(context, await textSample(context)),
  ),
  check(
    'filters/explain',
    'explain tells the parts of the plan in the language of filters, and reads no row',
    { needs: findNeeds },
    async (context) => {
      const { table, rows, filters } = await textSample(context)
      const before = context.log.calls.length
      for (const filter of filters) {
        const { pushed, residual } = await table.explain(filter)
        expectWhole(rows, filter, parseFilter(pushed), parseFilter(residual))
      }
      const reads = context.log.operations.slice(before).filter((operation) => operation !== 'tables.plan')
      assert.deepEqual(reads, [], 'explain sent more than plans')
    },
  ),
]

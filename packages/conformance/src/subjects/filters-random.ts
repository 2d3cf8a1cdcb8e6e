import type { ColumnType } from '@stowage/core'
import { type Check, check, type Need } from '../check.ts'
import { SeededRandom } from '../seeded-random.ts'
import { findNeeds, mixedNeeds, valueNeeds } from './filters-truth.ts'
import { mixedKind, type RandomKind, randomFilter, textKind, typedKind } from './random-filters.ts'
import { expectFinds, numberRows } from './row-matches.ts'

const rowCount = 60
const filterCount = 200

function randomCheck(
  name: string,
  what: string,
  needs: readonly Need[],
  kind: RandomKind,
  columns: Readonly<Record<string, ColumnType>>,
): Check {
  return check(
    `filters/random-${name}`,
    `seeded random filters find what core finds: ${what}`,
    { needs, timeoutMs: 60_000 },
    async (context) => {
      const random = new SeededRandom(20_261_121)
      const rows = numberRows(random.list(rowCount, rowCount, () => kind.row(random)))
      const table = await context.table({ columns: { row_id: 'string', ...columns } }, rows)
      for (let index = 0; index < filterCount; index++) {
        await expectFinds(table, rows, randomFilter(random, kind), `random filter ${index}`)
      }
    },
  )
}

/** Random filters on random rows. */
export const randomFilterChecks: readonly Check[] = [
  randomCheck('mixed', 'fields of any shape', mixedNeeds, mixedKind, {}),
  randomCheck('typed', 'declared columns of each type', [...findNeeds, ...valueNeeds], typedKind, {
    text: 'string',
    num: 'number',
    flag: 'boolean',
    at: 'timestamp',
    obj: 'object',
    list: 'array',
  }),
  randomCheck('text', 'text that is there', findNeeds, textKind, { a: 'string', b: 'string', c: 'string' }),
]

import type { JsonValue, Row } from '@stowage/core'
import {
  batchToRows,
  compareValues,
  compileFilter,
  compileProjection,
  compileSort,
  type FindRowsRequest,
  matchAll,
  type QueryPlan,
  type RowPage,
  type SortKey,
  type StorageDriver,
  StorageError,
  toBatch,
} from '@stowage/core/driver'
import { changeRequests, changeResults, type Mutant, replace } from './mutant.ts'
import { type Cut, cutPage, queryByHand } from './query-by-hand.ts'

/** Lies about order, limits and pages of what is found. */
export const findMutants: readonly Mutant[] = [
  sorter('text is sorted by UTF-16 units', ['find/sort-cases'], (a, b) =>
    typeof a === 'string' && typeof b === 'string' ? (a < b ? -1 : Number(a > b)) : compareValues(a, b),
  ),
  sorter('text is sorted without regard to case', ['find/sort-cases'], (a, b) =>
    typeof a === 'string' && typeof b === 'string' ? a.localeCompare(b, 'en') : compareValues(a, b),
  ),
  sorter('null is sorted last', ['find/sort-cases'], (a, b) => {
    const isLast = Number((a ?? null) === null) - Number((b ?? null) === null)
    return isLast === 0 ? compareValues(a, b) : isLast
  }),
  sorter('numbers are sorted as text', ['find/sort-cases'], (a, b) => compareValues(spell(a), spell(b))),
  {
    name: 'the second key of a sort is ignored',
    breaks: 'Only one key is sent.',
    caughtBy: ['find/pages-sorted'],
    make: (driver) => changeFind(driver, (request) => ({ ...request, sort: request.sort.slice(0, 1) })),
  },
  {
    name: 'a sort is always ascending',
    breaks: 'The direction is not sent.',
    caughtBy: ['find/sort-cases'],
    make: (driver) =>
      changeFind(driver, (request) => ({ ...request, sort: request.sort.map((key) => ({ ...key, direction: 1 })) })),
  },
  {
    name: 'ties of a sort come in any order',
    breaks: 'Each page is sorted anew, so rows that are equal come twice or never.',
    caughtBy: ['find/sort-ties', 'find/pages-33'],
    make: (driver) => {
      let round = 0
      const compare = (sort: readonly SortKey[]): ((a: Row, b: Row) => number) => {
        round += 1
        const direction = round % 2 === 0 ? 1 : -1
        const byContent = (a: Row, b: Row): number => (JSON.stringify(a) < JSON.stringify(b) ? -direction : direction)
        return (a, b) => compileSort(sort)(a, b) || byContent(a, b)
      }
      return queryByHand(driver, { compare })
    },
  },
  {
    name: 'the limit is ignored',
    breaks: 'The plan takes it over, and it is not sent.',
    caughtBy: ['find/limit-sorted'],
    make: (driver) => changeFind(driver, (request) => ({ ...request, limit: undefined })),
  },
  cutter('the limit counts for each page', ['find/pages-limit'], (rows, request, start) => {
    const { limit = Infinity, pageSize } = request
    return cutPage(rows, { ...request, limit: undefined, pageSize: Math.min(limit, pageSize) }, start)
  }),
  {
    name: 'the offset is ignored',
    breaks: 'The plan takes it over, and it is not sent.',
    caughtBy: ['find/limit-sorted'],
    make: (driver) => changeFind(driver, (request) => ({ ...request, offset: 0 })),
  },
  {
    name: 'the offset is applied twice',
    breaks: 'By the service and by the adapter.',
    caughtBy: ['find/limit-sorted'],
    make: (driver) => changeFind(driver, (request) => ({ ...request, offset: 2 * request.offset })),
  },
  cutter('the offset is applied to each page', ['find/pages-limit'], (rows, request, start) => {
    const { rows: page, next } = cutPage(rows, { ...request, offset: 0 }, start)
    return { rows: page.slice(request.offset), next }
  }),
  {
    name: 'the projection is ignored',
    breaks: 'The plan takes it over, and all fields come.',
    caughtBy: ['find/projection-cases'],
    make: (driver) => changeFind(driver, (request) => ({ ...request, projection: undefined })),
  },
  {
    name: 'a projection fills missing fields with null',
    breaks: 'Each row has all the fields that were asked for.',
    caughtBy: ['find/projection-cases'],
    make: (driver) =>
      changeResults(driver, ['tables.find'], ({ batch, ...page }: RowPage, { projection }: FindRowsRequest) => {
        const rows = batch.rows.map((row) => row.map((cell) => (cell === undefined ? null : cell)))
        return projection === undefined ? { ...page, batch } : { ...page, batch: { ...batch, rows } }
      }),
  },
  {
    name: 'find stops after a thousand rows',
    breaks: 'The token is dropped once a thousand rows have come.',
    caughtBy: ['find/pages-1001'],
    make: (driver) => stopAfter(driver, 1000),
  },
  {
    name: 'find gives one page',
    breaks: 'No token is passed on.',
    caughtBy: ['find/pages-33'],
    make: (driver) =>
      changeResults(driver, ['tables.find'], (page: RowPage) => ({ ...page, nextPageToken: undefined })),
  },
  cutter('the token of a page is ignored after the second page', ['find/pages-33'], (rows, request, start) => {
    const { pageSize } = request
    const isThird = start === 2 * pageSize
    const cut = cutPage(rows, request, isThird ? pageSize : start)
    return isThird && rows.length > start
      ? { rows: cut.rows, next: rows.length > 3 * pageSize ? 3 * pageSize : undefined }
      : cut
  }),
  cutter('pages of rows overlap', ['find/pages-33'], (rows, request, start) => {
    const { pageSize } = request
    return start === 0
      ? cutPage(rows, request, 0)
      : { ...cutPage(rows, { ...request, pageSize: pageSize + 1 }, start - 1) }
  }),
  {
    name: 'a page without a match is the end',
    breaks: 'Pages are filtered after they were cut, and an empty one ends the query.',
    caughtBy: ['find/limit-filtered'],
    make: (driver) => filterAfterCut(driver),
  },
  cutter('pages of rows are larger than asked for', ['find/pages-33'], (rows, request) =>
    cutPage(rows, { ...request, pageSize: Infinity }, 0),
  ),
  {
    name: 'a table that is not there has no rows',
    breaks: 'Not-found is swallowed.',
    caughtBy: ['find/missing-table'],
    make: (driver) => {
      const nothing = { batch: { columns: [], rows: [] }, nextPageToken: undefined }
      const finding = replace(driver, 'tables.find', (find) => orNothing(find, () => nothing))
      return replace(finding, 'tables.plan', (plan) =>
        orNothing(plan, ({ filter }) => {
          const done = { sort: 'backend', limit: 'backend', projection: 'backend', notes: [] } as const
          return { pushed: filter, residual: matchAll, ...done }
        }),
      )
    },
  },
  {
    name: 'a query is answered from a cache',
    breaks: 'Rows written since are not found, though the record promises it.',
    caughtBy: ['find/after-insert'],
    make: (driver) => {
      const cache = new Map<string, Promise<RowPage>>()
      return replace(driver, 'tables.find', (find) => (request, call) => {
        const key = JSON.stringify(request)
        const page = cache.get(key) ?? find(request, call)
        cache.set(key, page)
        return page
      })
    },
  },
  {
    name: 'the order of rows changes from query to query',
    breaks: 'Every second query without a sort runs backwards.',
    caughtBy: ['find/stable'],
    make: (driver) => {
      let queries = 0
      return queryByHand(driver, {
        cut: (rows, request, start) => {
          if (request.pageToken === undefined) queries += 1
          const isBackwards = request.sort.length === 0 && queries % 2 === 0
          return cutPage(isBackwards ? rows.toReversed() : rows, request, start)
        },
      })
    },
  },
  {
    name: 'count ignores the filter',
    breaks: 'It gives the number of all rows.',
    caughtBy: ['find/count'],
    make: (driver) => changeRequests(driver, ['tables.count'], (request) => ({ ...request, filter: matchAll })),
  },
  {
    name: 'count stops at a thousand',
    breaks: 'It counts one page.',
    caughtBy: ['find/count'],
    make: (driver) => changeResults(driver, ['tables.count'], (count: number) => Math.min(count, 1000)),
  },
  {
    name: 'rows changed since an instant are all rows',
    breaks: 'The instant is ignored.',
    caughtBy: ['exports/changed-updates'],
    make: (driver) =>
      changeRequests(driver, ['tables.changed'], (request) => ({ ...request, changedSince: new Date(0) })),
  },
  {
    name: 'rows changed since an instant miss the second it lies in',
    breaks: 'The instant is rounded up to whole seconds.',
    caughtBy: ['exports/changed-boundary'],
    make: (driver) =>
      changeRequests(driver, ['tables.changed'], (request: { changedSince: Date }) => ({
        ...request,
        changedSince: new Date(Math.ceil((request.changedSince.getTime() + 1) / 1000) * 1000),
      })),
  },
]

type Compare = (a: JsonValue | undefined, b: JsonValue | undefined) => number

/** A driver that sorts fields at the top of a row by other rules. */
function sorter(name: string, caughtBy: Mutant['caughtBy'], compareCells: Compare): Mutant {
  const compare = (sort: readonly SortKey[]) => (a: Row, b: Row) => {
    for (const { path, direction } of sort) {
      const order = direction * compareCells(a[path], b[path])
      if (order !== 0) return order
    }
    return 0
  }
  const breaks = 'The plan takes the sort over, and it is done by other rules.'
  return { name, breaks, caughtBy, make: (driver) => queryByHand(driver, { compare }) }
}

function cutter(
  name: string,
  caughtBy: Mutant['caughtBy'],
  cut: (rows: readonly Row[], request: FindRowsRequest, start: number) => Cut,
): Mutant {
  const breaks = 'Pages are cut wrongly.'
  return { name, breaks, caughtBy, make: (driver) => queryByHand(driver, { cut }) }
}

function changeFind(driver: StorageDriver, change: (request: FindRowsRequest) => object): StorageDriver {
  return changeRequests(driver, ['tables.find'], change)
}

function spell(value: JsonValue | undefined): JsonValue | undefined {
  return typeof value === 'number' ? String(value) : value
}

function stopAfter(driver: StorageDriver, most: number): StorageDriver {
  let given = 0
  return replace(driver, 'tables.find', (find) => async (request, call) => {
    if (request.pageToken === undefined) given = 0
    const page = await find(request, call)
    given += page.batch.rows.length
    return given >= most ? { ...page, nextPageToken: undefined } : page
  })
}

function filterAfterCut(driver: StorageDriver): StorageDriver {
  const planned = changeResults(driver, ['tables.plan'], (plan: QueryPlan) => ({
    ...plan,
    sort: 'core',
    limit: 'core',
  }))
  return replace(planned, 'tables.find', (find) => async (request, call) => {
    const page = await find({ ...request, filter: matchAll, projection: undefined }, call)
    const matches = compileFilter(request.filter)
    const kept = batchToRows(page.batch).filter(matches)
    const rows = request.projection === undefined ? kept : kept.map(compileProjection(request.projection))
    return { batch: toBatch(rows), nextPageToken: rows.length === 0 ? undefined : page.nextPageToken }
  })
}

function orNothing<Request, Call, Result>(
  method: (request: Request, call: Call) => Promise<Result>,
  nothing: (request: Request) => Result,
): typeof method {
  return async (request, call) => {
    try {
      return await method(request, call)
    } catch (error) {
      if (!StorageError.is(error, 'not-found')) throw error
      return nothing(request)
    }
  }
}

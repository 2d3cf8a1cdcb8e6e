import type { QueryPlan, TableQuery } from '../driver/table-driver.ts'
import { formatFilter } from '../filter/format-filter.ts'
import { isMatchAll } from '../filter/tree.ts'

/** How a query would run: what the backend does and what core does on the stream. */
export interface Explanation {
  /** The adapter's name. */
  readonly backend: string
  /** The part of the filter the backend evaluates, in the filter language; `{}` for none. */
  readonly pushed: Readonly<Record<string, unknown>>
  /** The part core evaluates on the rows that come; `{}` when nothing is left. */
  readonly residual: Readonly<Record<string, unknown>>
  /** Who sorts; undefined when no sort was asked for. */
  readonly sort: 'backend' | 'core' | undefined
  /** Who applies limit and offset; undefined when there are none. */
  readonly limit: 'backend' | 'core' | undefined
  /** Who applies the projection; undefined when there is none. */
  readonly projection: 'backend' | 'core' | undefined
  /** Lines for people from the adapter, for example the SQL it would run. */
  readonly notes: readonly string[]
}

/** Says in an app's words what a plan means. */
export function explainPlan(backend: string, query: TableQuery, plan: QueryPlan): Explanation {
  const isLimited = query.limit !== undefined || query.offset > 0
  return {
    backend,
    pushed: isMatchAll(plan.pushed) ? {} : formatFilter(plan.pushed),
    residual: isMatchAll(plan.residual) ? {} : formatFilter(plan.residual),
    sort: query.sort.length === 0 ? undefined : plan.sort,
    limit: isLimited ? plan.limit : undefined,
    projection: query.projection === undefined ? undefined : plan.projection,
    notes: plan.notes,
  }
}

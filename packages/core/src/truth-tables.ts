/**
 * What filters, sorts, projections and updates mean, as data: the tables the guide page shows and every evaluator and backend
 * is tested with. For tests; apps use the package's main entry.
 *
 * @module
 */
export type { FilterCase, FilterCaseGroup } from './filter/truth-tables/filter-case.ts'
export { filterCases } from './filter/truth-tables/filter-cases.ts'
export { type ProjectionCase, projectionCases } from './filter/truth-tables/projection-cases.ts'
export {
  type RefusedCase,
  refusedFilters,
  refusedPatterns,
  refusedProjections,
  refusedSorts,
  refusedUpdates,
} from './filter/truth-tables/refused-cases.ts'
export { sharedArraySortCases, type SortCase, sortCases, tiedSortCases } from './filter/truth-tables/sort-cases.ts'
export {
  idleUpdateCases,
  type UpdateCase,
  updateCases,
  type UpsertCase,
  upsertCases,
} from './filter/truth-tables/update-cases.ts'

import type { Check } from '../check.ts'
import { manyChecks } from './filters-many.ts'
import { planChecks } from './filters-plan.ts'
import { randomFilterChecks } from './filters-random.ts'
import { refusedChecks } from './filters-refused.ts'
import { truthChecks } from './filters-truth.ts'

/** Filters: the truth tables, on the backend. */
export const filterChecks: readonly Check[] = [
  ...truthChecks,
  ...manyChecks,
  ...randomFilterChecks,
  ...planChecks,
  ...refusedChecks,
]

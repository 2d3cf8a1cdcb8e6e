import type { Check } from '../check.ts'
import { cursorChecks } from './find-cursor.ts'
import { cutChecks } from './find-limits.ts'
import { lookupChecks } from './find-lookup.ts'
import { pageChecks } from './find-pages.ts'
import { projectionChecks } from './find-projections.ts'
import { sortChecks } from './find-sorts.ts'

/** Find: sort, projection, limit, offset, paging. */
export const findChecks: readonly Check[] = [
  ...sortChecks,
  ...projectionChecks,
  ...cutChecks,
  ...pageChecks,
  ...cursorChecks,
  ...lookupChecks,
]

import type { Check } from '../check.ts'

/** Find: sort, projection, limit, offset, paging. */
export const findChecks: readonly Check[] = []

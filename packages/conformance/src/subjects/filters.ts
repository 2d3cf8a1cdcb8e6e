import type { Check } from '../check.ts'

/** Filters: the truth tables, on the backend. */
export const filterChecks: readonly Check[] = []

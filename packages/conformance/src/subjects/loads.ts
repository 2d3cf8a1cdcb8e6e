import type { Check } from '../check.ts'

/** Loads: many rows as one unit. */
export const loadChecks: readonly Check[] = []

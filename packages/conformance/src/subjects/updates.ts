import type { Check } from '../check.ts'

/** Updates of rows. */
export const updateChecks: readonly Check[] = []

import type { Check } from '../check.ts'

/** Deletes of rows. */
export const deleteChecks: readonly Check[] = []

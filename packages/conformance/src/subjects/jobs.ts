import type { Check } from '../check.ts'

/** Jobs: work that outlives the call. */
export const jobChecks: readonly Check[] = []

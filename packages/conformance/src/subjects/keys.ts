import type { Check } from '../check.ts'

/** Keys: kept exactly or refused, never rewritten. */
export const keyChecks: readonly Check[] = []

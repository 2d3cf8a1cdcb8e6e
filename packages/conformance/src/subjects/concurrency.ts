import type { Check } from '../check.ts'

/** Concurrency: many callers at once. */
export const concurrencyChecks: readonly Check[] = []

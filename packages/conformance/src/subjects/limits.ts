import type { Check } from '../check.ts'

/** Limits: each stated limit holds at the limit, and one past it is refused or cut. */
export const limitChecks: readonly Check[] = []

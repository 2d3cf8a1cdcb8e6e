import type { Check } from '../check.ts'

/** Retries: a lost answer is never applied twice. */
export const retryChecks: readonly Check[] = []

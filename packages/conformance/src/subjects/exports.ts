import type { Check } from '../check.ts'

/** Exports and rows that changed. */
export const exportChecks: readonly Check[] = []

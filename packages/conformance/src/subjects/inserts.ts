import type { Check } from '../check.ts'

/** Inserts: rows written in one call. */
export const insertChecks: readonly Check[] = []

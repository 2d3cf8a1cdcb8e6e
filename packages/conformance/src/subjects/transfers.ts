import type { Check } from '../check.ts'

/** Transfers: one handle, one end, nothing half-made. */
export const transferChecks: readonly Check[] = []

import type { Check } from '../check.ts'

/** Files: bytes and what is set on them. */
export const fileChecks: readonly Check[] = []

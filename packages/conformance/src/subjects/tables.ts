import type { Check } from '../check.ts'

/** Tables: defined, listed, described, dropped. */
export const tableChecks: readonly Check[] = []

import type { Check } from '../check.ts'

/** Types: values come back as they went in. */
export const typeChecks: readonly Check[] = []

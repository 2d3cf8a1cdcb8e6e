import type { Check } from '../check.ts'

/** Declared: what the capability record leaves out is refused before anything is sent; what it states is there. */
export const declaredChecks: readonly Check[] = []

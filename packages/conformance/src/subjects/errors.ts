import type { Check } from '../check.ts'

/** Errors: the right code, and never a secret. */
export const errorChecks: readonly Check[] = []

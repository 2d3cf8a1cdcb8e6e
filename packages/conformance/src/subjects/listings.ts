import type { Check } from '../check.ts'

/** Listings of files. */
export const listingChecks: readonly Check[] = []

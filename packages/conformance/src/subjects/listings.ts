import type { Check } from '../check.ts'
import { listingOrderChecks } from './listings-order.ts'
import { listingPagingChecks } from './listings-paging.ts'
import { listingPrefixChecks } from './listings-prefixes.ts'
import { listingScaleChecks } from './listings-scale.ts'
import { listingTruthChecks } from './listings-truth.ts'

/** Listings of files: complete, in order, in pages. */
export const listingChecks: readonly Check[] = [
  ...listingTruthChecks,
  ...listingOrderChecks,
  ...listingPagingChecks,
  ...listingPrefixChecks,
  ...listingScaleChecks,
]

import { attributeMutants } from './attribute-mutants.ts'
import { changeMutants } from './change-mutants.ts'
import { claimMutants } from './claim-mutants.ts'
import { definitionMutants } from './definition-mutants.ts'
import { failureMutants } from './failure-mutants.ts'
import { filterMutants } from './filter-mutants.ts'
import { findMutants } from './find-mutants.ts'
import { insertMutants } from './insert-mutants.ts'
import { keyMutants } from './key-mutants.ts'
import { listingMutants } from './listing-mutants.ts'
import { loadMutants } from './load-mutants.ts'
import type { Mutant } from './mutant.ts'
import { readMutants } from './read-mutants.ts'
import { valueMutants } from './value-mutants.ts'
import { writeMutants } from './write-mutants.ts'

/** All drivers that are broken on purpose. */
export const allMutants: readonly Mutant[] = [
  ...claimMutants,
  ...definitionMutants,
  ...insertMutants,
  ...loadMutants,
  ...changeMutants,
  ...valueMutants,
  ...filterMutants,
  ...findMutants,
  ...readMutants,
  ...writeMutants,
  ...attributeMutants,
  ...keyMutants,
  ...listingMutants,
  ...failureMutants,
]

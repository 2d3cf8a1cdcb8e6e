import { arrayCases } from './array-cases.ts'
import type { FilterCaseGroup } from './filter-case.ts'
import { nullCases } from './null-cases.ts'
import { operatorCases } from './operator-cases.ts'
import { valueCases } from './value-cases.ts'

/** The truth table of filters: what the guide page shows and every evaluator is tested with. */
export const filterCases: readonly FilterCaseGroup[] = [...valueCases, ...nullCases, ...arrayCases, ...operatorCases]

import type { Row } from '../../rows/row.ts'

/** One row of the truth table: a row, a filter, whether it matches, and the reason. */
export type FilterCase = readonly [row: Row, filter: unknown, matches: boolean, reason: string]

/** Rows of the truth table on one subject. */
export interface FilterCaseGroup {
  /** The subject, as the heading of the guide page. */
  readonly title: string
  /** The rows. */
  readonly cases: readonly FilterCase[]
}

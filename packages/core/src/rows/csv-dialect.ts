import type { Column } from '../contract/column.ts'
import { invalidArgument } from '../errors/storage-error.ts'

/**
 * How CSV spells values. CSV itself knows only text, so null, missing and the empty text need a rule.
 *
 * **plain** (the default), what other programs write and expect: an empty cell is the empty text in a string column and null
 * in any other. Markers tell more apart: a cell that is exactly `nullText` is null, one that is exactly `missingText` missing.
 * Writing spells null as `nullText` and missing as `missingText`, each empty when not given, and refuses a text that
 * looks like a given marker, because it would come back as something else.
 *
 * **lossless**, for what is read by Stowage again with the same `columns`: every value comes back as it was. An empty cell is
 * the empty text; `\N` is null, `\M` missing, `\J` and JSON a value of another type than the column's; a text that begins with
 * a backslash gets another one before it. Numbers, booleans and JSON are written bare in columns of their type.
 *
 * In both, cells may be quoted or not without a change of meaning; numbers are decimal, booleans `true` and `false`, and cells of
 * object and array columns JSON.
 */
export interface CsvDialect {
  /** Which rule. Default `plain`. */
  readonly dialect?: 'plain' | 'lossless' | undefined
  /** The cell that means null, for example `\N` or `NULL`; only in the plain dialect. Default: none. */
  readonly nullText?: string | undefined
  /** The cell that means a missing value; only in the plain dialect. Default: none. */
  readonly missingText?: string | undefined
  /** What stands between cells: one character such as `;` or a tab. Default `,`. */
  readonly delimiter?: string | undefined
}

/** A dialect with its defaults filled in, checked. */
export interface CheckedDialect {
  readonly isLossless: boolean
  readonly nullText: string | undefined
  readonly missingText: string | undefined
  readonly delimiter: string
}

/** Checks the options of a dialect and fills in what is left out. */
export function checkDialect(options: CsvDialect): CheckedDialect {
  const { dialect = 'plain', nullText, missingText, delimiter = ',' } = options
  if (dialect !== 'plain' && dialect !== 'lossless') {
    throw invalidArgument(`dialect is ${JSON.stringify(dialect)}: write 'plain' or 'lossless'`)
  }
  const isLossless = dialect === 'lossless'
  if (isLossless && (nullText !== undefined || missingText !== undefined)) {
    throw invalidArgument('The lossless dialect has its own markers: leave out nullText and missingText')
  }
  if (nullText !== undefined && nullText === missingText) {
    throw invalidArgument('nullText and missingText are the same: give two, or leave one out')
  }
  if (delimiter.length !== 1 || /["\r\n\uFEFF\\]|[\uD800-\uDFFF]/.test(delimiter)) {
    const found = JSON.stringify(delimiter)
    throw invalidArgument(`delimiter is ${found}: give one character, no quote, backslash or line break`)
  }
  return { isLossless, nullText, missingText, delimiter }
}

/** Whether a column's texts stand in CSV as they are; columns nobody declared hold text. */
export function holdsText(column: Column | undefined): boolean {
  return column === undefined || column.type === 'string' || column.type === 'timestamp'
}

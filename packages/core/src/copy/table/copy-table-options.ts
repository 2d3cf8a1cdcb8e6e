import type { Receipt } from '../../contract/receipt.ts'
import { invalidArgument } from '../../errors/storage-error.ts'
import type { Filter } from '../../filter/filter-types.ts'
import type { CallOptions } from '../../portable/call-options.ts'
import { checkOptions } from '../../portable/names.ts'
import type { TableDefinition } from '../../portable/table-definition.ts'
import type { ReadCsvOptions } from '../../rows/csv-read.ts'
import type { WriteCsvOptions } from '../../rows/csv-write.ts'
import type { ReadJsonOptions } from '../../rows/json-rows.ts'
import type { Cast, CopyMode, CopyVerify } from '../copy-plan.ts'

/** Options of copying a table. */
export interface CopyTableOptions extends CallOptions {
  /** What happens to rows the target has. Default `append`. */
  readonly mode?: CopyMode | undefined
  /** How the copy is checked. Default `counts`. */
  readonly verify?: CopyVerify | undefined
  /**
   * The path of a journal, which makes the copy one that can go on after it was killed: it is then written in chunks, and called again with the
   * same arguments it does what is left. Default: none, the rows are loaded as one unit.
   */
  readonly journal?: string | undefined
  /** How many lookups of keys run at a time, for `skip-existing`, for `read-back` and after a crash. Default 4. */
  readonly concurrency?: number | undefined
  /** The fingerprint of a plan: the copy fails with `conflict` when source, target or options are others by now. Default: not compared. */
  readonly expect?: string | undefined
  /** Which columns of the source, in this order. Default: all, and fields that no column declares where the target keeps those. */
  readonly columns?: readonly string[] | undefined
  /** Other names in the target, by name in the source. Default: the same names. */
  readonly rename?: Readonly<Record<string, string>> | undefined
  /** Which rows. Default: all. */
  readonly filter?: Filter | undefined
  /** Whether a target that isn't there is made, with the columns, key and indexes of the source. Default true. */
  readonly create?: boolean | undefined
  /** The columns, by their names in the source, whose values may change or be left out where the target can't keep them; true for any. Default: none. */
  readonly allowLossy?: readonly string[] | true | undefined
  /** With a journal: how many rows a chunk has. Default 50,000. */
  readonly batchRows?: number | undefined
}

/** Options of copying the rows of a file into a table. */
export interface CopyFileToTableOptions extends Omit<CopyTableOptions, 'filter' | 'expect'> {
  /** How the file spells rows. Default: by the ending of its key. */
  readonly format?: 'csv' | 'json-lines' | 'json' | undefined
  /** How CSV is read. */
  readonly csv?: Omit<ReadCsvOptions, 'columns' | 'unknownColumns'> | undefined
  /** How JSON lines and JSON arrays are read. */
  readonly json?: ReadJsonOptions | undefined
  /** What a target that isn't there is made with. Default: the columns of the CSV, all of them texts; other formats need it. */
  readonly definition?: TableDefinition | undefined
}

/** Options of copying a table's rows into a file. */
export interface CopyTableToFileOptions extends CallOptions {
  /** What happens to a file that is there: `append` fails, `upsert` and `replace` write over it, `skip-existing` leaves it. Default `append`. */
  readonly mode?: CopyMode | undefined
  /** How the copy is checked: `digest` also by the SHA-256 of the bytes, `read-back` by reading the file again. Default `counts`. */
  readonly verify?: CopyVerify | undefined
  /** `csv` or `json-lines`. Default: by the ending of the key, otherwise `csv`. */
  readonly format?: 'csv' | 'json-lines' | undefined
  /** How CSV is written. In the dialect `lossless` it keeps null, the empty text and a missing field apart. */
  readonly csv?: Omit<WriteCsvOptions, 'columns' | 'types'> | undefined
  /** Which columns, in this order. Default: all; JSON lines also hold fields that no column declares. */
  readonly columns?: readonly string[] | undefined
  /** Other names in the file, by name in the table. Default: the same names. */
  readonly rename?: Readonly<Record<string, string>> | undefined
  /** Which rows. Default: all. */
  readonly filter?: Filter | undefined
  /** The columns whose values may change or be left out where the format can't keep them; true for any. Default: none. */
  readonly allowLossy?: readonly string[] | true | undefined
}

/** How a copy was checked, and what that covers. */
export interface CopyVerification {
  /** What was asked for. */
  readonly level: CopyVerify
  /** What was compared, a line each. */
  readonly checks: readonly string[]
}

/** What the copy of a table came to. */
export interface CopyTableResult {
  /** How many rows were read from the source. */
  readonly rows: number
  /** How many of them were written. */
  readonly written: number
  /** How many of them were left out because their key was in the target. */
  readonly skipped: number
  /** How many values other than null each column of the target got; undefined where bytes went through unread. */
  readonly values: Readonly<Record<string, number>> | undefined
  /** The sum of the digests of the rows that were written, in hex, which doesn't depend on their order; undefined with `counts`. */
  readonly digest: string | undefined
  /** Whether the target was made. */
  readonly isCreated: boolean
  /** How many rows a journal held as done when the copy began. */
  readonly resumedAt: number
  /** What became of columns that the target keeps in another way. */
  readonly casts: readonly Cast[]
  /** How it was checked. */
  readonly verification: CopyVerification
  /** What it cost, on both sides; of a copy that went on, since then. */
  readonly receipt: Receipt
}

/** The options as they are worked with. */
export interface CheckedCopyOptions extends CopyTableOptions {
  readonly mode: CopyMode
  readonly verify: CopyVerify
  readonly concurrency: number
  readonly create: boolean
  readonly batchRows: number
}

/** The options of copying a table, by name. */
export const copyTableNames: readonly string[] = [
  'mode',
  'verify',
  'journal',
  'concurrency',
  'expect',
  'columns',
  'rename',
  'filter',
  'create',
  'allowLossy',
  'batchRows',
  'signal',
  'timeoutMs',
]
const modes: readonly CopyMode[] = ['append', 'upsert', 'replace', 'skip-existing']
const levels: readonly CopyVerify[] = ['counts', 'digest', 'read-back']
const maxBatchRows = 1_000_000

/** Checks the options of a copy and fills in the defaults. */
export function checkCopyOptions<Options extends CopyTableOptions>(
  operation: string,
  options: Options,
  names: readonly string[] = copyTableNames,
): Options & CheckedCopyOptions {
  checkOptions(operation, options, names)
  const { mode = 'append', verify = 'counts', concurrency = 4, create = true, batchRows = 50_000 } = options
  if (!modes.includes(mode))
    throw invalidArgument(`${operation} takes mode ${modes.map((one) => `"${one}"`).join(', ')}`)
  if (!levels.includes(verify))
    throw invalidArgument(`${operation} takes verify ${levels.map((one) => `"${one}"`).join(', ')}`)
  checkWhole('concurrency', concurrency, 64)
  checkWhole('batchRows', batchRows, maxBatchRows)
  if (typeof create !== 'boolean') throw invalidArgument('create must be true or false')
  const { columns, allowLossy } = options
  if (columns !== undefined && (columns.length === 0 || new Set(columns).size !== columns.length)) {
    throw invalidArgument('columns must name at least one column, each once')
  }
  if (allowLossy !== undefined && allowLossy !== true && !Array.isArray(allowLossy)) {
    throw invalidArgument('allowLossy must be a list of columns, or true for any')
  }
  return { ...options, mode, verify, concurrency, create, batchRows }
}

function checkWhole(name: string, value: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return
  throw invalidArgument(`${name} is ${String(value)}: give a whole number from 1 to ${most}`)
}

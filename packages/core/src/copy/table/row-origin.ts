import type { Semantics } from '../../contract/capabilities.ts'
import type { TableInfo } from '../../contract/table.ts'
import type { CallContext } from '../../driver/call.ts'
import type { Session } from '../../portable/session.ts'
import type { JsonValue, RowBatch } from '../../rows/row.ts'
import type { TransferControls } from '../../transfer/transfer.ts'
import type { OpenCsv } from './pass-csv.ts'
import type { TableEnd } from './table-end.ts'

/** Where the rows of a copy come from: a table, or a file of rows. */
export interface RowOrigin {
  /** What reaches it. */
  readonly session: Session
  /** Its name for people: backend and address. */
  readonly name: string
  /** What its values mean. */
  readonly semantics: Semantics
  /** How it is read, where there are several ways. */
  readonly form: JsonValue

  /**
   * Checks that it can be read, before anything is sent.
   *
   * @throws {@link StorageError} `unsupported`, or `invalid-argument` when it is the target itself
   */
  check(target: TableEnd): void

  /**
   * Gives what is known of it.
   *
   * @param there - the target, of which the rows of a file take their types; undefined when it isn't there
   * @throws {@link StorageError} `not-found` without it
   */
  look(there: TableInfo | undefined, call: CallContext): Promise<TableInfo>

  /**
   * Reads all rows, each time once more. Its failures are the source's, whoever they reach.
   *
   * @param seen - what was known of it when the copy began: one that is another when all rows are read ends the reading with `conflict`
   */
  read(seen: TableInfo, controls: TransferControls): AsyncGenerator<RowBatch, void, undefined>

  /**
   * Gives all rows as CSV, of columns that are all texts. Undefined where it has none at hand, or where that is more than plain CSV with a header, commas
   * and no markers for null.
   *
   * @param seen - as for `read`
   */
  openCsv(seen: TableInfo, controls: TransferControls): Promise<OpenCsv | undefined>
}

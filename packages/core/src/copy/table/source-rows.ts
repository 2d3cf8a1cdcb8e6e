import type { TableInfo } from '../../contract/table.ts'
import type { CallContext } from '../../driver/call.ts'
import type { QueryPlan, TableQuery } from '../../driver/table-driver.ts'
import { StorageError } from '../../errors/storage-error.ts'
import { isMatchAll } from '../../filter/tree.ts'
import { readTable } from '../../portable/export-table.ts'
import { parseQuery } from '../../portable/query.ts'
import type { RowBatch } from '../../rows/row.ts'
import type { TransferControls } from '../../transfer/transfer.ts'
import type { CheckedCopyOptions } from './copy-table-options.ts'
import { atEnd, lookUp, nameOfEnd, placeOfEnd, type TableEnd } from './table-end.ts'

/** The rows of the source, to be read as often as needed. */
export class SourceRows {
  readonly #end: TableEnd
  readonly #query: TableQuery
  readonly #seen: TableInfo

  /** @param seen - the source as it was when the copy began: one that is another when all rows are read ends the reading with `conflict` */
  constructor(end: TableEnd, seen: TableInfo, options: CheckedCopyOptions) {
    this.#end = end
    this.#seen = seen
    const { columns } = options
    // A projection would read such names as paths; what isn't wanted is left out later as well.
    const isPlain = columns?.every((name) => !name.includes('.') && !name.startsWith('$')) ?? false
    this.#query = parseQuery(end.request, options.filter, isPlain ? { projection: columns } : {})
  }

  /** Reads all rows. Its failures are the source's, whoever they reach. */
  async *read(controls: TransferControls): AsyncGenerator<RowBatch, void, undefined> {
    try {
      const { session } = this.#end
      const plan = await session.tables.plan(this.#query, controls)
      let rows = 0
      for await (const batch of await readTable(session, this.#query, plan, undefined, controls)) {
        await controls.gate()
        rows += batch.rows.length
        yield batch
      }
      await this.#checkUnchanged(plan, rows, controls)
    } catch (error) {
      throw this.#end.session.explain(error, placeOfEnd(this.#end, 'tables.find'), controls.signal)
    }
  }

  /** A change shows in what the table says of itself, or in a number of rows other than what was read. */
  async #checkUnchanged(plan: QueryPlan, rows: number, call: CallContext): Promise<void> {
    const now = await lookUp(this.#end, call)
    const before = this.#seen
    if (now === undefined) throw this.#changed('was dropped')
    if (now.updatedAt?.getTime() !== before.updatedAt?.getTime()) throw this.#changed('was written to')
    if (now.rowCount !== before.rowCount) {
      throw this.#changed(`had ${before.rowCount ?? 'no'} rows and has ${now.rowCount ?? 'none'}`)
    }
    const count = await this.#count(plan, call)
    if (count !== undefined && count !== rows) throw this.#changed(`gave ${rows} rows and counts ${count}`)
  }

  async #count({ residual }: QueryPlan, call: CallContext): Promise<number | undefined> {
    const { session, request } = this.#end
    const { operations, semantics } = session.driver.capabilities
    if (operations['tables.count']?.kind !== 'native' || !isMatchAll(residual) || !semantics.readAfterWrite)
      return undefined
    const { filter } = this.#query
    return atEnd(this.#end, 'tables.count', call.signal, () => session.tables.count({ ...request, filter }, call))
  }

  #changed(how: string): StorageError {
    const message = `${nameOfEnd(this.#end)} changed while it was copied, it ${how}: copy again while nobody writes to it`
    return new StorageError({ code: 'conflict', message, details: { changed: 'source' } })
  }
}

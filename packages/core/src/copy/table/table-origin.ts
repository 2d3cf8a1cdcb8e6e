import type { Semantics } from '../../contract/capabilities.ts'
import type { TableInfo } from '../../contract/table.ts'
import type { CallContext } from '../../driver/call.ts'
import type { QueryPlan, TableQuery } from '../../driver/table-driver.ts'
import { invalidArgument, StorageError } from '../../errors/storage-error.ts'
import { isMatchAll } from '../../filter/tree.ts'
import { readTable } from '../../portable/export-table.ts'
import { parseQuery } from '../../portable/query.ts'
import type { Session } from '../../portable/session.ts'
import { countCsvRows } from '../../rows/csv-count.ts'
import type { RowBatch } from '../../rows/row.ts'
import type { TransferControls } from '../../transfer/transfer.ts'
import type { CheckedCopyOptions } from './copy-table-options.ts'
import { keepCsv, type OpenCsv } from './pass-csv.ts'
import type { RowOrigin } from './row-origin.ts'
import { atEnd, lookUp, nameOfEnd, placeOfEnd, semanticsOf, type TableEnd } from './table-end.ts'
import { canCount } from './target-count.ts'

/** A table as the source of a copy: those of its rows and columns that the options choose. */
export class TableOrigin implements RowOrigin {
  readonly form = null
  readonly #end: TableEnd
  readonly #query: TableQuery

  constructor(end: TableEnd, options: Pick<CheckedCopyOptions, 'columns' | 'filter'>) {
    this.#end = end
    const { columns } = options
    // A projection would read such names as paths; what isn't wanted is left out later as well.
    const isPlain = columns?.every((name) => !name.includes('.') && !name.startsWith('$')) ?? false
    this.#query = parseQuery(end.request, options.filter, isPlain ? { projection: columns } : {})
  }

  get session(): Session {
    return this.#end.session
  }

  get name(): string {
    return nameOfEnd(this.#end)
  }

  get semantics(): Semantics {
    return semanticsOf(this.#end)
  }

  check(target: TableEnd): void {
    const { session, request } = this.#end
    session.require('tables.get', placeOfEnd(this.#end, 'tables.get'))
    session.require('tables.find', placeOfEnd(this.#end, 'tables.find'))
    const isSame =
      session.driver === target.session.driver &&
      request.bucket === target.request.bucket &&
      request.table === target.request.table
    if (isSame) throw invalidArgument('source and target are the same table: choose another target')
  }

  async look(_there: TableInfo | undefined, call: CallContext): Promise<TableInfo> {
    const info = await lookUp(this.#end, call)
    if (info !== undefined) return info
    const place = { backend: this.session.driver.backend, ...placeOfEnd(this.#end, 'tables.get') }
    throw new StorageError({ code: 'not-found', message: `the source ${this.name} isn't there: check its name` }, place)
  }

  async *read(seen: TableInfo, controls: TransferControls): AsyncGenerator<RowBatch, void, undefined> {
    try {
      const { session } = this.#end
      const plan = await session.tables.plan(this.#query, controls)
      let rows = 0
      for await (const batch of await readTable(session, this.#query, plan, undefined, controls)) {
        await controls.gate()
        rows += batch.rows.length
        yield batch
      }
      await this.#checkUnchanged(seen, plan, rows, controls)
    } catch (error) {
      throw this.session.explain(error, placeOfEnd(this.#end, 'tables.find'), controls.signal)
    }
  }

  /** An export comes once: what is read twice has to be kept meanwhile. */
  async openCsv(seen: TableInfo, controls: TransferControls): Promise<OpenCsv | undefined> {
    const { session, request } = this.#end
    const { tables } = session
    if (tables.exportCsv === undefined || seen.undeclaredFields === 'keep') return undefined
    return atEnd(this.#end, 'tables.export', controls.signal, async () => {
      const { filter, projection } = this.#query
      const plan = await tables.plan(this.#query, controls)
      // Chosen columns come in an order of their own, which reading sees to.
      if (!isMatchAll(plan.residual) || projection !== undefined) return undefined
      const columns = seen.columns.map(({ name }) => name)
      const wanted = { ...request, filter, columns, changedSince: undefined, onJob: controls.setJob }
      const bytes = await tables.exportCsv?.(wanted, controls)
      if (bytes === undefined) return undefined
      let rows = 0
      const kept = await keepCsv(
        countCsvRows(bytes, (_, total) => (rows = total)),
        controls,
      )
      try {
        await this.#checkUnchanged(seen, plan, rows, controls)
      } catch (error) {
        await kept.release()
        throw error
      }
      return { ...kept, rows }
    })
  }

  /** A change shows in what the table says of itself, or in a number of rows other than what was read. */
  async #checkUnchanged(before: TableInfo, plan: QueryPlan, rows: number, call: CallContext): Promise<void> {
    const now = await lookUp(this.#end, call)
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
    if (!isMatchAll(residual) || !canCount(this.#end)) return undefined
    const { filter } = this.#query
    return atEnd(this.#end, 'tables.count', call.signal, () => session.tables.count({ ...request, filter }, call))
  }

  #changed(how: string): StorageError {
    const message = `${this.name} changed while it was copied, it ${how}: copy again while nobody writes to it`
    return new StorageError({ code: 'conflict', message, details: { changed: 'source' } })
  }
}

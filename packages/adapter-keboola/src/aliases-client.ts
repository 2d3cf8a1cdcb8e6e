import { nothing } from './answers.ts'
import type { KeboolaJobHandle } from './jobs.ts'
import type { KeboolaParts } from './parts.ts'
import { type KeboolaRowFilter, withoutUndefined } from './row-filters.ts'
import { type KeboolaTable, tableAnswer } from './table-answers.ts'
import type { KeboolaCallOptions } from './wire.ts'

/** A table that shows another one. */
export interface KeboolaNewAlias {
  /** The table it shows. */
  readonly sourceTable: string
  /** Its name. Default: the other's. */
  readonly name?: string | undefined
  /** The columns it shows. Default: all, also those that come later. */
  readonly columns?: readonly string[] | undefined
  /** Which rows it shows. Default: all. */
  readonly filter?: KeboolaRowFilter | undefined
}

/** Aliases: tables that only show others, and can only be read. */
export class KeboolaAliasesClient {
  readonly #parts: KeboolaParts

  /** @internal */
  constructor(parts: KeboolaParts) {
    this.#parts = parts
  }

  /** Makes an alias (`POST buckets/{id}/table-aliases`): at once, or by a job on BigQuery. */
  async create(
    bucketId: string,
    { sourceTable, name, columns, filter }: KeboolaNewAlias,
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaJobHandle<KeboolaTable>> {
    const json = withoutUndefined({ sourceTable, name, aliasColumns: columns, aliasFilter: filter })
    const request = { method: 'POST', path: ['buckets', bucketId, 'table-aliases'], json } as const
    return this.#parts.submit(request, { answer: tableAnswer, mayBeDone: true }, call)
  }

  /** Has an alias show all columns, also those that come later (`POST tables/{id}/alias-columns-auto-sync`). */
  async enableColumnSync(tableId: string, call: KeboolaCallOptions = {}): Promise<void> {
    const path = ['tables', tableId, 'alias-columns-auto-sync']
    return this.#parts.call({ method: 'POST', path, json: {} }, nothing, call)
  }

  /** Has an alias keep the columns it shows (`DELETE tables/{id}/alias-columns-auto-sync`). */
  async disableColumnSync(tableId: string, call: KeboolaCallOptions = {}): Promise<void> {
    return this.#parts.call({ method: 'DELETE', path: ['tables', tableId, 'alias-columns-auto-sync'] }, nothing, call)
  }

  /** Chooses the rows an alias shows (`POST tables/{id}/alias-filter`). */
  async setFilter(tableId: string, filter: KeboolaRowFilter, call: KeboolaCallOptions = {}): Promise<void> {
    const path = ['tables', tableId, 'alias-filter']
    return this.#parts.call({ method: 'POST', path, json: { ...filter }, isBranched: false }, nothing, call)
  }

  /** Has an alias show all rows (`DELETE tables/{id}/alias-filter`). */
  async deleteFilter(tableId: string, call: KeboolaCallOptions = {}): Promise<void> {
    const path = ['tables', tableId, 'alias-filter']
    return this.#parts.call({ method: 'DELETE', path, isBranched: false }, nothing, call)
  }
}

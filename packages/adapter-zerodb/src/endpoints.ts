import { encodeSegment } from '@stowage/http'
import {
  readDeleted,
  readInserted,
  readRows,
  readTable,
  readTableDeleted,
  readTables,
  readUpdated,
  type ZerodbInserted,
  type ZerodbRowPage,
  type ZerodbSchema,
  type ZerodbTable,
  type ZerodbTableDeleted,
  type ZerodbTablePage,
  type ZerodbUpdated,
} from './answers.ts'
import type { CheckedZerodbOptions } from './options.ts'
import type { WireFilter } from './wire-filter.ts'
import type { WireProjection, WireSort } from './wire-query.ts'
import type { WireUpdate } from './wire-update.ts'
import type { ReadAnswer, ZerodbCallOptions, ZerodbEffect, ZerodbWire } from './wire.ts'

/** The most items a page of tables or rows may hold; the service documents no answer to more. */
export const mostPerPage = 1000

/** A query, ready to be sent. */
export interface WireQuery {
  /** Which rows. */
  readonly filter: WireFilter
  /** Which fields; undefined for all. */
  readonly projection?: WireProjection | undefined
  /** In which order. */
  readonly sort?: WireSort | undefined
  /** The most rows: 1 to 1,000. */
  readonly limit: number
  /** How many matching rows are left out first. */
  readonly offset: number
}

/** The eight endpoints: what they take has been checked and is sent as it is. */
export class ZerodbEndpoints {
  readonly #wire: ZerodbWire
  readonly #readRows: ReadAnswer<ZerodbRowPage>
  readonly #inexactNumbers: CheckedZerodbOptions['inexactNumbers']
  readonly #offsetName: 'offset' | 'skip'

  constructor(wire: ZerodbWire, { responseDialect, inexactNumbers }: CheckedZerodbOptions) {
    this.#wire = wire
    this.#readRows = readRows(responseDialect)
    this.#inexactNumbers = inexactNumbers
    this.#offsetName = responseDialect === 'spec' ? 'offset' : 'skip'
  }

  /** `POST /tables`. */
  async createTable(
    table_name: string,
    schema: ZerodbSchema,
    description: string | undefined,
    call: ZerodbCallOptions,
  ): Promise<ZerodbTable> {
    const json = { table_name, schema, description }
    return this.#wire.call({ method: 'POST', path: 'tables', json }, 'idempotent', readTable, call)
  }

  /** `GET /tables`. */
  async listTables(limit: number, offset: number, call: ZerodbCallOptions): Promise<ZerodbTablePage> {
    return this.#wire.call({ path: 'tables', query: { limit, offset } }, 'read', readTables, call)
  }

  /** `GET /tables/{table_id}`. */
  async getTable(table: string, call: ZerodbCallOptions): Promise<ZerodbTable> {
    return this.#wire.call({ path: pathOf(table) }, 'read', readTable, call)
  }

  /** `DELETE /tables/{table_id}?confirm=true`. */
  async deleteTable(table: string, call: ZerodbCallOptions): Promise<ZerodbTableDeleted> {
    const request = { method: 'DELETE', path: pathOf(table), query: { confirm: true } }
    return this.#wire.call(request, 'idempotent', readTableDeleted, call)
  }

  /**
   * `POST /tables/{table_id}/rows`.
   *
   * @param rowsText - the rows as a JSON array; text, for whoever has to know its length wrote it already
   * @param effect - `idempotent` where whoever calls can tell afterwards which rows are in
   */
  async insertRows(
    table: string,
    rowsText: string,
    returnIds: boolean,
    effect: ZerodbEffect,
    call: ZerodbCallOptions,
  ): Promise<ZerodbInserted> {
    const jsonText = `{"row_data":${rowsText},"return_ids":${returnIds}}`
    const request = { method: 'POST', path: pathOf(table, 'rows'), jsonText }
    return this.#wire.call(request, effect, readInserted, call)
  }

  /** `POST /tables/{table_id}/query`: a read, although POST. */
  async queryRows(table: string, query: WireQuery, call: ZerodbCallOptions): Promise<ZerodbRowPage> {
    const { filter, projection, sort, limit, offset } = query
    const json = { filter, projection, sort, limit, [this.#offsetName]: offset }
    const request = { method: 'POST', path: pathOf(table, 'query'), json, inexactNumbers: this.#inexactNumbers }
    return this.#wire.call(request, 'read', this.#readRows, call)
  }

  /** `PATCH /tables/{table_id}/rows`. */
  async updateRows(
    table: string,
    json: { readonly filter: WireFilter; readonly update: WireUpdate; readonly upsert: boolean },
    effect: ZerodbEffect,
    call: ZerodbCallOptions,
  ): Promise<ZerodbUpdated> {
    return this.#wire.call({ method: 'PATCH', path: pathOf(table, 'rows'), json }, effect, readUpdated, call)
  }

  /** `DELETE /tables/{table_id}/rows`, with a body. */
  async deleteRows(
    table: string,
    filter: WireFilter,
    limit: number | undefined,
    call: ZerodbCallOptions,
  ): Promise<number> {
    const request = { method: 'DELETE', path: pathOf(table, 'rows'), json: { filter, limit } }
    // Each try with a limit removes another batch.
    return this.#wire.call(request, limit === undefined ? 'idempotent' : 'unsafe', readDeleted, call)
  }
}

function pathOf(table: string, below?: string): string {
  const path = `tables/${encodeSegment(table)}`
  return below === undefined ? path : `${path}/${below}`
}

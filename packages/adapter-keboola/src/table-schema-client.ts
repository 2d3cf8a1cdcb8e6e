import { invalidArgument } from '@stowage/core/driver'
import { z } from 'zod'
import { nothing, texts } from './answers.ts'
import type { KeboolaJobHandle } from './jobs.ts'
import type { KeboolaParts } from './parts.ts'
import { withoutUndefined } from './row-filters.ts'
import { tableAnswer } from './table-answers.ts'
import type { KeboolaCallOptions } from './wire.ts'

/** A column to be made. */
export interface KeboolaNewColumn {
  /** Its name. The service may write it otherwise: accents and odd characters go. */
  readonly name: string
  /** Its type in common words; of a typed table only. */
  readonly baseType?: 'BOOLEAN' | 'DATE' | 'FLOAT' | 'INTEGER' | 'NUMERIC' | 'STRING' | 'TIMESTAMP' | undefined
  /** Its type in the backend's words; goes before `baseType`. */
  readonly definition?: KeboolaNewColumnType | undefined
}

/** A column's type in the backend's words. */
export interface KeboolaNewColumnType {
  /** The type, for example `NUMBER`. */
  readonly type: string
  /** Its length, for example `12,2`. */
  readonly length?: string | undefined
  /** Whether there may be nothing in it. Default true. */
  readonly nullable?: boolean | undefined
  /** What is in it where a row says nothing. */
  readonly default?: string | undefined
}

/** Columns and primary keys of tables. */
export class KeboolaTableSchemaClient {
  readonly #parts: KeboolaParts

  /** @internal */
  constructor(parts: KeboolaParts) {
    this.#parts = parts
  }

  /** Submits a new column (`POST tables/{id}/columns`). The service compares names without regard to case. */
  async addColumn(
    tableId: string,
    column: KeboolaNewColumn,
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaJobHandle<void>> {
    const request = { method: 'POST', path: ['tables', tableId, 'columns'], json: toColumnFields(column) } as const
    return this.#parts.submit(request, { answer: nothing, mayBeDone: true }, call)
  }

  /**
   * Submits the deletion of a column and what is in it (`DELETE tables/{id}/columns/{name}`). One of the primary key, and the last one, stay.
   *
   * @param force - whether columns of aliases go as well. Default false
   */
  async deleteColumn(
    tableId: string,
    column: string,
    { force }: { readonly force?: boolean | undefined } = {},
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaJobHandle<void>> {
    const query = { force: force === true ? true : undefined }
    const request = { method: 'DELETE', path: ['tables', tableId, 'columns', column], query } as const
    return this.#parts.submit(request, { answer: nothing, mayBeDone: true }, call)
  }

  /**
   * Submits a primary key for a table without one (`POST tables/{id}/primary-key`; the guide's dialect: `POST tables/{id}`). To change one,
   * delete it first: in between the table has none.
   *
   * @param skipDuplicatesCheck - whether keys that are there twice are taken; Snowflake only. Default false
   */
  async setPrimaryKey(
    tableId: string,
    columns: readonly string[],
    { skipDuplicatesCheck }: { readonly skipDuplicatesCheck?: boolean | undefined } = {},
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaJobHandle<void>> {
    if (columns.length === 0) throw invalidArgument('a primary key needs a column: to have none, delete it')
    if (this.#parts.wire.options.dialect === 'guide') {
      const request = { method: 'POST', path: ['tables', tableId], json: { primaryKey: columns } } as const
      const answer = tableAnswer.transform(() => undefined)
      return this.#parts.submit<void>(request, { answer, mayBeDone: true }, call)
    }
    const json = withoutUndefined({ columns, skipDuplicatesCheck })
    const request = { method: 'POST', path: ['tables', tableId, 'primary-key'], json } as const
    return this.#parts.submit(request, { answer: nothing, mayBeDone: true }, call)
  }

  /** Submits the deletion of a table's primary key (`DELETE tables/{id}/primary-key`); without one it succeeds as well. */
  async deletePrimaryKey(tableId: string, call: KeboolaCallOptions = {}): Promise<KeboolaJobHandle<void>> {
    const request = { method: 'DELETE', path: ['tables', tableId, 'primary-key'] } as const
    return this.#parts.submit(request, { answer: nothing, mayBeDone: true }, call)
  }

  /** Submits changes of a typed table's definition (`PUT tables/{id}/definition`), in the service's words. */
  async updateDefinition(
    tableId: string,
    definition: Readonly<Record<string, unknown>>,
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaJobHandle<void>> {
    const request = { method: 'PUT', path: ['tables', tableId, 'definition'], json: definition } as const
    return this.#parts.submit(request, { answer: nothing, mayBeDone: true }, call)
  }

  /** Submits changes of a typed table's column (`PUT tables/{id}/columns/{name}/definition`), in the service's words. */
  async updateColumnDefinition(
    tableId: string,
    column: string,
    definition: Readonly<Record<string, unknown>>,
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaJobHandle<void>> {
    const path = ['tables', tableId, 'columns', column, 'definition']
    const request = { method: 'PUT', path, json: definition } as const
    return this.#parts.submit(request, { answer: nothing, mayBeDone: true }, call)
  }

  /** Says how the service would write column names (`POST webalize/column-names`). */
  async webalizeColumnNames(names: readonly string[], call: KeboolaCallOptions = {}): Promise<readonly string[]> {
    const request = { method: 'POST', path: ['webalize', 'column-names'], json: { columnNames: names } } as const
    const answer = z.object({ columnNames: texts }).transform(({ columnNames }) => columnNames)
    return this.#parts.call(request, answer, call)
  }

  /** Succeeds when a table may have columns with these names (`POST validate/column-names`). */
  async validateColumnNames(names: readonly string[], call: KeboolaCallOptions = {}): Promise<void> {
    const request = { method: 'POST', path: ['validate', 'column-names'], json: { columnNames: names } } as const
    return this.#parts.call(request, nothing, call)
  }
}

/** Writes a column as the service takes it. */
export function toColumnFields({ name, baseType, definition }: KeboolaNewColumn): Record<string, unknown> {
  if (definition !== undefined) return { name, definition: withoutUndefined({ ...definition }) }
  return withoutUndefined({ name, basetype: baseType })
}

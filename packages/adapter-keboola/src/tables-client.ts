import { invalidArgument } from '@stowage/core/driver'
import { nothing } from './answers.ts'
import type { KeboolaJobHandle } from './jobs.ts'
import type { KeboolaParts } from './parts.ts'
import { type KeboolaTable, tableAnswer, tablesAnswer } from './table-answers.ts'
import { type KeboolaRowFilter, toInstantText, withoutUndefined } from './row-filters.ts'
import { exportTable, type KeboolaExport } from './table-export.ts'
import { createTable, importTable, type KeboolaImport, type KeboolaTableFromData } from './table-import.ts'
import { type KeboolaPreview, type KeboolaPreviewQuery, previewCsv, previewTable } from './table-preview.ts'
import {
  type KeboolaDeletedRows,
  type KeboolaExportResult,
  type KeboolaImportResult,
  rowsDeletedAnswer,
} from './table-results.ts'
import { KeboolaTableSchemaClient, type KeboolaNewColumn, toColumnFields } from './table-schema-client.ts'
import type { KeboolaCallOptions } from './wire.ts'

/** What listings of tables may bring along. */
export type KeboolaTableInclude =
  | 'buckets'
  | 'bucketsWithoutSourceTables'
  | 'columns'
  | 'metadata'
  | 'columnMetadata'
  | 'sourceMetadata'
  | 'sourceColumnMetadata'
  | 'attributes'

/** A new table whose columns are declared: typed, or untyped where no column has a type. */
export interface KeboolaTableDefinition {
  /** Its name: letters, digits, dash, underscore. */
  readonly name: string
  /** The columns, in order. */
  readonly columns: readonly KeboolaNewColumn[]
  /** The columns of the primary key. Default: none. */
  readonly primaryKey?: readonly string[] | undefined
}

/** Asks to delete rows. */
export interface KeboolaDeleteRows {
  /** Only rows that match all of these; their operators are `eq` and `ne`. */
  readonly whereFilters?: readonly KeboolaRowFilter[] | undefined
  /** Only rows imported at this instant or later. */
  readonly changedSince?: Date | string | undefined
  /** Only rows imported before this instant. */
  readonly changedUntil?: Date | string | undefined
  /** Deletes all rows; never together with a filter. Default false: without a filter the call is refused. */
  readonly allowTruncate?: boolean | undefined
}

/** Tables and their rows. */
export class KeboolaTablesClient extends KeboolaTableSchemaClient {
  readonly #parts: KeboolaParts

  /** @internal */
  constructor(parts: KeboolaParts) {
    super(parts)
    this.#parts = parts
  }

  /**
   * Gives all tables the token may see, in one answer (`GET tables`).
   *
   * @param include - what comes along. Default `columns` and `buckets`; the service's own listing leaves columns out
   */
  async list(
    { include = ['columns', 'buckets'] }: { readonly include?: readonly KeboolaTableInclude[] | undefined } = {},
    call: KeboolaCallOptions = {},
  ): Promise<readonly KeboolaTable[]> {
    return this.#parts.call({ path: ['tables'], query: { include: include.join(',') } }, tablesAnswer, call)
  }

  /** Gives all tables of a bucket, in one answer (`GET buckets/{id}/tables`). */
  async listInBucket(
    bucketId: string,
    { include = ['columns'] }: { readonly include?: readonly KeboolaTableInclude[] | undefined } = {},
    call: KeboolaCallOptions = {},
  ): Promise<readonly KeboolaTable[]> {
    const query = { include: include.join(',') }
    return this.#parts.call({ path: ['buckets', bucketId, 'tables'], query }, tablesAnswer, call)
  }

  /** Gives a table (`GET tables/{id}`); fails with `not-found` without it. */
  async get(tableId: string, call: KeboolaCallOptions = {}): Promise<KeboolaTable> {
    return this.#parts.call({ path: ['tables', tableId] }, tableAnswer, call)
  }

  /** Changes the name people see, the only thing that can be (`PUT tables/{id}`). */
  async update(
    tableId: string,
    changes: { readonly displayName: string },
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaJobHandle<void>> {
    const { displayName } = changes
    const request = { method: 'PUT', path: ['tables', tableId], query: { async: true }, json: { displayName } } as const
    return this.#parts.submit(request, { answer: nothing, mayBeDone: true }, call)
  }

  /**
   * Drops a table (`DELETE tables/{id}`).
   *
   * @param force - whether its aliases go as well. Default false: a table with aliases is refused
   */
  async delete(
    tableId: string,
    { force }: { readonly force?: boolean | undefined } = {},
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaJobHandle<void>> {
    const query = { async: true, force: force === true ? true : undefined }
    const request = { method: 'DELETE', path: ['tables', tableId], query } as const
    return this.#parts.submit(request, { answer: nothing, mayBeDone: true }, call)
  }

  /**
   * Submits the making of a table from data (`POST buckets/{id}/tables-async`). Its columns are those of the data, written as the service
   * writes names; all are text.
   *
   * Never repeat it blindly: look first whether the table is there.
   */
  async create(
    bucketId: string,
    table: KeboolaTableFromData,
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaJobHandle<KeboolaTable>> {
    return createTable(this.#parts, bucketId, table, call)
  }

  /** Submits the making of an empty table with declared columns (`POST buckets/{id}/tables-definition`). */
  async createDefinition(
    bucketId: string,
    { name, columns, primaryKey = [] }: KeboolaTableDefinition,
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaJobHandle<KeboolaTable>> {
    const json = { name, primaryKeysNames: primaryKey, columns: columns.map(toColumnFields) }
    const request = { method: 'POST', path: ['buckets', bucketId, 'tables-definition'], json } as const
    return this.#parts.submit(request, { answer: tableAnswer, mayBeDone: true }, call)
  }

  /**
   * Submits an import (`POST tables/{id}/import-async`), once. An incremental import into a table without primary key appends all its rows
   * each time it is submitted: never repeat one whose answer was lost, look for its job.
   */
  async import(
    tableId: string,
    data: KeboolaImport,
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaJobHandle<KeboolaImportResult>> {
    return importTable(this.#parts, tableId, data, call)
  }

  /** Submits an export (`POST tables/{id}/export-async`). Its file may be shared with whoever exports the same: don't delete it. */
  async export(
    tableId: string,
    options: KeboolaExport = {},
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaJobHandle<KeboolaExportResult>> {
    return exportTable(this.#parts, tableId, options, call)
  }

  /** Gives the first rows of a table (`GET tables/{id}/data-preview`), 1,000 and 30 columns at most. Long values come cut, and say so. */
  async preview(
    tableId: string,
    query: KeboolaPreviewQuery = {},
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaPreview> {
    return previewTable(this.#parts, tableId, query, call)
  }

  /** Gives the first rows of a table as CSV with a header, values whole; nothing and an empty text look alike in it. */
  async previewCsv(tableId: string, query: KeboolaPreviewQuery = {}, call: KeboolaCallOptions = {}): Promise<string> {
    return previewCsv(this.#parts, tableId, query, call)
  }

  /**
   * Submits the deletion of rows (`DELETE tables/{id}/rows`).
   *
   * @throws StorageError `invalid-argument` without a filter unless `allowTruncate` is set, and for both
   */
  async deleteRows(
    tableId: string,
    rows: KeboolaDeleteRows,
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaJobHandle<KeboolaDeletedRows>> {
    const json = toDeletion(rows)
    const request = { method: 'DELETE', path: ['tables', tableId, 'rows'], json } as const
    return this.#parts.submit(request, { answer: rowsDeletedAnswer }, call)
  }
}

function toDeletion({
  whereFilters = [],
  changedSince,
  changedUntil,
  allowTruncate,
}: KeboolaDeleteRows): Record<string, unknown> {
  const isFiltered = whereFilters.length > 0 || changedSince !== undefined || changedUntil !== undefined
  if (isFiltered && allowTruncate === true)
    throw invalidArgument('allowTruncate is for deleting all rows: leave it out, or leave out the filter')
  if (!isFiltered && allowTruncate !== true)
    throw invalidArgument('there is no filter, so all rows would go: give one, or set allowTruncate')
  const odd = whereFilters.find(({ operator, values }) => !/^(?:eq|ne)$/.test(operator) || values.length === 0)
  if (odd !== undefined)
    throw invalidArgument(`the filter of ${odd.column} can't choose rows to delete: use eq or ne, with a value`)
  return withoutUndefined({
    whereFilters: isFiltered && whereFilters.length > 0 ? whereFilters.map(toWireFilter) : undefined,
    changedSince: toInstantText(changedSince),
    changedUntil: toInstantText(changedUntil),
    allowTruncate: allowTruncate === true ? true : undefined,
  })
}

function toWireFilter({ column, operator, values }: KeboolaRowFilter): Record<string, unknown> {
  return { column, operator, values }
}

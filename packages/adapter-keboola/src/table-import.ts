import { invalidArgument } from '@stowage/core/driver'
import { guideCall } from './guide-calls.ts'
import type { KeboolaJobHandle } from './jobs.ts'
import type { KeboolaParts } from './parts.ts'
import { toColumnList, withoutUndefined } from './row-filters.ts'
import { type KeboolaTable, tableAnswer } from './table-answers.ts'
import { importResultAnswer, type KeboolaImportResult } from './table-results.ts'
import type { KeboolaCallOptions } from './wire.ts'

/** Where data comes from: exactly one of these. */
export interface KeboolaDataSource {
  /** A file that was uploaded. */
  readonly dataFileId?: string | undefined
  /** A workspace, together with `dataObject`. */
  readonly dataWorkspaceId?: string | undefined
  /** The table in the workspace. */
  readonly dataObject?: string | undefined
  /** CSV itself, a few kilobytes of it; the guide's dialect only. */
  readonly dataString?: string | undefined
}

/** How CSV is written. */
export interface KeboolaCsvForm {
  /** Between fields. Default a comma. */
  readonly delimiter?: string | undefined
  /** Around fields. Default a double quote; not together with `escapedBy`. */
  readonly enclosure?: string | undefined
  /** Before characters that mean something. Default: none. */
  readonly escapedBy?: string | undefined
}

/** A new table made from data. */
export interface KeboolaTableFromData extends KeboolaDataSource, KeboolaCsvForm {
  /** Its name: letters, digits, dash, underscore. */
  readonly name: string
  /** A snapshot to restore, instead of data. */
  readonly snapshotId?: string | undefined
  /** A table as it was at `timestamp`, instead of data. */
  readonly sourceTableId?: string | undefined
  /** When `sourceTableId` is looked at. */
  readonly timestamp?: Date | undefined
  /** The columns of the primary key. Default: none. */
  readonly primaryKey?: readonly string[] | undefined
  /** The columns of data without header. */
  readonly columns?: readonly string[] | undefined
}

/** Data for a table that is there. */
export interface KeboolaImport extends KeboolaDataSource, KeboolaCsvForm {
  /** True adds rows, and replaces those with the same primary key; false replaces all there is. Default false. */
  readonly incremental?: boolean | undefined
  /** The columns of the data, in order. With them its first line is data, unless `ignoredLinesCount` leaves it out. */
  readonly columns?: readonly string[] | undefined
  /** Whether the data has no header. Default false. */
  readonly withoutHeaders?: boolean | undefined
  /** How many lines at the beginning are left out. Default 0. */
  readonly ignoredLinesCount?: number | undefined
  /** The one text that stands for nothing in typed tables, or an empty list for none. Default `['']`. */
  readonly treatValuesAsNull?: readonly string[] | undefined
  /** Whether the data says in `_timestamp` when each row changed; Snowflake only. Default false. */
  readonly useTimestampFromDataFile?: boolean | undefined
  /** What happens to keys that are there; of a workspace on Snowflake only. Default `upsert`. */
  readonly deduplicationStrategy?: 'upsert' | 'insert' | undefined
}

/** Submits the making of a table. */
export function createTable(
  parts: KeboolaParts,
  bucketId: string,
  table: KeboolaTableFromData,
  call: KeboolaCallOptions,
): Promise<KeboolaJobHandle<KeboolaTable>> {
  const { name, snapshotId, sourceTableId, timestamp, columns } = table
  const path = ['buckets', bucketId, 'tables-async']
  // One text here, a list in every other call (contract section 14, trap 8).
  const primaryKey = table.primaryKey?.length === 0 ? undefined : toColumnList(table.primaryKey)
  const submission = { answer: tableAnswer, mayBeDone: true }
  if (table.dataString !== undefined) {
    const query = { name, dataString: table.dataString, primaryKey, ...csvForm(table) }
    return parts.submit(guideCall(parts, path, query), submission, call)
  }
  if (snapshotId === undefined && sourceTableId === undefined) checkSource(table)
  const json = {
    name,
    ...sourceFields(table),
    snapshotId: toNumber(snapshotId),
    sourceTableId,
    timestamp: timestamp?.toISOString(),
    primaryKey,
    ...csvForm(table),
    columns,
  }
  return parts.submit({ method: 'POST', path, json: withoutUndefined(json) }, submission, call)
}

/** Submits an import. */
export function importTable(
  parts: KeboolaParts,
  tableId: string,
  data: KeboolaImport,
  call: KeboolaCallOptions,
): Promise<KeboolaJobHandle<KeboolaImportResult>> {
  const path = ['tables', tableId, 'import-async']
  const submission = { answer: importResultAnswer }
  const { incremental = false, columns, withoutHeaders, ignoredLinesCount, treatValuesAsNull } = data
  if (data.dataString !== undefined) {
    const query = { dataString: data.dataString, incremental, ...csvForm(data) }
    return parts.submit(guideCall(parts, path, query), submission, call)
  }
  checkSource(data)
  if (treatValuesAsNull !== undefined && treatValuesAsNull.length > 1)
    throw invalidArgument('treatValuesAsNull holds several texts: the service takes one at most')
  const { useTimestampFromDataFile, deduplicationStrategy } = data
  const json = {
    ...sourceFields(data),
    incremental,
    ...csvForm(data),
    columns,
    withoutHeaders,
    ignoredLinesCount,
    treatValuesAsNull,
    useTimestampFromDataFile,
    deduplicationStrategy,
  }
  return parts.submit({ method: 'POST', path, json: withoutUndefined(json) }, submission, call)
}

function checkSource({ dataFileId, dataWorkspaceId, dataObject }: KeboolaDataSource): void {
  if ((dataWorkspaceId === undefined) !== (dataObject === undefined))
    throw invalidArgument('dataWorkspaceId and dataObject go together: give both or none')
  if ((dataFileId === undefined) === (dataWorkspaceId === undefined))
    throw invalidArgument('there must be one source of data: upload a file and give its id as dataFileId')
}

function sourceFields({ dataFileId, dataWorkspaceId, dataObject }: KeboolaDataSource): Record<string, unknown> {
  return { dataFileId: toNumber(dataFileId), dataWorkspaceId: toNumber(dataWorkspaceId), dataObject }
}

function csvForm({ delimiter, enclosure, escapedBy }: KeboolaCsvForm): Record<string, string | undefined> {
  if (enclosure !== undefined && enclosure !== '' && escapedBy !== undefined && escapedBy !== '')
    throw invalidArgument('enclosure and escapedBy exclude each other: give one of them')
  return { delimiter, enclosure, escapedBy }
}

/** Ids are numbers where they are sent; one that isn't goes as it is. */
export function toNumber(id: string | undefined): number | string | undefined {
  return id !== undefined && /^\d{1,15}$/.test(id) ? Number(id) : id
}

import { type CsvFormat, readCsvFormat } from '../csv/csv-format.ts'
import { badRequest } from '../keboola-error.ts'
import { checkDataFile } from '../files/file-operations.ts'
import type { Exchange, KeboolaContext } from '../keboola-context.ts'
import type { RequestFields } from '../request-fields.ts'
import { readWorkspaceData } from '../workspaces/workspace-load.ts'

/** Where the rows of an import come from: a file of the project, or text within the request. */
export type ImportData =
  | { readonly kind: 'file'; readonly fileId: string }
  | { readonly kind: 'text'; readonly text: string }

/** What an import is asked to do. */
export interface ImportRequest {
  readonly data: ImportData
  readonly format: CsvFormat
  /** The names of the columns, for data without a header. */
  readonly columns: readonly string[] | undefined
  /** Whether there is no header; columns are in the table's order unless `columns` names them. */
  readonly isWithoutHeader: boolean
  /** How many records at the beginning of each slice are no data. */
  readonly ignoredRecords: number
  /** Whether rows are added to those that are there, instead of replacing them. */
  readonly isIncremental: boolean
  /** The text that is null in a typed table; undefined for none. */
  readonly nullText: string | undefined
  /** Whether the file says when its rows were imported, in a column `_timestamp`. */
  readonly hasTimestamps: boolean
}

function readImportRequest(fields: RequestFields, data: ImportData): ImportRequest {
  const ignored = fields.count('ignoredLinesCount')
  const columns = fields.texts('columns')
  return {
    data,
    format: readCsvFormat(fields),
    columns: columns === undefined || columns.length === 0 ? undefined : columns,
    isWithoutHeader: ignored === undefined ? fields.flag('withoutHeaders') === true : true,
    ignoredRecords: ignored ?? 0,
    isIncremental: fields.flag('incremental') === true,
    nullText: readNullText(fields),
    hasTimestamps: fields.flag('useTimestampFromDataFile') === true,
  }
}

function readNullText(fields: RequestFields): string | undefined {
  const texts = fields.texts('treatValuesAsNull')
  if (texts === undefined) return ''
  if (texts.length > 1) throw badRequest('treatValuesAsNull can have at most one value', 'storage.tables.validation')
  return texts[0]
}

/** Reads where the rows come from; a file counts more than text. */
function readImportData(fields: RequestFields): ImportData | undefined {
  const fileId = fields.text('dataFileId')
  if (fileId !== undefined && fileId !== '') return { kind: 'file', fileId }
  const text = fields.text('dataString')
  return text === undefined ? undefined : { kind: 'text', text }
}

/** Reads what a request wants imported; fails where it names no data, or a file the caller may not read. */
export function readRequiredImport(
  context: KeboolaContext,
  exchange: Exchange,
  fields: RequestFields = exchange.fields,
): ImportRequest {
  const ofWorkspace = readWorkspaceData(context, exchange)
  if (ofWorkspace !== undefined) return readImportRequest(fields, ofWorkspace)
  const data = readImportData(fields)
  if (data?.kind === 'file') checkDataFile(context, data.fileId, exchange.caller)
  if (data !== undefined) return readImportRequest(fields, data)
  throw badRequest(
    'One of dataFileId, snapshotId, dataWorkspaceId, dataString or sourceTableId must be set.',
    'storage.tables.validation',
  )
}

/** Says in a job where its rows come from. */
export function sourceOf({ data }: ImportRequest): Record<string, unknown> {
  return data.kind === 'file' ? { type: 'file', fileId: numberOrText(data.fileId) } : { type: 'string' }
}

function numberOrText(id: string): number | string {
  return /^\d{1,15}$/.test(id) ? Number(id) : id
}

/** Repeats in a job what was asked for, without the data itself. */
export function describeFields(fields: RequestFields): Record<string, unknown> {
  const names = fields.names.filter((name) => name !== 'dataString' && name !== 'data')
  return Object.fromEntries(names.map((name) => [name, fields.value(name) ?? null]))
}

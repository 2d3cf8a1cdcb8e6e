import type { ColumnType, JsonValue } from '@stowage/core'
import { z } from 'zod'
import type { ZerodbResponseDialect } from './options.ts'
import type { ReadAnswer } from './wire.ts'

/** An index of a table, in the service's words. */
export interface ZerodbIndex {
  /** Its name. */
  readonly name: string
  /** The fields it covers, most significant first. */
  readonly columns: readonly string[]
  /** Whether two rows may not share the same values; such fields are required. Default false. */
  readonly unique?: boolean | undefined
}

/** A table's schema, in the service's words. */
export interface ZerodbSchema {
  /** The type of each declared field; other fields are taken as well. */
  readonly fields: Readonly<Record<string, ColumnType>>
  /** Its indexes. */
  readonly indexes?: readonly ZerodbIndex[] | undefined
}

/** A table as the service tells it. */
export interface ZerodbTable {
  /** Its id; a table made again under the same name has another one. */
  readonly tableId: string
  /** Its name. */
  readonly tableName: string
  /** Its schema; undefined in listings. */
  readonly schema: ZerodbSchema | undefined
  /** Free text. */
  readonly description: string | undefined
  /** How many rows it holds. */
  readonly rowCount: number | undefined
  /** When it was created. */
  readonly createdAt: Date | undefined
  /** When its rows last changed. */
  readonly updatedAt: Date | undefined
}

/** A page of tables. */
export interface ZerodbTablePage {
  /** The tables, without schemas. */
  readonly tables: readonly ZerodbTable[]
  /** How many there are in all. */
  readonly total: number
}

/** A row as the service gives it: what was inserted, and its id. */
export interface ZerodbRow {
  /** The row's id, made by the service. */
  readonly _id: string
  /** The fields of the row. */
  readonly [field: string]: JsonValue
}

/** A page of rows. */
export interface ZerodbRowPage {
  /** The rows. */
  readonly rows: readonly ZerodbRow[]
  /** How many rows match in all, before limit and offset. */
  readonly total: number
}

/** What an insert did. */
export interface ZerodbInserted {
  /** How many rows are in. */
  readonly insertedCount: number
  /** Their ids in the order of the request, where they were asked for. */
  readonly rowIds: readonly string[] | undefined
}

/** What an update did. */
export interface ZerodbUpdated {
  /** How many rows matched; 0 for an upsert that inserted. */
  readonly matchedCount: number
  /** How many of them changed. */
  readonly modifiedCount: number
}

/** What dropping a table did. */
export interface ZerodbTableDeleted {
  /** The table's id. */
  readonly tableId: string | undefined
  /** How many rows went with it. */
  readonly rowsDeleted: number | undefined
}

const count = z.number().int().min(0)
const optionalText = z
  .string()
  .nullish()
  .transform((text) => (text === null || text === '' ? undefined : text))
const instant = z
  .string()
  .nullish()
  .transform((text) => toDate(text))
const optionalCount = count.nullish().transform((number) => number ?? undefined)

const schemaShape = z.object({
  fields: z.record(z.string(), z.enum(['string', 'number', 'boolean', 'timestamp', 'object', 'array'])),
  indexes: z
    .array(
      z.object({
        name: z.string(),
        columns: z.array(z.string()).min(1),
        unique: z
          .boolean()
          .nullish()
          .transform((isUnique) => isUnique ?? false),
      }),
    )
    .nullish()
    .transform((indexes) => indexes ?? []),
})

const tableShape = z
  .object({
    table_id: z.string().min(1),
    table_name: z.string().min(1),
    schema: schemaShape.nullish(),
    description: optionalText,
    row_count: optionalCount,
    created_at: instant,
    updated_at: instant,
  })
  .transform((table): ZerodbTable => ({
    tableId: table.table_id,
    tableName: table.table_name,
    schema: table.schema ?? undefined,
    description: table.description,
    rowCount: table.row_count,
    createdAt: table.created_at,
    updatedAt: table.updated_at,
  }))

/** Reads a table. */
export const readTable: ReadAnswer<ZerodbTable> = checkedBy(tableShape)

/** Reads a page of tables. */
export const readTables: ReadAnswer<ZerodbTablePage> = checkedBy(
  z.object({ tables: z.array(tableShape), total: count }),
)

/** Reads what dropping a table did. */
export const readTableDeleted: ReadAnswer<ZerodbTableDeleted> = checkedBy(
  z
    .object({ table_id: optionalText, rows_deleted: optionalCount })
    .transform(({ table_id, rows_deleted }) => ({ tableId: table_id, rowsDeleted: rows_deleted })),
)

/** Reads what an insert did. By hand, for the ids are as many as the rows. */
export const readInserted: ReadAnswer<ZerodbInserted> = (data) => {
  const { inserted_count, row_ids = null } = asObject(data, 'it')
  if (!isCount(inserted_count)) throw new Error('inserted_count is no number of rows')
  if (row_ids === null) return { insertedCount: inserted_count, rowIds: undefined }
  if (!Array.isArray(row_ids) || !row_ids.every(isId)) throw new Error('row_ids is no list of ids')
  return { insertedCount: inserted_count, rowIds: row_ids }
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/** Reads what an update did. */
export const readUpdated: ReadAnswer<ZerodbUpdated> = checkedBy(
  z
    .object({ matched_count: count, modified_count: count })
    .transform(({ matched_count, modified_count }) => ({ matchedCount: matched_count, modifiedCount: modified_count })),
)

/** Reads how many rows went. */
export const readDeleted: ReadAnswer<number> = checkedBy(
  z.object({ deleted_count: count }).transform(({ deleted_count }) => deleted_count),
)

/** Reads a page of rows. By hand, for there are many of them. */
export function readRows(dialect: ZerodbResponseDialect): ReadAnswer<ZerodbRowPage> {
  const field = dialect === 'spec' ? 'rows' : 'data'
  return (data) => {
    const { [field]: rows, total } = asObject(data, 'it')
    if (!Array.isArray(rows)) throw new Error(`${field} is no list`)
    if (!isCount(total)) throw new Error('total is no number of rows')
    return { rows: dialect === 'spec' ? rows.map(checkRow) : rows.map(unwrapRow), total }
  }
}

function checkRow(row: unknown): ZerodbRow {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) throw new Error('a row is no object')
  if (typeof (row as ZerodbRow)._id !== 'string') throw new Error('a row has no _id')
  return row as ZerodbRow
}

/** The project-scoped routes put the row into an envelope. */
function unwrapRow(envelope: unknown): ZerodbRow {
  const { row_id, row_data } = asObject(envelope, 'a row')
  if (typeof row_id !== 'string') throw new Error('a row has no row_id')
  return { ...(asObject(row_data, 'row_data') as Readonly<Record<string, JsonValue>>), _id: row_id }
}

function asObject(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>
  throw new Error(`${what} is no object`)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function checkedBy<Answer>(shape: z.ZodType<Answer>): ReadAnswer<Answer> {
  return (data) => {
    const { success, data: answer, error } = shape.safeParse(data)
    if (success) return answer
    const issue = error.issues[0]
    const where = issue === undefined || issue.path.length === 0 ? 'it' : issue.path.join('.')
    throw new Error(`${where}: ${issue?.message ?? 'wrong'}`)
  }
}

function toDate(text: string | null | undefined): Date | undefined {
  const date = typeof text === 'string' ? new Date(text) : undefined
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : date
}

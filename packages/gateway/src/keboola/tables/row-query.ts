import type { KeboolaContext } from '../keboola-context.ts'
import { badRequest, type KeboolaError } from '../keboola-error.ts'
import type { RequestFields } from '../request-fields.ts'
import { parseTime } from '../time-expression.ts'
import type { TableRecord } from './table-record.ts'

/** How values are compared: as text, or as the numbers they spell. */
export type Comparison = 'text' | 'number'

/** A condition on a column. All of a query's must hold. */
export interface RowCondition {
  readonly column: string
  readonly operator: 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le'
  /** For `eq` any of them, for `ne` none of them; one for the others. */
  readonly values: readonly string[]
  readonly comparison: Comparison
}

/** A column rows are ordered by. */
export interface RowOrder {
  readonly column: string
  readonly isDescending: boolean
  readonly comparison: Comparison
}

/** Which rows of a table, which of their columns, and in which order. */
export interface RowQuery {
  readonly columns: readonly string[]
  readonly conditions: readonly RowCondition[]
  /** Only rows imported at or after this, and before that, in milliseconds since 1970. */
  readonly sinceMs: number | undefined
  readonly untilMs: number | undefined
  readonly order: readonly RowOrder[]
  readonly limit: number | undefined
}

const dataTypes: ReadonlySet<string> = new Set(['INTEGER', 'DOUBLE', 'BIGINT', 'REAL', 'DECIMAL', 'NUMERIC', 'NUMBER'])
const equalityOperators = ['eq', 'ne'] as const
const operators = [...equalityOperators, 'gt', 'ge', 'lt', 'le'] as const

const code = 'storage.validation'

/** Reads what an export or a preview asks for. */
export function readRowQuery(context: KeboolaContext, table: TableRecord, fields: RequestFields): RowQuery {
  return {
    columns: readColumns(context, table, fields),
    ...readConditions(context, table, fields, operators),
    order: (fields.objects('orderBy') ?? []).map((one) => readOrder(context, table, one)),
    limit: fields.count('limit'),
  }
}

function readColumns(context: KeboolaContext, table: TableRecord, fields: RequestFields): readonly string[] {
  const wanted = fields.commaSeparated('columns') ?? []
  for (const name of wanted) checkColumn(context, table, name, 'storage.tables.nonExistingColumns')
  if (wanted.length > 0) return [...new Set(wanted)]
  return context.tables.columnsOf(table).map(({ name }) => name)
}

/** Which rows: all that a query says of it. */
export type RowSelection = Pick<RowQuery, 'conditions' | 'sinceMs' | 'untilMs'>

/** Reads which rows to delete: values are only compared for equality there. */
export function readDeletion(context: KeboolaContext, table: TableRecord, fields: RequestFields): RowSelection {
  return readConditions(context, table, fields, equalityOperators)
}

function readConditions(
  context: KeboolaContext,
  table: TableRecord,
  fields: RequestFields,
  known: readonly RowCondition['operator'][],
): RowSelection {
  const conditions = (fields.objects('whereFilters') ?? []).map((one) => readCondition(context, table, one, known))
  const single = readSingleCondition(context, table, fields)
  return {
    conditions: single === undefined ? conditions : [...conditions, single],
    sinceMs: readInstant(context, fields, 'changedSince'),
    untilMs: readInstant(context, fields, 'changedUntil'),
  }
}

function readCondition(
  context: KeboolaContext,
  table: TableRecord,
  filter: RequestFields,
  known: readonly RowCondition['operator'][],
): RowCondition {
  const column = checkColumn(context, table, filter.requiredText('column'), 'storage.tables.columnNotExists')
  const operator = readOperator(filter.text('operator') ?? 'eq', known)
  const values = filter.texts('values') ?? []
  if (values.length === 0) throw badRequest(`The filter of column "${column}" has no values`, code)
  const isEquality = operator === 'eq' || operator === 'ne'
  if (!isEquality && values.length > 1) throw badRequest(`The operator "${operator}" takes one value`, code)
  return { column, operator, values, comparison: comparisonOf(context, table, column, filter) }
}

/** Reads the one condition of older clients, some of which spell `ne` another way. */
function readSingleCondition(
  context: KeboolaContext,
  table: TableRecord,
  fields: RequestFields,
): RowCondition | undefined {
  const name = fields.text('whereColumn')
  if (name === undefined || name === '') return undefined
  const column = checkColumn(context, table, name, 'storage.tables.columnNotExists')
  const operator = readOperator((fields.text('whereOperator') ?? 'eq').replace(/^neq$/, 'ne'), equalityOperators)
  const values = fields.texts('whereValues') ?? []
  if (values.length === 0) throw badRequest('whereValues is required with whereColumn', 'validation.failed')
  return { column, operator, values, comparison: comparisonOf(context, table, column, fields) }
}

function readOperator<Operator extends RowCondition['operator']>(text: string, known: readonly Operator[]): Operator {
  const operator = known.find((one) => one === text)
  if (operator === undefined) throw badRequest(`"${text}" is no operator here: use ${known.join(', ')}`, code)
  return operator
}

function readOrder(context: KeboolaContext, table: TableRecord, given: RequestFields): RowOrder {
  const column = checkColumn(context, table, given.requiredText('column'), 'storage.tables.columnNotExists')
  const order = (given.text('order') ?? 'ASC').toUpperCase()
  if (order !== 'ASC' && order !== 'DESC') throw badRequest(`"${order}" is no order: use ASC or DESC`, code)
  if (table.isTyped && given.has('dataType')) throw badRequest('dataType can not be used with typed tables', code)
  return { column, isDescending: order === 'DESC', comparison: comparisonOf(context, table, column, given) }
}

// A column with a type of numbers is compared as such without being asked.
function comparisonOf(context: KeboolaContext, table: TableRecord, name: string, given: RequestFields): Comparison {
  const dataType = given.text('dataType')?.toUpperCase()
  if (dataType !== undefined && !dataTypes.has(dataType)) {
    throw badRequest(`"${dataType}" is no dataType: use ${[...dataTypes].slice(0, 5).join(', ')}`, code)
  }
  const column = context.tables.columnsOf(table).find((one) => one.name === name)
  const isNumeric = ['INTEGER', 'NUMERIC', 'FLOAT'].includes(column?.basetype ?? '') || column?.storedAs === 'number'
  return dataType !== undefined || isNumeric ? 'number' : 'text'
}

function checkColumn(context: KeboolaContext, table: TableRecord, name: string, errorCode: string): string {
  if (context.tables.columnsOf(table).some((column) => column.name === name)) return name
  throw unknownColumn(table, name, errorCode)
}

function unknownColumn({ id }: TableRecord, name: string, errorCode: string): KeboolaError {
  return badRequest(`The column "${name.slice(0, 100)}" does not exist in the table ${id}`, errorCode)
}

function readInstant(context: KeboolaContext, fields: RequestFields, name: string): number | undefined {
  const text = fields.text(name)
  if (text === undefined || text === '') return undefined
  const ms = parseTime(text, context.clock.now())
  if (ms === undefined) throw badRequest(`Parameter "${name}" is no time: "${text.slice(0, 100)}"`, code)
  return ms
}

import { type Answer, created, noContent, ok } from '../answer.ts'
import type { Exchange, KeboolaContext } from '../keboola-context.ts'
import { badRequest } from '../keboola-error.ts'
import type { RequestFields } from '../request-fields.ts'
import { checkFree, checkTableName } from '../tables/create-table.ts'
import { bucketForNewTable, tableOf } from '../tables/table-operations.ts'
import type { TableAlias, TableRecord } from '../tables/table-record.ts'
import { tableShape, wholeTable } from '../tables/table-shape.ts'

const code = 'storage.tables.validation'

/** `POST buckets/{id}/table-aliases`: creates a table that shows rows of another one. */
export async function createAlias(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const { fields, caller, address } = exchange
  const bucketId = bucketForNewTable(context, exchange)
  const source = context.tables.get(fields.refusing(code).requiredText('sourceTable'))
  caller.require('read', source.bucketId)
  const name = fields.text('name') || source.name
  checkTableName(name)
  const columns = readColumns(context, source, fields)
  const alias: TableAlias = { sourceTableId: source.id, columns, filter: readFilter(context, source, fields) }
  checkFree(context, bucketId, name)
  const table = aliasRecord(context, { bucketId, name }, source, alias)
  await context.tables.put(table)
  await context.tables.noteChange(table.id)
  return created(tableShape(context, context.tables.get(table.id), address, wholeTable))
}

function aliasRecord(
  context: KeboolaContext,
  { bucketId, name }: Pick<TableRecord, 'bucketId' | 'name'>,
  { isTyped, timestampType, hasTimestamps }: TableRecord,
  alias: TableAlias,
): TableRecord {
  return {
    id: `${bucketId}.${name}`,
    bucketId,
    name,
    displayName: name,
    columns: [],
    primaryKey: [],
    isTyped,
    timestampType,
    createdMs: context.clock.now(),
    lastImportMs: null,
    lastChangeMs: null,
    rowsCount: null,
    dataSizeBytes: null,
    storedName: name,
    version: 0,
    hasTimestamps,
    isPending: false,
    alias,
  }
}

function readColumns(context: KeboolaContext, source: TableRecord, fields: RequestFields): readonly string[] | null {
  const names = fields.texts('aliasColumns') ?? []
  for (const name of names) requireColumn(context, source, name)
  return names.length === 0 ? null : [...new Set(names)]
}

function requireColumn(context: KeboolaContext, source: TableRecord, name: string): void {
  if (context.tables.columnsOf(source).some((column) => column.name === name)) return
  throw badRequest(
    `The column "${name.slice(0, 100)}" does not exist in ${source.id}`,
    'storage.tables.columnNotExists',
  )
}

function readFilter(context: KeboolaContext, source: TableRecord, fields: RequestFields): TableAlias['filter'] {
  const given = fields.refusing(code).object('aliasFilter')
  return given === undefined || given.names.length === 0 ? null : readCondition(context, source, given)
}

function readCondition(context: KeboolaContext, source: TableRecord, given: RequestFields): TableAlias['filter'] {
  const column = given.requiredText('column')
  requireColumn(context, source, column)
  const operator = given.text('operator') ?? 'eq'
  const values = given.texts('values') ?? []
  if (operator !== 'eq' && operator !== 'ne') throw badRequest('The operator of an alias filter is eq or ne', code)
  if (values.length === 0) throw badRequest('The filter of an alias needs values', code)
  return { column, operator, values }
}

/** Changes an alias, by what its source is then. */
async function changeAlias(
  context: KeboolaContext,
  exchange: Exchange,
  decide: (alias: TableAlias, source: TableRecord) => Partial<TableAlias>,
): Promise<TableRecord> {
  const table = tableOf(context, exchange, 'manage')
  if (table.alias === null) throw badRequest(`The table ${table.id} is not an alias`, 'storage.tables.notAlias')
  const source = context.tables.get(table.alias.sourceTableId)
  await context.tables.noteChange(table.id, { alias: { ...table.alias, ...decide(table.alias, source) } })
  return context.tables.get(table.id)
}

/** `POST tables/{id}/alias-columns-auto-sync`: the alias has all columns of its source from now on. */
export async function startColumnSync(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  await changeAlias(context, exchange, () => ({ columns: null }))
  return noContent
}

/** `DELETE tables/{id}/alias-columns-auto-sync`: it keeps those it has now. */
export async function stopColumnSync(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  await changeAlias(context, exchange, ({ columns }, source) => ({
    columns: columns ?? context.tables.columnsOf(source).map(({ name }) => name),
  }))
  return noContent
}

/** `POST tables/{id}/alias-filter` */
export async function putAliasFilter(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const fields = exchange.fields.refusing(code)
  const table = await changeAlias(context, exchange, (_, source) => ({
    filter: readCondition(context, source, fields),
  }))
  return ok(tableShape(context, table, exchange.address, wholeTable))
}

/** `DELETE tables/{id}/alias-filter` */
export async function deleteAliasFilter(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  await changeAlias(context, exchange, () => ({ filter: null }))
  return noContent
}

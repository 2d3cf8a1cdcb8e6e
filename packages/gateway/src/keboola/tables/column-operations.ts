import type { Answer } from '../answer.ts'
import { isColumnName, webalizeColumnName } from '../column-name.ts'
import { answerJob } from '../jobs/job-operations.ts'
import { badRequest, KeboolaError } from '../keboola-error.ts'
import type { Exchange, KeboolaContext } from '../keboola-context.ts'
import type { RequestFields } from '../request-fields.ts'
import { forgetMetadata } from '../metadata/metadata-items.ts'
import { readColumnType } from './column-type.ts'
import { newColumn, untypedColumn } from './import-header.ts'
import { addColumns, deleteColumn } from './stored-table.ts'
import { queueOf, tableOf, writableTableOf } from './table-operations.ts'
import type { TableColumn, TableRecord } from './table-record.ts'
import { tableShape, wholeTable } from './table-shape.ts'

const code = 'storage.tables.validation'

/** `POST tables/{id}/columns` */
export async function addColumn(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const table = writableTableOf(context, exchange)
  const column = readNewColumn(table, exchange.fields.refusing(code))
  checkNewColumn(table, column.name)
  return answerJob(context, exchange, {
    operationName: 'tableColumnAdd',
    operationParams: { name: column.name },
    tableId: table.id,
    queue: queueOf(context, table),
    run: async () => {
      const current = context.tables.get(table.id)
      checkNewColumn(current, column.name)
      const changed = await addColumns(context, current, [column])
      await context.tables.noteChange(table.id)
      return tableShape(context, changed, exchange.address, wholeTable)
    },
  })
}

function readNewColumn(table: TableRecord, fields: RequestFields): TableColumn {
  const name = webalizeColumnName(fields.requiredText('name'))
  if (!isColumnName(name)) {
    throw badRequest(
      'The name of a column must have 1 to 64 letters, digits and underscores',
      'storage.tables.invalidColumnName',
    )
  }
  const type = readColumnType(fields, false)
  if (type === undefined) return newColumn(table, name)
  if (!table.isTyped) throw badRequest(`The table ${table.id} is not typed: leave out definition and basetype`, code)
  if (!type.definition.nullable && type.definition.default === null && table.rowsCount !== 0) {
    throw badRequest(`The column "${name}" can not be NOT NULL without a default in a table with rows`, code)
  }
  return { ...untypedColumn(name), ...type }
}

function checkNewColumn(table: TableRecord, name: string): void {
  const key = name.toLowerCase()
  if (!table.columns.some((one) => one.name.toLowerCase() === key)) return
  throw badRequest(`The column "${name}" already exists in the table ${table.id}`, 'storage.tables.columnAlreadyExists')
}

/** `DELETE tables/{id}/columns/{name}` */
export async function dropColumn(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const table = writableTableOf(context, exchange)
  const name = exchange.names['column'] ?? ''
  const force = exchange.fields.flag('force') === true
  checkDroppable(context, table, name, force)
  return answerJob(context, exchange, {
    operationName: 'tableColumnDelete',
    operationParams: { name, force },
    tableId: table.id,
    queue: queueOf(context, table),
    run: async () => {
      const current = context.tables.get(table.id)
      checkDroppable(context, current, name, force)
      await deleteColumn(context, current, name)
      await forgetColumn(context, current, name)
      await context.tables.noteChange(table.id)
      return null
    },
  })
}

function checkDroppable(context: KeboolaContext, table: TableRecord, name: string, force: boolean): void {
  if (!table.columns.some((one) => one.name === name)) {
    throw new KeboolaError(
      404,
      'storage.tables.columnNotExists',
      `The column "${name}" does not exist in the table ${table.id}`,
    )
  }
  if (table.primaryKey.includes(name)) {
    const message = `The column "${name}" belongs to the primary key: remove the key first`
    throw badRequest(message, 'storage.tables.cannotDeletePrimaryKeyColumn')
  }
  if (table.columns.length === 1) throw badRequest('The last column of a table can not be deleted', code)
  const users = context.tables.aliasesOf(table.id).filter((one) => usesColumn(one, name))
  if (users.length > 0 && !force) {
    const message = `The column "${name}" is used by ${users.map(({ id }) => id).join(', ')}: use force`
    throw badRequest(message, 'storage.tables.cannotDeleteReferencedColumn')
  }
}

function usesColumn({ alias }: TableRecord, name: string): boolean {
  return alias?.columns?.includes(name) === true || alias?.filter?.column === name
}

async function forgetColumn(context: KeboolaContext, table: TableRecord, name: string): Promise<void> {
  await forgetMetadata(context, 'column', `${table.id}.${name}`)
  for (const { id, alias } of context.tables.aliasesOf(table.id)) {
    if (alias === null || !usesColumn(context.tables.get(id), name)) continue
    const columns = alias.columns?.filter((column) => column !== name) ?? null
    const filter = alias.filter?.column === name ? null : alias.filter
    await context.tables.change(id, { alias: { ...alias, columns, filter } })
  }
}

/** `PUT tables/{id}/columns/{name}/definition`: whether it may be null, and what stands there when nothing is given. */
export async function updateColumnDefinition(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const table = tableOf(context, exchange, 'manage')
  const name = exchange.names['column'] ?? ''
  if (!table.isTyped) throw badRequest(`The table ${table.id} is not typed`, code)
  const column = table.columns.find((one) => one.name === name)
  if (column?.definition === undefined || column.definition === null) {
    throw new KeboolaError(
      404,
      'storage.tables.columnNotExists',
      `The column "${name}" does not exist in the table ${table.id}`,
    )
  }
  const { definition } = column
  const { fields } = exchange
  const length = fields.text('length') ?? definition.length
  const nullable = fields.flag('nullable') ?? definition.nullable
  const changed = { ...definition, length, nullable, default: fields.text('default') ?? definition.default }
  return answerJob(context, exchange, {
    operationName: 'tableColumnDefinitionUpdate',
    operationParams: { column: name },
    tableId: table.id,
    queue: queueOf(context, table),
    run: async () => {
      const { columns } = context.tables.get(table.id)
      await context.tables.noteChange(table.id, {
        columns: columns.map((one) => (one.name === name ? { ...one, definition: changed } : one)),
      })
      return tableShape(context, context.tables.get(table.id), exchange.address, wholeTable)
    },
  })
}

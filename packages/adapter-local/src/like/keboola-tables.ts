import type { TableInfo, WriteCounts } from '@stowage/core'
import {
  type CreateTableRequest,
  type DeleteRowsRequest,
  type DriverCall,
  type InsertRowsRequest,
  invalidArgument,
  type LoadRowsRequest,
  type NextCall,
  type QueryPlan,
  type StorageDriver,
  StorageError,
  type TableQuery,
  type TableRequest,
} from '@stowage/core/driver'
import { checkKeboolaColumns, checkKeboolaTable } from './keboola-names.ts'
import { checkKeboolaDelete, keboolaPlan } from './keboola-queries.ts'
import { keboolaBatch, keboolaBatches, keboolaCounts } from './keboola-rows.ts'

/** Holds calls for tables to the service's rules. */
export async function onKeboolaTables(call: DriverCall, next: NextCall, driver: StorageDriver): Promise<unknown> {
  const { operation, request } = call
  switch (operation) {
    case 'tables.create':
      checkDefinition(request as CreateTableRequest)
      return next(call)
    case 'tables.plan': {
      const table = await lookUp(call, driver)
      return keboolaPlan(table, request as TableQuery, (await next(call)) as QueryPlan)
    }
    case 'tables.insert':
      return insertRows(call, request as InsertRowsRequest, next, driver)
    case 'tables.load':
      return loadRows(call, request as LoadRowsRequest, next, driver)
    case 'tables.delete':
      checkKeboolaDelete(await lookUp(call, driver), (request as DeleteRowsRequest).filter)
      return next(call)
    default:
      return next(call)
  }
}

function checkDefinition({ table, columns }: CreateTableRequest): void {
  checkKeboolaTable(table)
  checkKeboolaColumns(columns.map(({ name }) => name))
  const column = columns.find(({ type, native: own }) => type === 'timestamp' && own !== undefined)
  if (column === undefined) return
  const message = `Keboola gives times of its own types back in another form: leave out the native type of "${column.name}", or declare it as string`
  throw invalidArgument(message, { column: column.name })
}

async function insertRows(
  call: DriverCall,
  request: InsertRowsRequest,
  next: NextCall,
  driver: StorageDriver,
): Promise<WriteCounts> {
  const { columns } = await lookUp(call, driver)
  const filled: InsertRowsRequest = { ...request, batch: keboolaBatch(request.batch, columns) }
  return keboolaCounts(request.mode, (await next({ ...call, request: filled })) as WriteCounts)
}

async function loadRows(
  call: DriverCall,
  request: LoadRowsRequest,
  next: NextCall,
  driver: StorageDriver,
): Promise<WriteCounts> {
  const { columns } = await lookUp(call, driver)
  const filled: LoadRowsRequest = { ...request, csv: undefined, batches: keboolaBatches(request.batches, columns) }
  return keboolaCounts(request.mode, (await next({ ...call, request: filled })) as WriteCounts)
}

async function lookUp({ request, context }: DriverCall, { tables }: StorageDriver): Promise<TableInfo> {
  if (tables === undefined) throw new StorageError({ code: 'internal', message: 'the embedded backend has no tables' })
  const { bucket, table } = request as TableRequest
  return tables.get({ bucket, table }, context)
}

import {
  type Cell,
  type InsertRowsRequest,
  type LoadRowsRequest,
  type RowBatch,
  type RowPage,
  type StorageDriver,
} from '@stowage/core/driver'
import { changeRequests, changeResults } from './mutant.ts'

/** Changes a cell; `column` is the field's name. */
export type CellChange = (cell: Cell, column: string) => Cell

/** Gives the driver with every cell changed on its way in, by inserts and loads. */
export function changeCellsIn(driver: StorageDriver, change: CellChange): StorageDriver {
  const inserting = changeRequests(driver, ['tables.insert'], (request: InsertRowsRequest) => ({
    ...request,
    batch: changeBatch(request.batch, change),
  }))
  return changeRequests(inserting, ['tables.load'], (request: LoadRowsRequest) => ({
    ...request,
    batches: changeBatches(request.batches, (batch) => changeBatch(batch, change)),
  }))
}

/** Gives the driver with every cell changed on its way out. */
export function changeCellsOut(driver: StorageDriver, change: CellChange): StorageDriver {
  return changeResults(driver, ['tables.find', 'tables.changed'], (page: RowPage) => ({
    ...page,
    batch: changeBatch(page.batch, change),
  }))
}

/** Changes each batch of a stream. */
export async function* changeBatches(
  batches: AsyncIterable<RowBatch>,
  change: (batch: RowBatch) => RowBatch,
): AsyncGenerator<RowBatch> {
  for await (const batch of batches) yield change(batch)
}

function changeBatch({ columns, rows }: RowBatch, change: CellChange): RowBatch {
  return { columns, rows: rows.map((row) => row.map((cell, index) => change(cell, columns[index] as string))) }
}

import {
  type FilterNode,
  type FindRowsRequest,
  matchAll,
  type StorageDriver,
  type TableDriver,
  type TableRequest,
} from '@stowage/core/driver'

/** Gives the tables of a driver that has some. */
export function tables(driver: StorageDriver): TableDriver {
  return driver.tables as TableDriver
}

/** Asks for all rows of a table in one page, or for those a filter finds. */
export function everything({ bucket, table }: TableRequest, filter: FilterNode = matchAll): FindRowsRequest {
  const whole = { projection: undefined, sort: [], limit: undefined, offset: 0, pageSize: 10_000, pageToken: undefined }
  return { bucket, table, filter, ...whole }
}

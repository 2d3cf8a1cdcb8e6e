import { createLocalDriver, type LocalOptions } from '@stowage/adapter-local'
import { createStorage, type Row, type RowInput, type Storage, type Table, type TableDefinition } from '@stowage/core'
import type { StorageDriver } from '@stowage/core/driver'
import { onTestFinished } from 'vitest'

/** Opens an embedded storage in memory; it is closed when the test ends. */
export async function openEnd(
  options: Pick<LocalOptions, 'like'> = {},
  change: (driver: StorageDriver) => StorageDriver = (driver) => driver,
): Promise<Storage> {
  const storage = createStorage(change(await createLocalDriver({ ...options, memory: true })), { emulation: 'always' })
  onTestFinished(() => storage.close())
  return storage
}

/** Gives a table that isn't made yet, in a bucket that is. */
export async function placeFor(storage: Storage, name = 'people', bucket = 'bucket'): Promise<Table> {
  const there = storage.bucket(bucket)
  await there.create().catch(() => undefined)
  return there.table(name)
}

/** The columns of the people of the tests. */
export const peopleColumns = { id: 'number', name: 'string', age: 'number' } as const

/** What the people of the tests look like. */
export const peopleDefinition: TableDefinition = { columns: peopleColumns, primaryKey: ['id'] }

/** Makes a table with rows. */
export async function tableWith(
  storage: Storage,
  rows: readonly RowInput[],
  definition: TableDefinition = peopleDefinition,
  name = 'people',
  bucket = 'bucket',
): Promise<Table> {
  const table = await placeFor(storage, name, bucket)
  await table.create(definition)
  if (rows.length > 0) await table.load([...rows])
  return table
}

/** Gives people by number. */
export function people(count: number, first = 0): Row[] {
  return Array.from({ length: count }, (_, index) => ({
    id: first + index,
    name: `person ${first + index}`,
    age: (first + index) % 90,
  }))
}

/** Gives all rows of a table in order of a column. */
export async function rowsOf(table: Table, by = 'id'): Promise<Row[]> {
  return table.find({}, { sort: { [by]: 1 } }).toArray()
}

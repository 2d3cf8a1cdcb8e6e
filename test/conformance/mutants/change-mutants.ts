import {
  batchToRows,
  compileUpdate,
  type FilterNode,
  type RowBatch,
  type RowPage,
  type StorageDriver,
  StorageError,
  type TableDriver,
  toBatch,
  type UpdateCounts,
  type UpdateRowsRequest,
} from '@stowage/core/driver'
import { changeRequests, changeResults, freeCall, type Mutant, replace } from './mutant.ts'
import { everything, tables } from './table-calls.ts'

/** Lies about changing and deleting rows. */
export const changeMutants: readonly Mutant[] = [
  {
    name: 'an update says that all matching rows were modified',
    breaks: 'Rows that were so already are counted as well.',
    caughtBy: ['updates/again'],
    make: (driver) =>
      changeResults(driver, ['tables.update'], (counts: UpdateCounts) => ({ ...counts, modified: counts.matched })),
  },
  {
    name: 'an update changes one row',
    breaks: 'Only the first match is changed.',
    caughtBy: ['updates/many'],
    make: (driver) =>
      replace(driver, 'tables.update', (update) => (request, call) => updateFirst(driver, update, request, call)),
  },
  {
    name: '$inc sets',
    breaks: 'The operator is taken for `$set`.',
    caughtBy: ['updates/truth-inc'],
    make: (driver) =>
      changeOperators(driver, (change) => (change.operator === '$inc' ? { ...change, operator: '$set' } : change)),
  },
  {
    name: '$unset sets null',
    breaks: 'The field is still there.',
    caughtBy: ['updates/truth-unset'],
    make: (driver) =>
      changeOperators(driver, (change) =>
        change.operator === '$unset' ? { operator: '$set', path: change.path, value: null } : change,
      ),
  },
  {
    name: '$push replaces the array',
    breaks: 'The field becomes an array of the one value.',
    caughtBy: ['updates/truth-push'],
    make: (driver) =>
      changeOperators(driver, (change) =>
        change.operator === '$push' ? { operator: '$set', path: change.path, value: [change.value] } : change,
      ),
  },
  {
    name: '$pull is ignored',
    breaks: 'The operator is left out of the request.',
    caughtBy: ['updates/truth-pull'],
    make: (driver) =>
      changeRequests(driver, ['tables.update'], (request: UpdateRowsRequest) => ({
        ...request,
        update: request.update.filter(({ operator }) => operator !== '$pull'),
      })),
  },
  {
    name: 'an update that matches nothing inserts nothing',
    breaks: '`upsert` is not sent.',
    caughtBy: ['updates/upsert'],
    make: (driver) => changeRequests(driver, ['tables.update'], (request) => ({ ...request, upsertRow: undefined })),
  },
  {
    name: 'an update stops half way',
    breaks: 'Rows are changed one by one, and those before the failure stay changed.',
    caughtBy: ['updates/fails-on-one-row'],
    make: (driver) =>
      replace(driver, 'tables.update', (update) => (request, call) => updateEach(driver, update, request, call)),
  },
  {
    name: 'parallel updates are lost',
    breaks: 'Rows are read, changed here and written back whole.',
    caughtBy: ['concurrency/increments'],
    make: (driver) =>
      replace(driver, 'tables.update', (update) => (request, call) => updateByReading(driver, update, request, call)),
  },
  {
    name: 'a delete ignores its limit',
    breaks: 'All that match go.',
    caughtBy: ['deletes/limit'],
    make: (driver) => changeRequests(driver, ['tables.delete'], (request) => ({ ...request, limit: undefined })),
  },
  {
    name: 'a delete removes one row',
    breaks: 'Only the first match goes, but all are counted.',
    caughtBy: ['deletes/many'],
    make: (driver) =>
      replace(driver, 'tables.delete', (remove) => async (request, call) => {
        const count = await tables(driver).count(request, call)
        await remove({ ...request, limit: Math.min(1, request.limit ?? 1) }, call)
        return count
      }),
  },
  {
    name: 'a delete counts nothing',
    breaks: 'The service gives no number, and 0 stands for it.',
    caughtBy: ['deletes/by-key'],
    make: (driver) => changeResults(driver, ['tables.delete'], () => 0),
  },
  {
    name: 'a delete of no match fails',
    breaks: 'Nothing to delete is taken for not-found.',
    caughtBy: ['deletes/none-matching'],
    make: (driver) =>
      changeResults(driver, ['tables.delete'], (count: number) => {
        if (count === 0) throw new StorageError({ code: 'not-found', message: 'no row matches' })
        return count
      }),
  },
  {
    name: 'deleted rows come back',
    breaks:
      'They are only marked, and the next insert into the table clears the marks of rows whose key is still free.',
    caughtBy: ['deletes/stay-gone'],
    make: (driver) => bringBack(driver),
  },
]

type UpdateCall = Parameters<TableDriver['update']>[1]

function changeOperators(
  driver: StorageDriver,
  change: (one: UpdateRowsRequest['update'][number]) => UpdateRowsRequest['update'][number],
): StorageDriver {
  return changeRequests(driver, ['tables.update'], (request: UpdateRowsRequest) => ({
    ...request,
    update: request.update.map(change),
  }))
}

/** A filter that holds for one row, by its primary key. */
async function filterOfRows(
  driver: StorageDriver,
  request: UpdateRowsRequest,
  call: UpdateCall,
): Promise<FilterNode[]> {
  const { primaryKey } = await tables(driver).get(request, call)
  const found = batchToRows((await tables(driver).find(everything(request, request.filter), call)).batch)
  if (primaryKey.length === 0) return [request.filter]
  return found.map((row) => ({
    kind: 'and',
    nodes: primaryKey.map((path) => ({ kind: 'compare', path, operator: '$eq', value: row[path] ?? null })),
  }))
}

async function updateFirst(
  driver: StorageDriver,
  update: TableDriver['update'],
  request: UpdateRowsRequest,
  call: UpdateCall,
): Promise<UpdateCounts> {
  const [first] = await filterOfRows(driver, request, call)
  return update(first === undefined ? request : { ...request, filter: first }, call)
}

async function updateEach(
  driver: StorageDriver,
  update: TableDriver['update'],
  request: UpdateRowsRequest,
  call: UpdateCall,
): Promise<UpdateCounts> {
  const filters = await filterOfRows(driver, request, call)
  if (filters.length === 0) return update(request, call)
  const total = { matched: 0, modified: 0, inserted: 0 }
  for (const filter of filters) {
    const counts = await update({ ...request, filter }, call)
    total.matched += counts.matched
    total.modified += counts.modified
  }
  return total
}

async function updateByReading(
  driver: StorageDriver,
  update: TableDriver['update'],
  request: UpdateRowsRequest,
  call: UpdateCall,
): Promise<UpdateCounts> {
  const { bucket, table, filter } = request
  const { primaryKey } = await tables(driver).get({ bucket, table }, call)
  const page = await tables(driver).find(everything(request, filter), call)
  if (primaryKey.length === 0 || page.batch.rows.length === 0) return update(request, call)
  const apply = compileUpdate(request.update)
  const changed = batchToRows(page.batch)
    .map(apply)
    .filter(({ isModified }) => isModified)
  await new Promise((resolve) => setTimeout(resolve, 1))
  const batch = toBatch(changed.map(({ row }) => row))
  if (changed.length > 0) await tables(driver).insert({ bucket, table, mode: 'upsert', batch }, call)
  return { matched: page.batch.rows.length, modified: changed.length, inserted: 0 }
}

function bringBack(driver: StorageDriver): StorageDriver {
  const gone = new Map<string, RowBatch[]>()
  const deleting = replace(driver, 'tables.delete', (remove) => async (request, call) => {
    const page: RowPage = await tables(driver).find(everything(request, request.filter), call)
    const place = `${request.bucket}/${request.table}`
    if (request.limit === undefined) gone.set(place, [...(gone.get(place) ?? []), page.batch])
    return remove(request, call)
  })
  return replace(deleting, 'tables.insert', (insert) => async (request, call) => {
    const counts = await insert(request, call)
    const { bucket, table } = request
    for (const batch of gone.get(`${bucket}/${table}`) ?? []) {
      await insert({ bucket, table, mode: 'append', batch }, freeCall()).catch(() => undefined)
    }
    gone.delete(`${bucket}/${table}`)
    return counts
  })
}

import type { BucketInfo, Page, TableInfo } from '@stowage/core'
import {
  type BucketDriver,
  type CreateTableRequest,
  type ListTablesRequest,
  type RowBatch,
  type StorageDriver,
  StorageError,
  type TableRequest,
  type UpdateBucketRequest,
} from '@stowage/core/driver'
import { changeRequests, changeResults, freeCall, type Mutant, replace } from './mutant.ts'
import { rowsOf } from './query-by-hand.ts'
import { tables } from './table-calls.ts'

/** Lies about buckets and about what tables are made of. */
export const definitionMutants: readonly Mutant[] = [
  {
    name: 'creating a bucket that is there succeeds',
    breaks: 'Already-exists is swallowed.',
    caughtBy: ['buckets/create-twice'],
    make: (driver) =>
      replace(driver, 'buckets.create', (create) =>
        orExisting(create, (request) => driver.buckets.get(request, freeCall())),
      ),
  },
  {
    name: 'bucket names are lower-cased',
    breaks: 'The service knows only lower-case names.',
    caughtBy: ['buckets/names-kept'],
    make: (driver) =>
      changeRequests(driver, ['buckets.create', 'buckets.get', 'buckets.delete'], (request: { bucket: string }) => ({
        ...request,
        bucket: request.bucket.toLowerCase(),
      })),
  },
  {
    name: 'deleting a bucket deletes what is in it',
    breaks: '`force` is always sent.',
    caughtBy: ['buckets/delete-holds-file', 'buckets/delete-holds-table'],
    make: (driver) => changeRequests(driver, ['buckets.delete'], (request) => ({ ...request, force: true })),
  },
  {
    name: 'deleting a bucket that is not there succeeds',
    breaks: 'Not-found is swallowed.',
    caughtBy: ['buckets/delete-missing'],
    make: (driver) =>
      replace(driver, 'buckets.delete', (remove) => async (request, call) => {
        try {
          await remove(request, call)
        } catch (error) {
          if (!StorageError.is(error, 'not-found')) throw error
        }
      }),
  },
  {
    name: 'an update of a bucket clears what it does not name',
    breaks: 'What is undefined is taken for empty.',
    caughtBy: ['buckets/update'],
    make: (driver) =>
      changeRequests(driver, ['buckets.update'], (request: UpdateBucketRequest) => ({
        ...request,
        displayName: request.displayName ?? '',
        description: request.description ?? '',
      })),
  },
  {
    name: 'an archived bucket takes writes',
    breaks: 'Archiving is only a label.',
    caughtBy: ['buckets/archive-files', 'buckets/archive-tables'],
    make: (driver) => labelArchived(driver),
  },
  {
    name: 'the prefix of a listing of buckets is ignored',
    breaks: 'All buckets are listed.',
    caughtBy: ['buckets/list-prefix'],
    make: (driver) => changeRequests(driver, ['buckets.list'], (request) => ({ ...request, prefix: '' })),
  },
  {
    name: 'buckets are listed by their age',
    breaks: 'Each page is sorted by creation time.',
    caughtBy: ['buckets/list'],
    make: (driver) =>
      changeResults(driver, ['buckets.list'], (page: Page<BucketInfo>) => ({
        ...page,
        items: page.items.toReversed(),
      })),
  },
  {
    name: 'creating a table that is there succeeds',
    breaks: 'Already-exists is swallowed.',
    caughtBy: ['tables/create-twice'],
    make: (driver) =>
      replace(driver, 'tables.create', (create) =>
        orExisting(create, (request) => tables(driver).get(request, freeCall())),
      ),
  },
  {
    name: 'creating a table that is there replaces it',
    breaks: 'The old one is dropped first.',
    caughtBy: ['tables/create-twice'],
    make: (driver) =>
      replace(driver, 'tables.create', (create) => async (request, call) => {
        await tables(driver)
          .drop({ bucket: request.bucket, table: request.table }, call)
          .catch(() => undefined)
        return create(request, call)
      }),
  },
  {
    name: 'a table has no primary key',
    breaks: 'The key is not sent, though the answer names it.',
    caughtBy: ['tables/key-enforced'],
    make: (driver) =>
      replace(driver, 'tables.create', (create) => async (request, call) => ({
        ...(await create({ ...request, primaryKey: [] }, call)),
        primaryKey: request.primaryKey,
      })),
  },
  {
    name: 'unique indexes are not unique',
    breaks: '`unique` is not sent.',
    caughtBy: ['tables/unique-insert', 'tables/unique-update'],
    make: (driver) =>
      changeRequests(driver, ['tables.create'], (request: CreateTableRequest) => ({
        ...request,
        indexes: request.indexes.map((index) => ({ ...index, unique: false })),
      })),
  },
  {
    name: 'required columns are not required',
    breaks: '`required` is not sent for columns beyond the key.',
    caughtBy: ['tables/required'],
    make: (driver) =>
      changeRequests(driver, ['tables.create'], (request: CreateTableRequest) => ({
        ...request,
        columns: request.columns.map((column) => ({ ...column, required: request.primaryKey.includes(column.name) })),
      })),
  },
  {
    name: 'all columns are text',
    breaks: 'Types are not sent, though the answer names them.',
    caughtBy: ['tables/column-types'],
    make: (driver) =>
      changeRequests(driver, ['tables.create'], (request: CreateTableRequest) => ({
        ...request,
        columns: request.columns.map((column) => ({ ...column, type: 'string' })),
      })),
  },
  {
    name: 'the columns of a table come in order of name',
    breaks: 'The order of their definition is lost.',
    caughtBy: ['tables/column-order'],
    make: (driver) =>
      changeResults(driver, ['tables.create', 'tables.get'], (info: TableInfo) => ({
        ...info,
        columns: info.columns.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      })),
  },
  {
    name: 'the description of a table is lost',
    breaks: 'It is not sent.',
    caughtBy: ['tables/descriptions'],
    make: (driver) => changeRequests(driver, ['tables.create'], (request) => ({ ...request, description: undefined })),
  },
  {
    name: 'tables of all buckets are listed',
    breaks: 'The bucket is not part of the query.',
    caughtBy: ['tables/list-bucket'],
    make: (driver) => listAllTables(driver),
  },
  {
    name: 'dropping a table that is not there succeeds',
    breaks: 'Not-found is swallowed.',
    caughtBy: ['tables/drop-missing'],
    make: (driver) =>
      replace(driver, 'tables.drop', (drop) => async (request, call) => {
        try {
          await drop(request, call)
        } catch (error) {
          if (!StorageError.is(error, 'not-found')) throw error
        }
      }),
  },
  {
    name: 'rows of a dropped table come back with the next one of its name',
    breaks: 'Only the definition is dropped.',
    caughtBy: ['tables/drop-forgets'],
    make: (driver) => keepRows(driver),
  },
  {
    name: 'a new primary key drops rows that share it',
    breaks: 'The conflict is solved by deleting.',
    caughtBy: ['tables/set-key-collision'],
    make: (driver) =>
      replace(driver, 'tables.setPrimaryKey', (set) => async (request, call) => {
        try {
          return await set(request, call)
        } catch (error) {
          if (!StorageError.is(error, 'conflict')) throw error
          return { ...(await tables(driver).get(request, call)), primaryKey: request.primaryKey }
        }
      }),
  },
  {
    name: 'a failed change of the primary key removes it',
    breaks: 'The old key is dropped before the new one is made.',
    caughtBy: ['tables/set-key-collision'],
    make: (driver) =>
      replace(driver, 'tables.setPrimaryKey', (set) => async (request, call) => {
        if (request.primaryKey.length > 0) await set({ ...request, primaryKey: [] }, call)
        return set(request, call)
      }),
  },
]

function orExisting<Request, Info>(
  create: (request: Request, call: Parameters<BucketDriver['create']>[1]) => Promise<Info>,
  find: (request: Request) => Promise<Info>,
): typeof create {
  return async (request, call) => {
    try {
      return await create(request, call)
    } catch (error) {
      if (!StorageError.is(error, 'already-exists')) throw error
      return find(request)
    }
  }
}

function labelArchived(driver: StorageDriver): StorageDriver {
  const archived = new Set<string>()
  const labelling = replace(driver, 'buckets.archive', () => async ({ bucket, isArchived }, call) => {
    const info = await driver.buckets.get({ bucket }, call)
    if (isArchived) archived.add(bucket)
    else archived.delete(bucket)
    return { ...info, isArchived }
  })
  return changeResults(labelling, ['buckets.get'], (info: BucketInfo) => ({
    ...info,
    isArchived: archived.has(info.name),
  }))
}

function listAllTables(driver: StorageDriver): StorageDriver {
  const first = (bucket: string): ListTablesRequest => ({ bucket, pageSize: 1000, pageToken: undefined })
  return replace(driver, 'tables.list', (list) => async (request, call) => {
    const buckets = await driver.buckets.list({ prefix: '', pageSize: 1000, pageToken: undefined }, call)
    const pages = await Promise.all(buckets.items.map(({ name }) => list(first(name), call)))
    const own = await list(request, call)
    return { items: [...new Set([...own.items, ...pages.flatMap(({ items }) => items)])], nextPageToken: undefined }
  })
}

function keepRows(driver: StorageDriver): StorageDriver {
  const kept = new Map<string, RowBatch>()
  const placeOf = ({ bucket, table }: TableRequest): string => JSON.stringify([bucket, table])
  const dropping = replace(driver, 'tables.drop', (drop) => async (request, call) => {
    const batch = await rowsOf(tables(driver).find.bind(tables(driver)), request).catch(() => undefined)
    await drop(request, call)
    if (batch !== undefined) kept.set(placeOf(request), batch)
  })
  return replace(dropping, 'tables.create', (create) => async (request, call) => {
    const info = await create(request, call)
    const batch = kept.get(placeOf(request))
    const { bucket, table } = request
    const insert = { bucket, table, mode: 'append' as const, batch: batch ?? { columns: [], rows: [] } }
    await tables(driver)
      .insert(insert, call)
      .catch(() => undefined)
    return info
  })
}

import { type LoadRowsRequest, matchAll, type RowBatch, type StorageDriver } from '@stowage/core/driver'
import { changeBatches } from './cell-changes.ts'
import { changeRequests, type Mutant, replace } from './mutant.ts'
import { tables } from './table-calls.ts'

/** Lies about loading rows. */
export const loadMutants: readonly Mutant[] = [
  {
    name: 'a load keeps what came before a failure',
    breaks: 'Each batch is written as it comes.',
    caughtBy: ['loads/source-fails-append', 'loads/source-fails-replace'],
    make: (driver) => loadByInserts(driver),
  },
  {
    name: 'a load takes a broken source for its end',
    breaks: 'The failure of the source is swallowed, and the load succeeds.',
    caughtBy: ['loads/source-fails-append'],
    make: (driver) =>
      changeRequests(driver, ['tables.load'], (request: LoadRowsRequest) => ({
        ...request,
        batches: untilFailure(request.batches),
      })),
  },
  {
    name: 'a replacing load leaves the old rows',
    breaks: 'It is an append.',
    caughtBy: ['loads/replace-none'],
    make: (driver) => loadInMode(driver, 'replace', 'append'),
  },
  {
    name: 'a replacing load only upserts',
    breaks: 'Rows the source does not hold stay.',
    caughtBy: ['loads/replace-one'],
    make: (driver) => loadInMode(driver, 'replace', 'upsert'),
  },
  {
    name: 'an appending load upserts',
    breaks: 'Keys that are taken are no conflict.',
    caughtBy: ['loads/key-taken'],
    make: (driver) => loadInMode(driver, 'append', 'upsert'),
  },
  {
    name: 'a replacing load empties the table first',
    breaks: 'When the load then fails, the old rows are gone.',
    caughtBy: ['loads/source-fails-replace'],
    make: (driver) =>
      replace(driver, 'tables.load', (load) => async (request, call) => {
        const { bucket, table, mode } = request
        if (mode === 'replace') await tables(driver).delete({ bucket, table, filter: matchAll, limit: undefined }, call)
        return load(request, call)
      }),
  },
  {
    name: 'an empty load does nothing',
    breaks: 'Replacing by no rows leaves the old ones.',
    caughtBy: ['loads/replace-none'],
    make: (driver) =>
      replace(driver, 'tables.load', (load) => async (request, call) => {
        const batches: RowBatch[] = []
        for await (const batch of request.batches) batches.push(batch)
        if (batches.length === 0) return { inserted: 0, updated: 0, ids: undefined }
        return load({ ...request, batches: changeBatches(fromArray(batches), (batch) => batch) }, call)
      }),
  },
  {
    name: 'the last batch of a load is lost',
    breaks: 'Whole thousands are written, the rest stays in a buffer.',
    caughtBy: ['loads/append-limit-plus-one'],
    make: (driver) =>
      changeRequests(driver, ['tables.load'], (request: LoadRowsRequest) => ({
        ...request,
        batches: changeBatches(request.batches, (batch) => (batch.rows.length < 1000 ? { ...batch, rows: [] } : batch)),
      })),
  },
  {
    name: 'a load counts the rows of its last batch',
    breaks: 'Counts of batches are not added up.',
    caughtBy: ['loads/append-many-batches'],
    make: (driver) =>
      replace(driver, 'tables.load', (load) => async (request, call) => {
        let last = 0
        const batches = changeBatches(request.batches, (batch) => {
          last = batch.rows.length
          return batch
        })
        return { ...(await load({ ...request, batches }, call)), inserted: last }
      }),
  },
  {
    name: 'readers see half of a load',
    breaks: 'Batches are written one by one, and taken back after a failure.',
    caughtBy: ['loads/readers-append', 'loads/readers-replace'],
    make: (driver) => loadByInserts(driver),
  },
]

/** Loads batch by batch; a replacing load deletes first. */
function loadByInserts(driver: StorageDriver): StorageDriver {
  return replace(driver, 'tables.load', () => async (request, call) => {
    const { bucket, table, mode } = request
    if (mode === 'replace') await tables(driver).delete({ bucket, table, filter: matchAll, limit: undefined }, call)
    const total = { inserted: 0, updated: 0, ids: undefined }
    for await (const batch of request.batches) {
      call.signal.throwIfAborted()
      const insert = { bucket, table, mode: mode === 'upsert' ? mode : ('append' as const), batch }
      const counts = await tables(driver).insert(insert, call)
      total.inserted += counts.inserted
      total.updated += counts.updated ?? 0
      request.onProgress(total.inserted + total.updated)
    }
    return total
  })
}

async function* untilFailure(batches: AsyncIterable<RowBatch>): AsyncGenerator<RowBatch> {
  try {
    yield* batches
  } catch {
    // What came is taken for all.
  }
}

// oxlint-disable-next-line typescript/require-await -- batches come as an asynchronous iterable
async function* fromArray(batches: readonly RowBatch[]): AsyncGenerator<RowBatch> {
  yield* batches
}

function loadInMode(
  driver: StorageDriver,
  asked: LoadRowsRequest['mode'],
  done: LoadRowsRequest['mode'],
): StorageDriver {
  return replace(driver, 'tables.load', (load) => async (request, call) => {
    const isKeyed = (await tables(driver).get(request, call)).primaryKey.length > 0
    const mode = done === 'upsert' && !isKeyed ? 'append' : done
    return load(request.mode === asked ? { ...request, mode } : request, call)
  })
}

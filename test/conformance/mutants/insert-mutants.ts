import type { WriteCounts } from '@stowage/core'
import {
  batchToRows,
  type InsertRowsRequest,
  type StorageDriver,
  StorageError,
  type TableDriver,
  toBatch,
} from '@stowage/core/driver'
import { changeResults, type Mutant, replace } from './mutant.ts'
import { everything, tables } from './table-calls.ts'

/** Lies about inserting rows. */
export const insertMutants: readonly Mutant[] = [
  {
    name: 'an append replaces rows whose key is taken',
    breaks: 'All inserts are upserts.',
    caughtBy: ['inserts/key-taken'],
    make: (driver) =>
      replace(driver, 'tables.insert', (insert) => async (request, call) => {
        const keyed = (await tables(driver).get(request, call)).primaryKey.length > 0
        return insert(keyed ? { ...request, mode: 'upsert' } : request, call)
      }),
  },
  {
    name: 'an append skips rows whose key is taken',
    breaks: 'Conflicts are ignored, and nobody hears of the rows that are not in.',
    caughtBy: ['inserts/key-taken'],
    make: (driver) =>
      replace(driver, 'tables.insert', (insert) => async (request, call) => {
        try {
          return await insert(request, call)
        } catch (error) {
          if (!StorageError.is(error, 'conflict')) throw error
          return { inserted: 0, updated: 0, ids: undefined }
        }
      }),
  },
  {
    name: 'an upsert merges into the old row',
    breaks: 'Fields that the new row lacks stay.',
    caughtBy: ['inserts/upsert-whole-row'],
    make: (driver) => mergeUpserts(driver),
  },
  {
    name: 'an upsert counts everything as inserted',
    breaks: 'The number of rows sent is given back.',
    caughtBy: ['inserts/upsert'],
    make: (driver) =>
      changeResults(driver, ['tables.insert'], (_: WriteCounts, { batch }: InsertRowsRequest) => ({
        inserted: batch.rows.length,
        updated: 0,
        ids: undefined,
      })),
  },
  {
    name: 'a batch goes in up to its bad row',
    breaks: 'Rows are sent one by one, though the record promises that all or none go in.',
    caughtBy: ['inserts/bad-row'],
    make: (driver) => replace(driver, 'tables.insert', insertOneByOne),
  },
  {
    name: 'a bad row is left out',
    breaks: 'Rows that break the schema are skipped without a word.',
    caughtBy: ['inserts/bad-row'],
    make: (driver) => replace(driver, 'tables.insert', skipBadRows),
  },
  {
    name: 'a bad row is not named',
    breaks: 'The details of the refusal are lost.',
    caughtBy: ['inserts/bad-row'],
    make: (driver) =>
      replace(driver, 'tables.insert', (insert) => async (request, call) => {
        try {
          return await insert(request, call)
        } catch (error) {
          if (!StorageError.is(error, 'invalid-argument')) throw error
          throw new StorageError({ code: 'invalid-argument', message: error.message })
        }
      }),
  },
]

function mergeUpserts(driver: StorageDriver): StorageDriver {
  return replace(driver, 'tables.insert', (insert) => async (request, call) => {
    if (request.mode === 'append') return insert(request, call)
    const { primaryKey } = await tables(driver).get(request, call)
    const old = batchToRows((await tables(driver).find(everything(request), call)).batch)
    const merged = batchToRows(request.batch).map((row) => ({
      ...old.find((other) => primaryKey.every((name) => other[name] === row[name])),
      ...row,
    }))
    return insert({ ...request, batch: toBatch(merged) }, call)
  })
}

function insertOneByOne(insert: TableDriver['insert']): TableDriver['insert'] {
  return async (request, call) => {
    const { columns, rows } = request.batch
    const total = { inserted: 0, updated: 0, ids: undefined }
    for (const [index, row] of rows.entries()) {
      try {
        const counts = await insert({ ...request, batch: { columns, rows: [row] } }, call)
        total.inserted += counts.inserted
        total.updated += counts.updated ?? 0
      } catch (error) {
        if (!StorageError.is(error)) throw error
        const { code, message, details } = error
        throw new StorageError({ code, message, details: { ...details, row: index } })
      }
    }
    return total
  }
}

function skipBadRows(insert: TableDriver['insert']): TableDriver['insert'] {
  return async (request, call) => {
    try {
      return await insert(request, call)
    } catch (error) {
      const row = StorageError.is(error, 'invalid-argument') ? error.details['row'] : undefined
      if (typeof row !== 'number') throw error
      const rows = request.batch.rows.toSpliced(row, 1)
      return skipBadRows(insert)({ ...request, batch: { ...request.batch, rows } }, call)
    }
  }
}

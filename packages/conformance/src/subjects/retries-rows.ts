import assert from 'node:assert/strict'
import { interceptDriver, type Layer, type OperationName, retryLayer } from '@stowage/core/driver'
import { type Check, check, type Need } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { findNeeds } from './filters-truth.ts'
import {
  attemptsOf,
  expectCode,
  expectUnknown,
  retryingStorage,
  rowsOf,
  sameTable,
  writeFaults,
} from './retried-calls.ts'
import { rowIds } from './row-matches.ts'
import { oneRequest, type WordRow, wordRows, wordTable } from './word-rows.ts'

const keyedColumns = { row_id: 'string', half: 'string', word: 'string' } as const
const updateNeeds: readonly Need[] = [...findNeeds, 'tables.update', 'semantics.keepsTypes']

/** The operation that writes the rows of a load: core inserts them where the backend has no loads of its own. */
function loadOperation({ capabilities }: CheckContext): 'tables.load' | 'tables.insert' {
  return capabilities.operations['tables.load']?.kind === 'emulated' ? 'tables.insert' : 'tables.load'
}

/** Whether an operation was sent in a form that must not be repeated: where core emulates it, it may go by key, or not at all. */
function wasUnsafe({ log }: CheckContext, operation: OperationName): boolean {
  return log.calls.some((call) => call.operation === operation && call.operationClass === 'unsafe')
}

/** Lets no request carry more than so many rows. */
function cutInserts(rowsPerInsert: number): Layer {
  return (driver) => {
    const { capabilities } = driver
    const limits = { ...capabilities.limits, rowsPerInsert }
    return interceptDriver(driver, (call, next) => next(call), { capabilities: { ...capabilities, limits } })
  }
}

/** Appends, which are never sent twice. */
const appendChecks: readonly Check[] = [
  check(
    'retries/append-lost',
    'an append whose answer was lost is never sent again and ends as outcome-unknown, its rows there once',
    { needs: findNeeds, faults: ['status-after'] },
    async (context) => {
      const { table, rows } = await wordTable(context, 5)
      const same = sameTable(retryingStorage(context), table)
      const more = oneRequest(context, wordRows(8).slice(5))
      for (const status of [503, 500]) {
        await context.inject({ kind: 'status-after', operation: 'tables.insert', status })
        expectUnknown(await attemptsOf(context, 'tables.insert', () => same.insert(more)))
      }
      assert.deepEqual(rowIds(await rowsOf(table)), rowIds([...rows, ...more, ...more]))
    },
  ),
  check(
    'retries/append-unanswered',
    'an append that fails without an answer is sent again only where it surely was not applied',
    { needs: findNeeds, faults: ['status-before'] },
    async (context) => {
      const { table } = await wordTable(context, 5)
      const same = sameTable(retryingStorage(context), table)
      await context.inject({ kind: 'status-before', operation: 'tables.insert', status: 503 })
      const outcome = await attemptsOf(context, 'tables.insert', () =>
        same.insert({ row_id: 'new', half: 'n', word: 'n' }),
      )
      const copies = (await rowsOf(table)).filter((row) => row['row_id'] === 'new').length
      if (outcome.error !== undefined) expectUnknown(outcome)
      assert.equal(copies, outcome.error === undefined ? 1 : 0)
    },
  ),
  check(
    'retries/append-limited',
    'an append that is refused for its rate is repeated, lands once, and its receipt counts the repetitions',
    { needs: findNeeds, faults: ['status-before'] },
    async (context) => {
      const { table } = await wordTable(context, 5)
      const same = sameTable(retryingStorage(context), table)
      await context.inject({ kind: 'status-before', operation: 'tables.insert', status: 429, times: 2 })
      const { inserted, receipt } = await same.insert({ row_id: 'new', half: 'n', word: 'n' })
      assert.deepEqual([inserted, receipt.retries], [1, 2])
      assert.equal((await rowsOf(table)).filter((row) => row['row_id'] === 'new').length, 1)
    },
  ),
  check(
    'retries/append-part-lost',
    'when the answer to one part of a large append is lost, the error says which rows are in, in doubt and not sent',
    { needs: findNeeds, faults: ['status-after'] },
    async (context) => {
      const { table } = await wordTable(context, 1)
      const storage = context.openStorage([cutInserts(3), retryLayer({ maxAttempts: 3, baseDelayMs: 2 })])
      const rows = wordRows(11).slice(1)
      const insert = sameTable(storage, table).insert(rows.slice(0, 3))
      await insert
      await context.inject({ kind: 'status-after', operation: 'tables.insert', status: 503 })
      const { error, attempts } = await attemptsOf(context, 'tables.insert', () =>
        sameTable(storage, table).insert(rows.slice(3)),
      )
      expectCode(error, 'outcome-unknown')
      assert.deepEqual([attempts, error?.applied], [1, 'unknown'])
      assert.deepEqual(error?.details['failed'], { start: 0, end: 3, outcome: 'unknown' })
      assert.deepEqual(error?.details['notAttempted'], { start: 3, end: 7 })
      assert.deepEqual(rowIds(await rowsOf(table)), rowIds(wordRows(7)), 'rows 0 to 2 once, the others not at all')
    },
  ),
  check(
    'retries/append-not-asked',
    'without the layer, a driver does not send an append again by itself',
    { needs: findNeeds, faults: ['status-after'] },
    async (context) => {
      const { table } = await wordTable(context, 5)
      await context.inject({ kind: 'status-after', operation: 'tables.insert', status: 503 })
      const { error } = await attemptsOf(context, 'tables.insert', () =>
        table.insert({ row_id: 'new', half: 'n', word: 'n' }),
      )
      expectCode(error, 'unavailable', 'outcome-unknown', 'timeout')
      assert.notEqual(error?.applied, 'no', 'the error says that nothing was applied, and the row is there')
      assert.equal((await rowsOf(table)).filter((row) => row['row_id'] === 'new').length, 1)
    },
  ),
]

/** Writes that come to the same when they are repeated. */
const idempotentChecks: readonly Check[] = [
  check(
    'retries/upsert-lost',
    'an upsert whose answer was lost is repeated and lands once',
    { needs: [...findNeeds, 'tables.upsert'], faults: ['status-after'] },
    async (context) => {
      const rows = oneRequest(context, wordRows(5))
      const table = await context.table({ columns: keyedColumns, primaryKey: ['row_id'] })
      await table.insert(rows.slice(0, 3))
      const same = sameTable(retryingStorage(context), table)
      await context.inject({ kind: 'status-after', operation: 'tables.insert', status: 503, times: 2 })
      const { value, attempts } = await attemptsOf(context, 'tables.insert', () =>
        same.insert(rows, { mode: 'upsert' }),
      )
      assert.deepEqual([attempts, value?.receipt.retries], [3, 2])
      assert.deepEqual(rowIds(await rowsOf(table)), rowIds(rows))
    },
  ),
  check(
    'retries/upsert-limit',
    'an upsert whose answers are all lost ends with `applied: unknown` after the last attempt',
    { needs: [...findNeeds, 'tables.upsert'], faults: ['status-after'] },
    async (context) => {
      const table = await context.table({ columns: keyedColumns, primaryKey: ['row_id'] })
      const rows = oneRequest(context, wordRows(3))
      await table.insert(rows[0] as WordRow)
      const same = sameTable(retryingStorage(context), table)
      await context.inject({ kind: 'status-after', operation: 'tables.insert', status: 503, times: 50 })
      const { error, attempts } = await attemptsOf(context, 'tables.insert', () =>
        same.insert(rows, { mode: 'upsert' }),
      )
      assert.deepEqual([attempts, error?.applied], [3, 'unknown'])
      assert.deepEqual(rowIds(await rowsOf(table)), rowIds(rows))
    },
  ),
  check(
    'retries/delete-lost',
    'a delete without a limit whose answer was lost is repeated: what matches is gone, the rest is there',
    { needs: [...findNeeds, 'tables.delete'], faults: ['status-after'] },
    async (context) => {
      const rows = wordRows(20)
      const table = await context.table({ columns: keyedColumns, primaryKey: ['row_id'] }, rows)
      const same = sameTable(retryingStorage(context), table)
      await context.inject({ kind: 'status-after', operation: 'tables.delete', status: 503 })
      const { error, attempts } = await attemptsOf(context, 'tables.delete', () => same.delete({ word: 'fig' }))
      assert.deepEqual([error, attempts], [undefined, 2])
      assert.deepEqual(rowIds(await rowsOf(table)), rowIds(rows.filter(({ word }) => word !== 'fig')))
    },
  ),
  check(
    'retries/set-lost',
    'an update that only sets fields its filter does not look at is repeated when its answer was lost',
    { needs: [...findNeeds, 'tables.update'], faults: ['status-after'] },
    async (context) => {
      const table = await context.table({ columns: keyedColumns, primaryKey: ['row_id'] }, wordRows(10))
      const same = sameTable(retryingStorage(context), table)
      await context.inject({ kind: 'status-after', operation: 'tables.update', status: 503 })
      await same.update({ row_id: { $lt: 'r000005' } }, { $set: { word: 'oak' } })
      assert.equal((await rowsOf(table)).filter(({ word }) => word === 'oak').length, 5)
    },
  ),
]

/** Writes that would come to more when they were repeated. */
const unsafeChecks: readonly Check[] = [
  check(
    'retries/increment-lost',
    'an addition whose answer was lost is never made twice',
    { needs: updateNeeds, faults: ['status-after'] },
    async (context) => {
      const columns = { row_id: 'string', total: 'number' } as const
      const table = await context.table({ columns, primaryKey: ['row_id'] }, [{ row_id: 'k', total: 0 }])
      const same = sameTable(retryingStorage(context), table)
      await context.inject({ kind: 'status-after', operation: 'tables.update', status: 503 })
      const outcome = await attemptsOf(context, 'tables.update', () =>
        same.update({ row_id: 'k' }, { $inc: { total: 1 } }),
      )
      if (wasUnsafe(context, 'tables.update')) expectUnknown(outcome)
      assert.deepEqual(await rowsOf(table), [{ row_id: 'k', total: 1 }])
    },
  ),
  check(
    'retries/push-lost',
    'an element whose answer was lost is never appended twice',
    { needs: updateNeeds, faults: ['status-after'] },
    async (context) => {
      const columns = { row_id: 'string', list: 'array' } as const
      const table = await context.table({ columns, primaryKey: ['row_id'] }, [{ row_id: 'k', list: ['a'] }])
      const same = sameTable(retryingStorage(context), table)
      await context.inject({ kind: 'status-after', operation: 'tables.update', status: 503 })
      const outcome = await attemptsOf(context, 'tables.update', () =>
        same.update({ row_id: 'k' }, { $push: { list: 'b' } }),
      )
      if (wasUnsafe(context, 'tables.update')) expectUnknown(outcome)
      assert.deepEqual(await rowsOf(table), [{ row_id: 'k', list: ['a', 'b'] }])
    },
  ),
  check(
    'retries/delete-limit-lost',
    'a delete with a limit whose answer was lost never deletes past the limit',
    { needs: [...findNeeds, 'tables.delete', 'tables.deleteLimit'], faults: ['status-after'] },
    async (context) => {
      const table = await context.table({ columns: keyedColumns, primaryKey: ['row_id'] }, wordRows(20))
      const same = sameTable(retryingStorage(context), table)
      await context.inject({ kind: 'status-after', operation: 'tables.delete', status: 503 })
      const outcome = await attemptsOf(context, 'tables.delete', () =>
        same.delete({ row_id: { $gte: 'r' } }, { limit: 5 }),
      )
      if (wasUnsafe(context, 'tables.delete')) expectUnknown(outcome)
      assert.equal((await rowsOf(table)).length, 15)
    },
  ),
  check(
    'retries/load-lost',
    'an appending load whose answer was lost is never sent again, its rows there once',
    { needs: [...findNeeds, 'tables.get', 'tables.load'], faults: ['status-after'] },
    async (context) => {
      const { table } = await wordTable(context, 3)
      const same = sameTable(retryingStorage(context), table)
      const operation = loadOperation(context)
      await context.inject({ kind: 'status-after', operation, status: 503 })
      expectUnknown(await attemptsOf(context, operation, () => same.load(wordRows(8).slice(3))))
      assert.deepEqual(rowIds(await rowsOf(table)), rowIds(wordRows(8)))
    },
  ),
  check(
    'retries/load-source',
    'a load reads its source once, whatever fails, and its rows are there once or not at all',
    { needs: [...findNeeds, 'tables.get', 'tables.load'], faults: ['status-before', 'status-after'] },
    async (context) => {
      for (const { kind, status } of writeFaults) {
        const { table } = await wordTable(context, 3)
        let readings = 0
        async function* source(): AsyncGenerator<WordRow, void, undefined> {
          readings += 1
          yield* wordRows(8).slice(3)
        }
        const same = sameTable(retryingStorage(context), table)
        const operation = loadOperation(context)
        await context.inject({ kind, operation, status })
        const { error, attempts } = await attemptsOf(context, operation, () => same.load(source()))
        const ids = rowIds(await rowsOf(table))
        const words = `${kind} ${status}, ${attempts} attempts, ${error?.code ?? 'success'}`
        assert.ok(readings <= 1, `the source was read ${readings} times: ${words}`)
        assert.ok(ids.length === 3 || ids.length === 8, `${ids.length} rows: ${words}`)
        if (error === undefined) assert.equal(ids.length, 8, words)
        if (error?.applied === 'no') assert.equal(ids.length, 3, words)
      }
    },
  ),
]

/** Writes of rows whose answers are lost. */
export const retriedRowChecks: readonly Check[] = [...appendChecks, ...idempotentChecks, ...unsafeChecks]

import assert from 'node:assert/strict'
import { type Check, check } from '../check.ts'
import { collect } from '../expectation.ts'
import { findNeeds } from './filters-truth.ts'
import { attemptsOf, expectCode, retryingStorage, rowsOf, sameTable } from './retried-calls.ts'
import { rowIds } from './row-matches.ts'
import { wordTable } from './word-rows.ts'

/** Reads, which may be repeated freely. */
export const retriedReadChecks: readonly Check[] = [
  check(
    'retries/find',
    'a find that fails is repeated, gives each row once, and its receipt counts the repetitions',
    { needs: findNeeds, faults: ['status-before'] },
    async (context) => {
      const { table, rows } = await wordTable(context, 30)
      for (const status of [503, 500, 429]) {
        const cursor = sameTable(retryingStorage(context), table).find({}, { sort: { row_id: 1 } })
        await context.inject({ kind: 'status-before', operation: 'tables.find', status, times: 2 })
        assert.deepEqual(await collect(cursor), rows, `after status ${status}`)
        assert.equal(cursor.receipt.retries, 2, `retries after status ${status}`)
      }
    },
  ),
  check(
    'retries/find-lost-page',
    'a page whose answer is lost is asked for again: no row is missing or doubled',
    { needs: findNeeds, faults: ['status-after'] },
    async (context) => {
      const { table, rows } = await wordTable(context, 30)
      const found = []
      for await (const row of sameTable(retryingStorage(context), table).find({}, { pageSize: 5 })) {
        found.push(row)
        if (found.length % 10 === 5)
          await context.inject({ kind: 'status-after', operation: 'tables.find', status: 503 })
      }
      assert.equal(found.length, rows.length)
      assert.deepEqual(rowIds(found), rowIds(rows))
    },
  ),
  check(
    'retries/count',
    'a count that fails is repeated, and its receipt counts the repetitions',
    { needs: ['tables.create', 'tables.insert', 'tables.count'], faults: ['status-before'] },
    async (context) => {
      const { table } = await wordTable(context, 30)
      const isNative = context.capabilities.operations['tables.count']?.kind === 'native'
      const operation = isNative ? 'tables.count' : 'tables.find'
      await context.inject({ kind: 'status-before', operation, status: 503, times: 2 })
      const { count, receipt } = await sameTable(retryingStorage(context), table).count()
      assert.deepEqual([count, receipt.retries], [30, 2])
    },
  ),
  check(
    'retries/read-file',
    'a file read that fails is repeated and gives all bytes',
    { needs: ['files.write', 'files.read'], faults: ['status-before'] },
    async (context) => {
      const area = await context.files()
      const content = 'some bytes '.repeat(5000)
      await area.file('read').put(content)
      const bucket = retryingStorage(context).bucket(area.bucket.name)
      await context.inject({ kind: 'status-before', operation: 'files.read', status: 503, times: 2 })
      const { value, attempts } = await attemptsOf(context, 'files.read', () =>
        bucket.file(`${area.prefix}read`).text(),
      )
      assert.equal(value, content)
      assert.equal(attempts, 3)
    },
  ),
  check(
    'retries/list-files',
    'a listing whose pages fail is repeated: no entry is missing or doubled',
    { needs: ['files.write', 'files.list'], faults: ['status-before'] },
    async (context) => {
      const area = await context.files()
      const keys = Array.from({ length: 12 }, (_, index) => `key-${String(index).padStart(2, '0')}`)
      for (const key of keys) await area.file(key).put(key)
      const bucket = retryingStorage(context).bucket(area.bucket.name)
      const listed: string[] = []
      for await (const entry of bucket.files({ prefix: area.prefix, pageSize: 3 })) {
        listed.push(area.nameOf(entry))
        if (listed.length % 6 === 3)
          await context.inject({ kind: 'status-before', operation: 'files.list', status: 503 })
      }
      assert.deepEqual(listed, keys)
    },
  ),
  check(
    'retries/limit',
    'repeating stops at the limit: the last failure comes out, and the receipt says how many repetitions there were',
    { needs: findNeeds, faults: ['status-before'] },
    async (context) => {
      const { table } = await wordTable(context, 5)
      const cursor = sameTable(retryingStorage(context), table).find()
      await context.inject({ kind: 'status-before', operation: 'tables.find', status: 503, times: 50 })
      const { error, attempts } = await attemptsOf(context, 'tables.find', () => collect(cursor))
      expectCode(error, 'unavailable')
      assert.deepEqual([attempts, cursor.receipt.retries, error?.retryable], [3, 2, true])
    },
  ),
  check(
    'retries/not-asked',
    'without the layer no call is repeated, neither by core nor by the driver itself',
    { needs: findNeeds, faults: ['status-before'] },
    async (context) => {
      const { table } = await wordTable(context, 5)
      await context.inject({ kind: 'status-before', operation: 'tables.find', status: 503 })
      const { error, attempts } = await attemptsOf(context, 'tables.find', () => rowsOf(table))
      expectCode(error, 'unavailable')
      assert.equal(attempts, 1)
      assert.equal((await rowsOf(table)).length, 5, 'the fault outlived its one call')
    },
  ),
  check(
    'retries/not-retryable',
    'what fails for good is not repeated: not-found, already-exists, invalid-argument',
    { needs: [...findNeeds, 'tables.get'] },
    async (context) => {
      const { table } = await wordTable(context, 5)
      const storage = retryingStorage(context)
      const missing = storage.bucket(table.bucketName).table(context.newTableName())
      const reading = await attemptsOf(context, 'tables.find', () => rowsOf(missing))
      const looking = await attemptsOf(context, 'tables.get', () => missing.info())
      const creating = await attemptsOf(context, 'tables.create', () =>
        sameTable(storage, table).create({ columns: { row_id: 'string' } }),
      )
      const writing = await attemptsOf(context, 'tables.insert', () => missing.insert({ row_id: 'r' }))
      expectCode(reading.error, 'not-found')
      expectCode(looking.error, 'not-found')
      expectCode(creating.error, 'already-exists')
      expectCode(writing.error, 'not-found')
      const attempts = [reading, looking, creating, writing].map((one) => one.attempts)
      assert.ok(
        attempts.every((count) => count <= 1),
        `attempts: ${attempts.join(', ')}`,
      )
    },
  ),
]

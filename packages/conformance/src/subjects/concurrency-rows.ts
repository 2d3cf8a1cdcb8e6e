import assert from 'node:assert/strict'
import type { Row, Table } from '@stowage/core'
import { type Check, check, type Need } from '../check.ts'
import { collect } from '../expectation.ts'
import { findNeeds } from './filters-truth.ts'
import { expectOneWinner, inParallel } from './parallel-calls.ts'
import { rowIds } from './row-matches.ts'
import { wordRows } from './word-rows.ts'

const updateNeeds: readonly Need[] = [...findNeeds, 'tables.update', 'semantics.atomicWrites', 'semantics.keepsTypes']

async function idsOf(table: Table): Promise<string[]> {
  return rowIds(await collect(table.find()))
}

/** Writers of rows at once. */
export const parallelRowChecks: readonly Check[] = [
  check(
    'concurrency/inserts',
    'rows inserted by many callers at once are all there, each once',
    { needs: findNeeds },
    async (context) => {
      const table = await context.table({ columns: { row_id: 'string', half: 'string', word: 'string' } })
      const rows = wordRows(120)
      const counts = await inParallel(24, (index) => table.insert(rows.slice(index * 5, index * 5 + 5)))
      assert.deepEqual(await idsOf(table), rowIds(rows))
      assert.ok(counts.done.every(({ value }) => value.inserted === 5))
    },
  ),
  check(
    'concurrency/upserts',
    'of upserts of one row at once, one stands, whole, and the row is there once',
    { needs: [...findNeeds, 'tables.upsert'] },
    async (context) => {
      const columns = { row_id: 'string', left: 'string', right: 'string' } as const
      const table = await context.table({ columns, primaryKey: ['row_id'] })
      await table.insert({ row_id: 'k', left: 'v', right: 'v' })
      for (let round = 0; round < 5; round++) {
        const make = (index: number): Row => ({ row_id: 'k', left: `v${round}-${index}`, right: `v${round}-${index}` })
        const { done } = await inParallel(16, (index) => table.insert(make(index), { mode: 'upsert' }), 'conflict')
        const [row, ...more] = await collect(table.find())
        assert.equal(more.length, 0, 'the row is there more than once')
        const written = done.map(({ index }) => make(index))
        const isWhole = written.some((one) => one['left'] === row?.['left'] && one['right'] === row?.['right'])
        assert.ok(isWhole, `${JSON.stringify(row)} is none of the rows that were written`)
      }
    },
  ),
  check(
    'concurrency/same-key',
    'of appends of one key at once, exactly one succeeds, and the others fail with conflict',
    { needs: findNeeds },
    async (context) => {
      const columns = { row_id: 'string', word: 'string' } as const
      const table = await context.table({ columns, primaryKey: ['row_id'] })
      for (let round = 0; round < 5; round++) {
        const make = (index: number): Row => ({ row_id: `k${round}`, word: `w${index}` })
        const winner = await expectOneWinner((index) => table.insert(make(index)), 'conflict')
        assert.deepEqual(await collect(table.find({ row_id: `k${round}` })), [make(winner)])
      }
    },
  ),
  check(
    'concurrency/increments',
    'numbers added to one field at once all count',
    { needs: updateNeeds },
    async (context) => {
      const columns = { row_id: 'string', total: 'number' } as const
      const table = await context.table({ columns, primaryKey: ['row_id'] }, [{ row_id: 'k', total: 0 }])
      const add = (index: number): ReturnType<Table['update']> =>
        table.update({ row_id: 'k' }, { $inc: { total: index + 1 } })
      const { done } = await inParallel(25, add, 'conflict')
      const expected = done.reduce((sum, { index }) => sum + index + 1, 0)
      assert.equal((await collect(table.find()))[0]?.['total'], expected, 'an addition was lost or doubled')
    },
  ),
  check(
    'concurrency/fields',
    'fields of one row set by many callers at once are all set',
    { needs: updateNeeds },
    async (context) => {
      const names = Array.from({ length: 12 }, (_, index) => `f${index}`)
      const columns = Object.fromEntries(['row_id', ...names].map((name) => [name, 'string' as const]))
      const empty = Object.fromEntries(names.map((name) => [name, 'old']))
      const table = await context.table({ columns, primaryKey: ['row_id'] }, [{ row_id: 'k', ...empty }])
      const set = (index: number): ReturnType<Table['update']> =>
        table.update({ row_id: 'k' }, { $set: { [`f${index}`]: `new${index}` } })
      await inParallel(names.length, set)
      const expected = Object.fromEntries(names.map((name, index) => [name, `new${index}`]))
      assert.deepEqual(await collect(table.find()), [{ row_id: 'k', ...expected }])
    },
  ),
  check(
    'concurrency/deletes',
    'rows deleted by many callers at once are counted once, and others stay',
    { needs: [...findNeeds, 'tables.delete'] },
    async (context) => {
      const columns = { row_id: 'string', half: 'string', word: 'string' } as const
      const rows = wordRows(100)
      const table = await context.table({ columns, primaryKey: ['row_id'] }, rows)
      const { done } = await inParallel(8, () => table.delete({ word: { $in: ['fig', 'elm'] } }), 'conflict')
      const left = rows.filter(({ word }) => word !== 'fig' && word !== 'elm')
      const deleted = done.reduce((sum, { value }) => sum + value.deleted, 0)
      assert.deepEqual(await idsOf(table), rowIds(left))
      assert.equal(deleted, rows.length - left.length, 'the counts of all callers together')
    },
  ),
  check(
    'concurrency/delete-limits',
    'deletes with a limit at once delete no more than they say',
    { needs: [...findNeeds, 'tables.delete', 'tables.deleteLimit'] },
    async (context) => {
      const columns = { row_id: 'string', half: 'string', word: 'string' } as const
      const table = await context.table({ columns, primaryKey: ['row_id'] }, wordRows(100))
      const { done } = await inParallel(6, () => table.delete({ row_id: { $gte: 'r' } }, { limit: 10 }), 'conflict')
      assert.ok(
        done.every(({ value }) => value.deleted <= 10),
        'a delete went past its limit',
      )
      const deleted = done.reduce((sum, { value }) => sum + value.deleted, 0)
      assert.equal((await idsOf(table)).length, 100 - deleted)
    },
  ),
  check(
    'concurrency/loads',
    'loads into one table at once are each there whole',
    { needs: ['tables.create', 'tables.get', 'tables.load', 'tables.find'] },
    async (context) => {
      const bucket = await context.bucket()
      const table = bucket.table(context.newTableName())
      await table.create({ columns: { row_id: 'string', half: 'string', word: 'string' } })
      const rows = wordRows(400)
      const { done } = await inParallel(
        4,
        (index) => table.load(rows.slice(index * 100, index * 100 + 100)),
        'conflict',
      )
      const loaded = done.flatMap(({ index }) => rows.slice(index * 100, index * 100 + 100))
      assert.ok(done.length > 0, 'no load succeeded')
      assert.deepEqual(await idsOf(table), rowIds(loaded))
    },
  ),
  check(
    'concurrency/many-rows',
    '64 small calls at once each get their own answer',
    { needs: [...findNeeds, 'tables.count'], timeoutMs: 60_000 },
    async (context) => {
      const rows = wordRows(64)
      const table = await context.table({ columns: { row_id: 'string', half: 'string', word: 'string' } }, rows)
      const got = await inParallel(64, (index) => table.get({ row_id: rows[index]?.row_id ?? '' }))
      for (const { index, value } of got.done) assert.deepEqual(value, rows[index])
      const counted = await inParallel(64, (index) => table.count({ row_id: { $lt: rows[index]?.row_id ?? '' } }))
      for (const { index, value } of counted.done) assert.equal(value.count, index)
      const found = await inParallel(64, (index) =>
        collect(table.find({}, { sort: { row_id: 1 }, limit: index, pageSize: 5 })),
      )
      for (const { index, value } of found.done) assert.deepEqual(value, rows.slice(0, index))
    },
  ),
]

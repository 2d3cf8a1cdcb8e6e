import assert from 'node:assert/strict'
import type { Row } from '@stowage/core'
import { type Check, check } from '../check.ts'
import { collect, expectError } from '../expectation.ts'
import { findNeeds } from './filters-truth.ts'
import { wordRows, wordTable } from './word-rows.ts'

/** How rows are read: row by row, in batches, only the first, not at all. */
export const cursorChecks: readonly Check[] = [
  check(
    'find/batches',
    'reading by batch gives the rows that reading row by row gives, and no empty batch',
    { needs: findNeeds },
    async (context) => {
      const { table } = await wordTable(context, 100)
      const byRow = await collect(table.find({ word: { $ne: 'fig' } }, { pageSize: 7 }))
      const batches = await collect(table.find({ word: { $ne: 'fig' } }, { pageSize: 7 }).batches())
      assert.ok(
        batches.every((batch) => batch.length > 0),
        'a batch is empty',
      )
      assert.deepEqual(batches.flat(), byRow)
      assert.deepEqual(await table.find({ word: { $ne: 'fig' } }).toArray(), byRow)
    },
  ),
  check(
    'find/lazy',
    'nothing is sent before the first row is asked for, and then no more than is read',
    { needs: findNeeds },
    async (context) => {
      const { table } = await wordTable(context, 33)
      const finds = (): number => context.log.operations.filter((operation) => operation === 'tables.find').length
      const calls = context.log.calls.length
      const cursor = table.find({}, { pageSize: 5 })
      assert.equal(context.log.calls.length, calls, 'making a cursor sent something')
      const rows = cursor[Symbol.asyncIterator]()
      await rows.next()
      assert.ok(finds() <= 2, `${finds()} pages were fetched for the first row`)
      await rows.return?.()
      const stopped = finds()
      assert.deepEqual(await rows.next(), { value: undefined, done: true })
      assert.equal(finds(), stopped, 'a cursor that was left fetched more')
    },
  ),
  check(
    'find/early-stop',
    'leaving a loop early releases what it held: the table can be written, read and dropped',
    { needs: [...findNeeds, 'tables.drop'] },
    async (context) => {
      const bucket = await context.bucket()
      const table = bucket.table(context.newTableName())
      await table.create({ columns: { row_id: 'string', half: 'string', word: 'string' } })
      await table.insert(wordRows(50))
      for (let round = 0; round < 20; round++) {
        let seen = 0
        for await (const _ of table.find({}, { pageSize: 7 })) {
          seen += 1
          if (seen === 1 + round) break
        }
        assert.equal(seen, 1 + round)
      }
      await table.insert({ row_id: 'x', half: 'x', word: 'x' })
      assert.equal((await collect(table.find())).length, 51)
      await table.drop()
    },
  ),
  check('find/once', 'a cursor is read once: the second reading is refused', { needs: findNeeds }, async (context) => {
    const { table } = await wordTable(context, 5)
    const cursor = table.find()
    assert.equal((await collect(cursor)).length, 5)
    await expectError(() => collect(cursor), 'invalid-argument')
    await expectError(() => cursor.first(), 'invalid-argument')
  }),
  check(
    'find/first',
    'the first row alone is the first of all, and undefined where there is none',
    { needs: findNeeds },
    async (context) => {
      const { table } = await wordTable(context, 33)
      const sort = { row_id: -1 } as const
      assert.equal((await table.find({}, { sort }).first())?.['row_id'], 'r000032')
      assert.equal((await table.find({}, { sort, offset: 2 }).first())?.['row_id'], 'r000030')
      assert.deepEqual(await table.find().first(), (await collect(table.find()))[0])
      assert.equal(await table.find({ word: 'oak' }).first(), undefined)
      assert.equal(await table.find({}, { limit: 0 }).first(), undefined)
    },
  ),
  check(
    'find/interleaved',
    'two cursors read in turns do not disturb each other',
    { needs: findNeeds },
    async (context) => {
      const { table, rows } = await wordTable(context, 40)
      const cursors = [
        table.find({}, { sort: { row_id: 1 }, pageSize: 3 })[Symbol.asyncIterator](),
        table.find({}, { sort: { row_id: -1 }, pageSize: 5 })[Symbol.asyncIterator](),
      ]
      const found: Row[][] = [[], []]
      for (let step = 0; step < rows.length; step++) {
        for (const [index, cursor] of cursors.entries()) {
          const { value } = await cursor.next()
          if (value !== undefined) found[index]?.push(value)
        }
      }
      assert.deepEqual(found, [rows, rows.toReversed()])
    },
  ),
  check(
    'find/abort',
    'an abort between two pages ends the reading with `aborted`',
    { needs: findNeeds },
    async (context) => {
      const { table } = await wordTable(context, 33)
      const abort = new AbortController()
      const seen: (readonly Row[])[] = []
      const read = async (): Promise<void> => {
        for await (const batch of table.find({}, { pageSize: 5, signal: abort.signal }).batches()) {
          seen.push(batch)
          abort.abort()
        }
      }
      await expectError(read(), 'aborted')
      assert.equal(seen.length, 1, 'rows came after the abort')
    },
  ),
  check('find/receipt', 'the receipt of a find counts its requests', { needs: findNeeds }, async (context) => {
    const { table } = await wordTable(context, 33)
    const cursor = table.find({}, { pageSize: 10 })
    assert.equal(cursor.receipt.requests, 0)
    await collect(cursor)
    assert.ok(cursor.receipt.requests >= 1, 'no request was counted')
    assert.deepEqual([cursor.receipt.retries, cursor.receipt.emulated], [0, []])
  }),
]

import { expect, onTestFinished, test } from 'vitest'
import { Database } from './database.ts'

function open(): Database {
  const database = new Database(':memory:', { durability: 'normal' })
  onTestFinished(() => database.close())
  database.raw.exec('CREATE TABLE t (x)')
  return database
}

function rows(database: Database): unknown[] {
  return database.statement('SELECT x FROM t').all() as unknown[]
}

test('statements are compiled once and give arrays', () => {
  const database = open()
  expect(database.statement('SELECT 1, 2')).toBe(database.statement('SELECT 1, 2'))
  expect(database.statement('SELECT 1, 2').get()).toEqual([1, 2])
})

test('ever new statements don’t pile up', () => {
  const database = open()
  const first = database.statement('SELECT 0')
  for (let n = 1; n < 1000; n++) database.statement(`SELECT ${n}`)
  expect(database.statement('SELECT 0')).not.toBe(first)
  expect(database.statement('SELECT 999')).toBe(database.statement('SELECT 999'))
})

test('a transaction is wholly there or not at all, and one inside joins it', () => {
  const database = open()
  database.transaction(() => {
    database.statement('INSERT INTO t VALUES (1)').run()
    database.transaction(() => database.statement('INSERT INTO t VALUES (2)').run())
  })
  expect(rows(database)).toEqual([[1], [2]])
  const failing = () =>
    database.transaction(() => {
      database.transaction(() => database.statement('DELETE FROM t').run())
      throw new Error('no')
    })
  expect(failing).toThrow('no')
  expect(rows(database)).toEqual([[1], [2]])
})

test('a statement that ended the transaction itself leaves the connection usable', () => {
  const database = open()
  database.raw.exec('CREATE UNIQUE INDEX u ON t (x)')
  const failing = () =>
    database.transaction(() => database.statement('INSERT OR ROLLBACK INTO t VALUES (1), (1)').run())
  expect(failing).toThrow('UNIQUE')
  database.transaction(() => database.statement('INSERT INTO t VALUES (3)').run())
  expect(rows(database)).toEqual([[3]])
})

test('closing twice does no harm', () => {
  const database = open()
  database.close()
  expect(() => database.close()).not.toThrow()
})

import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { call, makeDirectory, makeTable, openDriver, TestTable } from './tables-fixture.ts'

const program = path.join(import.meta.dirname, 'share-directory.ts')
const shape = { columns: { id: 'string', n: 'number' }, primaryKey: ['id'] } as const

function run(directory: string, name: string, count: number): Promise<string> {
  const child = spawn(process.execPath, [program, directory, name, String(count)])
  let output = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  child.stderr.on('data', (chunk) => (output += String(chunk)))
  return new Promise((resolve) => child.on('close', () => resolve(output)))
}

test('several processes initialise, write and read one directory', async () => {
  const directory = makeDirectory()
  const running = ['p', 'q', 'r'].map((name) => run(directory, name, 150))
  const driver = await openDriver({ path: directory })
  const table = await makeTable(driver, shape)
  await table.insert([{ id: 'shared', n: 0 }])
  let isDone = false
  const ended = Promise.all(running).then((outputs) => {
    isDone = true
    return outputs
  })
  let last = 0
  while (!isDone) {
    const [shared] = await table.find({ id: 'shared' })
    expect(shared?.['n']).toBeGreaterThanOrEqual(last)
    last = shared?.['n'] as number
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  expect(await ended).toEqual(['done', 'done', 'done'])
  expect(await table.find({ id: 'shared' })).toEqual([{ id: 'shared', n: 450 }])
  expect(await table.count()).toBe(1 + 3 * 150 + 3)
  expect((await driver.tables.get(table.place, call())).rowCount).toBe(454)
})

describe('what one connection does another sees at once', () => {
  const openTwo = async () => {
    const directory = makeDirectory()
    const first = await makeTable(await openDriver({ path: directory }), shape)
    const second = new TestTable(await openDriver({ path: directory }))
    await first.insert([{ id: 'a', n: 1 }])
    expect(await second.find()).toEqual([{ id: 'a', n: 1 }])
    return { directory, first, second }
  }

  test('rows that all were replaced', async () => {
    const { first, second } = await openTwo()
    await first.load('replace', [[{ id: 'b' }]])
    expect(await second.find()).toEqual([{ id: 'b' }])
    await second.insert([{ id: 'c' }])
    await first.load('replace', [[{ id: 'd' }]])
    expect(await second.count({ id: 'd' })).toBe(1)
    expect(await second.update({}, { $set: { n: 2 } })).toMatchObject({ modified: 1 })
  })

  test('a table that was dropped, and one made anew with other columns', async () => {
    const { first, second } = await openTwo()
    await first.driver.tables.drop(first.place, call())
    await expect(second.find()).rejects.toMatchObject({ code: 'not-found' })
    await makeTable(first.driver, { columns: { id: 'number' } })
    await first.insert([{ id: 5 }])
    expect(await second.find()).toEqual([{ id: 5 }])
    await expect(second.insert([{ id: 'a' }])).rejects.toMatchObject({ code: 'invalid-argument' })
  })

  test('a unique key that guards rows from then on', async () => {
    const { first, second } = await openTwo()
    await first.driver.tables.setPrimaryKey({ ...first.place, primaryKey: [] }, call())
    await second.insert([{ id: 'b' }])
    await first.driver.tables.setPrimaryKey({ ...first.place, primaryKey: ['id'] }, call())
    await expect(second.insert([{ n: 1 }])).rejects.toMatchObject({ details: { row: 0, column: 'id' } })
    await expect(second.insert([{ id: 'b' }])).rejects.toMatchObject({ code: 'conflict', details: { row: 0 } })
    expect(await first.count()).toBe(2)
  })

  test('another primary key, and an archived bucket', async () => {
    const { first, second } = await openTwo()
    await first.driver.tables.setPrimaryKey({ ...first.place, primaryKey: [] }, call())
    await expect(second.insert([{ id: 'a' }], 'upsert')).rejects.toMatchObject({ code: 'invalid-argument' })
    await second.insert([{ id: 'a' }])
    await first.driver.buckets.archive({ bucket: 'b', isArchived: true }, call())
    await expect(second.insert([{ id: 'a' }])).rejects.toMatchObject({ code: 'permission-denied' })
  })

  test('a sorted reader goes on correctly after another connection wrote', async () => {
    const { first, second } = await openTwo()
    await first.load('replace', [Array.from({ length: 3000 }, (_, n) => ({ id: `k${n}`, n }))])
    const one = await second.page({}, { sort: { n: 1 }, pageSize: 1000 }, undefined)
    await first.delete({ n: { $in: [1000, 1001] } })
    const two = await second.page({}, { sort: { n: 1 }, pageSize: 1000 }, one.nextPageToken)
    expect(two.rows[0]).toEqual({ id: 'k1002', n: 1002 })
  })

  test('a load that runs is not taken for one that was killed', async () => {
    const { directory, first } = await openTwo()
    const rows = Array.from({ length: 5000 }, (_, n) => ({ id: `k${n}`, n }))
    async function* slow() {
      yield { columns: ['id', 'n'], rows: rows.map(({ id, n }) => [id, n]) }
      expect(fs.readdirSync(path.join(directory, 'locks'))).toHaveLength(1)
      await openDriver({ path: directory })
    }
    expect(await first.load('replace', slow())).toMatchObject({ inserted: 5000 })
  })

  test('a write waits while another connection holds the lock, and fails as retryable when it takes too long', async () => {
    const { first, second } = await openTwo()
    first.driver.native.sqlite?.exec('BEGIN IMMEDIATE')
    second.driver.native.sqlite?.exec('PRAGMA busy_timeout = 20')
    const error: unknown = await second.insert([{ id: 'x' }]).catch((failure: unknown) => failure)
    first.driver.native.sqlite?.exec('ROLLBACK')
    expect(second.driver.explainError?.(error)).toMatchObject({ code: 'unavailable', applied: 'no' })
    await second.insert([{ id: 'x' }])
    expect(await first.count()).toBe(2)
  })
})

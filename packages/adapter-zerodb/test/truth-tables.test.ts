import { isDeepStrictEqual } from 'node:util'
import type { Filter, Row, Table, Update } from '@stowage/core'
import { idleUpdateCases, updateCases, upsertCases } from '@stowage/core/truth-tables'
import { describe, expect, test } from 'vitest'
import { failureOf } from './readings-fixture.ts'
import { startZerodb } from './zerodb-fixture.ts'

/** Where a row or a change has an `_id`, ZeroDB refuses it; the conformance suite has those tables as gaps, whole. */
function namesRowId(value: unknown): boolean {
  return JSON.stringify(value).includes('"_id"')
}

async function openTable(): Promise<Table> {
  const table = (await startZerodb()).open().bucket('default').table('t')
  await table.create({ columns: { id: 'string' }, primaryKey: ['id'] })
  return table
}

describe('the tables of the guide, as far as they name no _id', () => {
  const cases = [...updateCases, ...idleUpdateCases].filter(([row, update]) => !namesRowId([row, update]))

  test('updates', async () => {
    const table = await openTable()
    await table.insert(cases.map(([row], index) => ({ ...row, id: `case ${index}` })))
    expect(cases.length).toBeGreaterThan(50)
    for (const [index, [row, update, result, reason]] of cases.entries()) {
      const work = table.update({ id: `case ${index}` }, update as Update)
      const outcome = await work.then(
        ({ matched, modified, inserted }) => ({ matched, modified, inserted }),
        (error: { readonly code: string }) => error.code,
      )
      const modified = isDeepStrictEqual(row, result) ? 0 : 1
      const expected = result === undefined ? 'invalid-argument' : { matched: 1, modified, inserted: 0 }
      expect({ reason, outcome }).toEqual({ reason, outcome: expected })
    }
    for (const [index, [row, , result]] of cases.entries()) {
      const id = `case ${index}`
      expect(await table.get({ id })).toEqual({ ...(result ?? row), id })
    }
  })

  test('upserts', async () => {
    const table = await openTable()
    for (const [index, [filter, update, row, reason]] of upsertCases.entries()) {
      if (namesRowId([filter, update])) continue
      const id = `case ${index}`
      const work = table.update({ id, ...(filter as Filter) }, update as Update, { upsert: true })
      const outcome = await work.then(
        ({ inserted }) => inserted,
        (error: { readonly code: string }) => error.code,
      )
      expect({ reason, outcome }).toEqual({ reason, outcome: row === undefined ? 'invalid-argument' : 1 })
      expect({ reason, found: await table.get({ id }) }).toEqual({
        reason,
        found: row === undefined ? undefined : { id, ...row },
      })
    }
  })
})

test('undeclared fields may have any name but _id, and none is taken for another', async () => {
  const table = await openTable()
  const names = [
    'a.b',
    '$x',
    '',
    ' ',
    '10',
    '2',
    'é',
    '😀',
    'constructor',
    'toString',
    'length',
    '__v',
    'ID',
    'Id',
  ].filter((name) => name !== '')
  const rows: Row[] = names.map((name, index) => ({ id: `r${index}`, [name]: name }))
  await table.insert(rows)
  for (const row of rows) expect(await table.get({ id: row['id'] as string })).toEqual(row)
})

describe('the row id', () => {
  test('is hidden unless asked for, and can be named where the service evaluates it', async () => {
    const { open } = await startZerodb()
    const table = open().bucket('default').table('t')
    await table.create({ columns: { id: 'string' } })
    const { ids = [] } = await table.insert([{ id: 'a' }, { id: 'b' }])
    const [first = '', second = ''] = ids
    expect(await table.find({ _id: first }).toArray()).toEqual([{ id: 'a' }])
    expect(await table.find({}, { projection: { _id: 1 } }).toArray()).toEqual([{}, {}])
    expect(await table.find({}, { projection: { id: 1, _id: 1 }, sort: { id: 1 } }).toArray()).toEqual([
      { id: 'a' },
      { id: 'b' },
    ])
    expect(await table.delete({ _id: second })).toMatchObject({ deleted: 1 })
    const either = table.find({ $or: [{ _id: first }, { id: 'z' }] }).toArray()
    expect(await failureOf(either)).toMatchObject({ code: 'unsupported', message: expect.stringContaining('rowIds') })
  })

  test('is shown where wanted, as projections say', async () => {
    const { open } = await startZerodb()
    const table = open({ rowIds: 'shown' }).bucket('default').table('t')
    await table.create({ columns: { id: 'string' } })
    const { ids = [] } = await table.insert([{ id: 'a', n: 1 }])
    const [_id = ''] = ids
    const find = (projection?: object): Promise<Row[]> =>
      table.find({}, { projection: projection as Record<string, 1> | undefined }).toArray()
    expect(await find()).toEqual([{ _id, id: 'a', n: 1 }])
    expect(await find({ id: 1 })).toEqual([{ _id, id: 'a' }])
    expect(await find(['id'])).toEqual([{ id: 'a' }])
    expect(await find({ n: 0 })).toEqual([{ _id, id: 'a' }])
    expect(await find({ _id: 0 })).toEqual([{ id: 'a', n: 1 }])
    expect(await find({ _id: 1 })).toEqual([{ _id }])
    expect(await table.find({ $or: [{ _id }, { id: 'z' }] }).toArray()).toHaveLength(1)
  })
})

describe('explain', () => {
  test.each([
    [{ a: 1, b: { $gt: 2, $lt: 5 } }, { a: 1, b: { $gt: 2, $lt: 5 } }, {}],
    [{ $and: [{ a: 1 }, { b: 2 }] }, { a: 1, b: 2 }, {}],
    [{ $and: [{ a: { $gt: 1 } }, { a: { $lt: 5 } }] }, { a: { $gt: 1, $lt: 5 } }, {}],
    [{ $or: [{ a: 1 }, { a: 2 }] }, { $or: [{ a: 1 }, { a: 2 }] }, {}],
    [{ a: { $not: { $in: [1, 2] } } }, { a: { $nin: [1, 2] } }, {}],
    [{ a: { $not: { $eq: 1 } } }, { a: { $ne: 1 } }, {}],
    [{ a: { $not: { $exists: true } } }, { a: { $exists: false } }, {}],
    [{ $nor: [{ a: 1 }, { b: { $exists: false } }] }, { a: { $ne: 1 }, b: { $exists: true } }, {}],
    [{ $or: [{ a: 1 }, { b: 1 }] }, {}, { $or: [{ a: 1 }, { b: 1 }] }],
    [{ a: { $gt: 1 }, $or: [{ b: 1 }, { c: 1 }] }, { a: { $gt: 1 } }, { $or: [{ b: 1 }, { c: 1 }] }],
    [{ a: { $not: { $gt: 5 } } }, {}, { a: { $not: { $gt: 5 } } }],
  ])('%j is pushed as %j and leaves %j', async (filter, pushed, residual) => {
    const { open } = await startZerodb()
    const table = open().bucket('default').table('t')
    const explained = await table.explain(filter as Filter, { sort: { a: 1 }, limit: 3, projection: ['a'] })
    const who = Object.keys(residual).length === 0 ? 'backend' : 'core'
    expect(explained).toMatchObject({ pushed, residual, sort: 'backend', limit: who, projection: who })
  })
})

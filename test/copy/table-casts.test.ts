import { type ColumnType, copyTable, type RowInput } from '@stowage/core'
import { describe, expect, test } from 'vitest'
import { openEnd, placeFor, rowsOf, tableWith } from './table-ends.ts'

async function between(from: ColumnType, to: ColumnType, values: readonly RowInput['v'][], loosely = false) {
  const rows = values.map((v, id) => (v === undefined ? { id } : { id, v }))
  const source = await tableWith(await openEnd(), rows, { columns: { id: 'number', v: from } })
  const target = await tableWith(await openEnd(), [], { columns: { id: 'number', v: to } })
  const result = await copyTable(source, target, loosely ? { allowLossy: ['v'] } : {})
  return { casts: result.casts, values: (await rowsOf(target)).map(({ v }) => v) }
}

describe('types', () => {
  test('become texts that give the value back', async () => {
    expect(await between('number', 'string', [1, -0.5, 1e21, null])).toEqual({
      casts: [{ column: 'v', from: 'number', to: 'string', kind: 'exact', why: 'values are written as text' }],
      values: ['1', '-0.5', '1e+21', null],
    })
    expect((await between('boolean', 'string', [true, false])).values).toEqual(['true', 'false'])
    expect((await between('object', 'string', [{ a: [1, 'x'] }])).values).toEqual(['{"a":[1,"x"]}'])
  })

  test('are read from texts of the same form', async () => {
    expect(await between('string', 'number', ['1', '-0.5', '1e+21', null])).toMatchObject({
      casts: [{ column: 'v', kind: 'checked' }],
      values: [1, -0.5, 1e21, null],
    })
    expect((await between('string', 'boolean', ['true', 'false'])).values).toEqual([true, false])
    expect((await between('string', 'array', ['[1,"x"]'])).values).toEqual([[1, 'x']])
    const instant = '2026-11-21T10:00:00Z'
    expect((await between('string', 'timestamp', [instant])).values).toEqual([instant])
  })

  test.each<[ColumnType, string]>([
    ['number', '007'],
    ['number', '9007199254740993'],
    ['number', ''],
    ['number', 'x'],
    ['boolean', '1'],
    ['timestamp', 'yesterday'],
    ['object', '{ "a": 1 }'],
    ['object', '[]'],
  ])('a %s is not read from %j', async (type, text) => {
    await expect(between('string', type, [text])).rejects.toMatchObject({
      code: 'invalid-argument',
      details: { row: 0, column: 'v' },
    })
  })

  test('lose the form of a text only where that is allowed, and never what it says', async () => {
    const { casts, values } = await between('string', 'number', ['007', '1.50', ''], true)
    expect(casts).toMatchObject([{ column: 'v', kind: 'lossy' }])
    expect(values).toEqual([7, 1.5, null])
    await expect(between('string', 'number', ['9007199254740993'], true)).rejects.toThrow('row 1 of the source')
  })

  test('that have nothing in common are refused before a row is read', async () => {
    await expect(between('number', 'boolean', [])).rejects.toThrow('"v" is a number and the target\'s is a boolean')
  })
})

describe('a target that keeps no null', () => {
  const columns = { id: { type: 'string', required: true }, name: 'string', age: 'number' } as const
  const definition = { columns, undeclaredFields: 'refuse' } as const
  const place = async () => placeFor(await openEnd({ like: 'keboola' }), 'people', 'in.c-main')

  test('gets rows that have none, and null in columns that are no text', async () => {
    const rows = [
      { id: '1', name: '', age: null },
      { id: '2', name: 'x', age: 0 },
    ]
    const target = await place()
    const { casts } = await copyTable(await tableWith(await openEnd(), rows, definition), target)
    expect(casts.map(({ column, kind }) => [column, kind])).toEqual([
      ['name', 'checked'],
      ['age', 'checked'],
    ])
    expect(await rowsOf(target)).toEqual(rows)
  })

  test.each([
    ['a null text', { id: '2', name: null, age: 1 }, 'name'],
    ['a missing text', { id: '2', age: 1 }, 'name'],
    ['a missing number', { id: '2', name: 'x' }, 'age'],
  ])('refuses %s with row and column, and leaves nothing behind', async (_, row, column) => {
    const source = await tableWith(await openEnd(), [{ id: '1', name: 'x', age: 1 }, row], definition)
    const target = await place()
    await expect(copyTable(source, target)).rejects.toMatchObject({
      code: 'invalid-argument',
      details: { row: 1, column },
    })
    expect(await target.exists()).toBe(false)
  })

  test('merges them where that is allowed', async () => {
    const source = await tableWith(
      await openEnd(),
      [
        { id: '1', name: null },
        { id: '2', age: 1 },
      ],
      definition,
    )
    const target = await place()
    const { casts } = await copyTable(source, target, { allowLossy: ['name', 'age'] })
    expect(casts.map(({ kind }) => kind)).toEqual(['lossy', 'lossy'])
    expect(await rowsOf(target)).toEqual([
      { id: '1', name: '', age: null },
      { id: '2', name: '', age: 1 },
    ])
  })
})

describe('what the target has no place for', () => {
  const rows = [{ id: 1 }, { id: 2, extra: 'x' }]
  const refusing = { columns: { id: 'number' }, undeclaredFields: 'refuse' } as const

  test('fails the row with a field that no column declares', async () => {
    const source = await tableWith(await openEnd(), rows, { columns: { id: 'number' } })
    const target = await tableWith(await openEnd(), [], refusing)
    const error = { code: 'invalid-argument', details: { row: 1, column: 'extra' } }
    await expect(copyTable(source, target)).rejects.toMatchObject(error)
    expect((await target.count()).count).toBe(0)
    expect((await copyTable(source, target, { allowLossy: ['extra'] })).casts).toMatchObject([{ column: '*' }])
    expect(await rowsOf(target)).toEqual([{ id: 1 }, { id: 2 }])
  })

  test('refuses a column before a row is read', async () => {
    const columns = { id: 'number', extra: 'string' } as const
    const source = await tableWith(await openEnd(), rows, { columns })
    const target = await tableWith(await openEnd(), [], refusing)
    await expect(copyTable(source, target)).rejects.toThrow('column "extra" can\'t be kept')
    expect((await copyTable(source, target, { allowLossy: true })).casts).toMatchObject([
      { column: 'extra', to: 'nothing', kind: 'lossy' },
      { column: '*', kind: 'lossy' },
    ])
  })

  test('refuses to leave a required column empty', async () => {
    const source = await tableWith(await openEnd(), rows, { columns: { id: 'number' } })
    const columns = { id: 'number', name: { type: 'string', required: true } } as const
    const target = await tableWith(await openEnd(), [], { columns })
    await expect(copyTable(source, target)).rejects.toThrow('column "name" needs a value in every row')
  })

  test('refuses more columns, and longer names, than the target takes', async () => {
    const long = 'n'.repeat(65)
    const source = await tableWith(await openEnd(), [], { columns: { [long]: 'string' } })
    const target = await placeFor(await openEnd({ like: 'keboola' }), 'people', 'in.c-main')
    await expect(copyTable(source, target)).rejects.toMatchObject({ code: 'invalid-argument' })
    await copyTable(source, target, { rename: { [long]: 'short' } })
    expect((await target.info()).columns).toMatchObject([{ name: 'short' }])
  })
})

test('what a target that is made lacks of the definition is told', async () => {
  const definition = {
    columns: { id: { type: 'number', required: true }, name: { type: 'string', required: true } },
    primaryKey: ['id'],
    indexes: [{ name: 'by_name', columns: ['name'], unique: true }],
    undeclaredFields: 'refuse',
  } as const
  const source = await tableWith(await openEnd(), [], definition)
  const keboola = await placeFor(await openEnd({ like: 'keboola' }), 'people', 'in.c-main')
  const told = { column: 'name', from: 'unique index by_name', to: 'nothing', kind: 'exact' }
  expect((await copyTable(source, keboola)).casts).toMatchObject([told])
  const chosen = await copyTable(source, await placeFor(await openEnd()), { columns: ['name'] })
  expect(chosen.casts).toMatchObject([{ column: 'id', from: 'primary key' }])
  expect((await copyTable(source, await placeFor(await openEnd()))).casts).toEqual([])
})

test('a backend with fewer words for a table gets columns and key', async () => {
  const columns = { id: { type: 'number', description: 'who' }, name: { type: 'string', required: true } } as const
  const definition = { columns, primaryKey: ['id'], undeclaredFields: 'refuse' } as const
  const source = await tableWith(await openEnd(), [{ id: 1, name: 'x' }], definition)
  const target = await placeFor(await openEnd({ like: 'zerodb' }), 'people', 'default')
  await copyTable(source, target, { mode: 'replace' })
  expect(await target.info()).toMatchObject({ primaryKey: ['id'], columns: [{ name: 'id' }, { name: 'name' }] })
  expect(await rowsOf(target)).toEqual([{ id: 1, name: 'x' }])
})

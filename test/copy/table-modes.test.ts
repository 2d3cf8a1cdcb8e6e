import { copyTable } from '@stowage/core'
import { describe, expect, test } from 'vitest'
import { openEnd, people, peopleColumns, peopleDefinition, placeFor, rowsOf, tableWith } from './table-ends.ts'

describe('a copy into a table that is not there', () => {
  test('makes it with columns, key, indexes and description, and gives every row', async () => {
    const definition = {
      columns: {
        id: { type: 'number', description: 'who' },
        name: { type: 'string', required: true },
        tags: 'array',
        seen: 'timestamp',
      },
      primaryKey: ['id'],
      indexes: [{ name: 'by_name', columns: ['name'], unique: true }],
      undeclaredFields: 'refuse',
      description: 'people we know',
    } as const
    const rows = [
      { id: 1, name: '', tags: ['a', { b: null }], seen: '2026-11-21T10:00:00.120+01:00' },
      { id: -0.1, name: 'Zoë 𝄞\n"x"', tags: null },
      { id: 1e21, name: 'null' },
    ]
    const source = await tableWith(await openEnd(), rows, definition)
    const target = await placeFor(await openEnd())
    const result = await copyTable(source, target)
    expect(result).toMatchObject({ rows: 3, written: 3, skipped: 0, isCreated: true, casts: [], digest: undefined })
    expect(result.values).toEqual({ id: 3, name: 3, tags: 1, seen: 1 })
    expect(await rowsOf(target)).toEqual(await rowsOf(source))
    const { createdAt, updatedAt, ...made } = await target.info()
    expect(made).toEqual({ ...(await source.info()), createdAt: undefined, updatedAt: undefined, ...made })
    expect(made).toMatchObject({ primaryKey: ['id'], undeclaredFields: 'refuse', description: 'people we know' })
    expect(made.indexes).toEqual([{ name: 'by_name', columns: ['name'], unique: true }])
    expect(createdAt?.getTime()).toBeLessThanOrEqual(updatedAt?.getTime() ?? 0)
  })

  test('keeps fields that no column declares', async () => {
    const rows = [
      { id: 1, extra: { a: [1] } },
      { id: 2, other: 'x' },
    ]
    const source = await tableWith(await openEnd(), rows)
    const target = await placeFor(await openEnd())
    await copyTable(source, target)
    expect(await rowsOf(target)).toEqual(rows)
  })

  test('fails without the bucket, and where it is not to be made', async () => {
    const source = await tableWith(await openEnd(), people(2))
    const storage = await openEnd()
    await expect(copyTable(source, storage.bucket('nowhere').table('people'))).rejects.toMatchObject({
      code: 'not-found',
    })
    const target = await placeFor(storage)
    await expect(copyTable(source, target, { create: false })).rejects.toMatchObject({ code: 'not-found' })
    expect(await target.exists()).toBe(false)
  })
})

describe('a copy into a table with rows', () => {
  const both = async (): ReturnType<typeof makeBoth> => makeBoth()
  async function makeBoth() {
    const source = await tableWith(await openEnd(), people(2500))
    const there = [
      { id: 1, name: 'here first', age: 1 },
      { id: 9000, name: 'only here', age: 2 },
    ]
    const target = await tableWith(await openEnd(), there)
    return { source, target, there }
  }

  test('appends nothing when a key is taken', async () => {
    const { source, target, there } = await both()
    await expect(copyTable(source, target)).rejects.toMatchObject({ code: 'conflict' })
    expect(await rowsOf(target)).toEqual(there)
  })

  test('upserts over what has the same key', async () => {
    const { source, target, there } = await both()
    const result = await copyTable(source, target, { mode: 'upsert' })
    expect(result).toMatchObject({ rows: 2500, written: 2500, skipped: 0, isCreated: false })
    expect(await rowsOf(target)).toEqual([...(await rowsOf(source)), there[1]])
  })

  test('replaces everything', async () => {
    const { source, target } = await both()
    await copyTable(source, target, { mode: 'replace' })
    expect(await rowsOf(target)).toEqual(await rowsOf(source))
  })

  test('skips what is there by key', async () => {
    const { source, target, there } = await both()
    const result = await copyTable(source, target, { mode: 'skip-existing' })
    expect(result).toMatchObject({ rows: 2500, written: 2499, skipped: 1 })
    const expected = (await rowsOf(source)).map((row) => (row['id'] === 1 ? there[0] : row))
    expect(await rowsOf(target)).toEqual([...expected, there[1]])
  })

  test('skips by all columns of a key', async () => {
    const definition = { columns: { a: 'string', b: 'number', v: 'string' }, primaryKey: ['a', 'b'] } as const
    const rows = [1, 2, 3].flatMap((b) => ['x', 'y'].map((a) => ({ a, b, v: 'new' })))
    const source = await tableWith(await openEnd(), rows, definition)
    const there = [
      { a: 'x', b: 1, v: 'old' },
      { a: 'y', b: 2, v: 'old' },
    ]
    const target = await tableWith(await openEnd(), there, definition)
    expect(await copyTable(source, target, { mode: 'skip-existing' })).toMatchObject({ written: 4, skipped: 2 })
    expect((await target.count({ v: 'old' })).count).toBe(2)
    expect((await target.count()).count).toBe(6)
  })

  test('needs a key to upsert or skip by', async () => {
    const source = await tableWith(await openEnd(), people(2))
    const target = await tableWith(await openEnd(), [], { columns: peopleColumns })
    for (const mode of ['upsert', 'skip-existing'] as const) {
      await expect(copyTable(source, target, { mode })).rejects.toMatchObject({ code: 'invalid-argument' })
    }
  })
})

describe('what is copied', () => {
  test('is what columns, rename and filter choose', async () => {
    const source = await tableWith(await openEnd(), people(50))
    const target = await placeFor(await openEnd())
    const options = { columns: ['name', 'id'], rename: { name: 'label' }, filter: { id: { $lt: 3 } } }
    expect(await copyTable(source, target, options)).toMatchObject({ rows: 3, written: 3 })
    expect((await target.info()).columns.map(({ name }) => name)).toEqual(['label', 'id'])
    expect(await rowsOf(target)).toEqual([0, 1, 2].map((id) => ({ label: `person ${id}`, id })))
  })

  test('is named wrongly with a message that says what there is', async () => {
    const source = await tableWith(await openEnd(), people(1), { ...peopleDefinition, undeclaredFields: 'refuse' })
    const target = await placeFor(await openEnd())
    await expect(copyTable(source, target, { columns: ['nmae'] })).rejects.toThrow('it has id, name, age')
    await expect(copyTable(source, target, { rename: { nmae: 'x' } })).rejects.toThrow('rename names "nmae"')
    expect(() => copyTable(source, target, { mode: 'merge' as 'append' })).toThrow('takes mode')
    expect(() => copyTable(source, source, { verifi: 'digest' } as never)).toThrow('no option "verifi"')
    await expect(copyTable(source, source)).rejects.toThrow('the same table')
  })
})

import type { Row } from '@stowage/core'
import { describe, expect, test } from 'vitest'
import { refused, startZerodb, withoutIds } from './zerodb-fixture.ts'

describe('inserting rows', () => {
  test('gives their ids in the order they were sent', async () => {
    const gateway = await startZerodb()
    await gateway.createTable({ key: 'string', temp: 'number', at: 'timestamp' })
    const body = {
      row_data: [
        { key: 'a', temp: 20.5, at: '2026-02-03T04:05:06Z' },
        { key: 'b', temp: 7 },
      ],
    }
    const { status, json } = await gateway.call('POST', '/tables/t/rows', { body })
    expect(status).toBe(201)
    expect(json).toEqual({ inserted_count: 2, row_ids: [expect.stringMatching(/^row_[0-9a-f]{16}$/), json.row_ids[1]] })
    const { rows } = (await gateway.query()).json
    expect(rows).toEqual(body.row_data.map((row, at) => ({ _id: json.row_ids[at] as string, ...row })))
  })

  test('without ids when they are not wanted', async () => {
    const gateway = await startZerodb()
    await gateway.createTable()
    const body = { row_data: [{ key: 'a' }], return_ids: false }
    expect((await gateway.call('POST', '/tables/t/rows', { body })).json).toEqual({ inserted_count: 1 })
  })

  test('keeps fields of no schema, nulls, nesting and the order of keys', async () => {
    const gateway = await startZerodb()
    await gateway.createTable()
    const rows: readonly Row[] = [
      { id: 'mine', extra: { z: 1, a: [null, { deep: [[]] }] }, temp: null },
      { key: '', temp: 0, constructor: 'x', toString: 1 },
      { key: '\u0000😀\\"', 'a.b': 1, $odd: true },
    ]
    await gateway.insert(rows)
    const { rows: found } = (await gateway.query()).json
    expect(found.map(({ _id, ...row }: { _id: string }) => row)).toEqual(rows)
    expect(JSON.stringify(found[0].extra)).toBe(JSON.stringify(rows[0]?.['extra']))
  })

  test.each(['rows', 'data', 'items', 'records', 'entries', 'documents'])(
    '%s instead of row_data is 422, even beside it',
    async (name) => {
      const gateway = await startZerodb()
      await gateway.createTable()
      const facts = { expected_field: 'row_data', received_field: name }
      for (const body of [{ [name]: [{}] }, { [name]: [{}], row_data: [{ key: 'a' }] }]) {
        const answer = await gateway.call('POST', '/tables/t/rows', { body })
        expect(answer).toMatchObject(refused(422, 'INVALID_FIELD_NAME', facts))
      }
      expect((await gateway.query()).json.total).toBe(0)
    },
  )

  test('without row_data there is no received field', async () => {
    const gateway = await startZerodb()
    await gateway.createTable()
    const facts = { expected_field: 'row_data', received_field: null }
    const answer = await gateway.call('POST', '/tables/t/rows', { body: {} })
    expect(answer).toMatchObject(refused(422, 'INVALID_FIELD_NAME', facts))
  })

  test.each([
    ['an object', {}],
    ['null', null],
    ['an empty list', []],
    ['more than a request may have', Array.from({ length: 1001 }, () => ({}))],
  ])('row_data that is %s has no row index', async (_, rows) => {
    const gateway = await startZerodb()
    await gateway.createTable()
    const { status, json } = await gateway.call('POST', '/tables/t/rows', { body: { row_data: rows } })
    expect([status, json.error_code, 'row_index' in json]).toEqual([400, 'SCHEMA_VALIDATION_ERROR', false])
  })

  test.each([
    ['a number', 5],
    ['null', null],
    ['a list', []],
    ['one with an id', { _id: 'row_1' }],
    ['text for a number', { temp: '5' }],
    ['true for a number', { temp: true }],
    ['a number for text', { key: 5 }],
    ['a date alone', { at: '2026-02-03' }],
    ['a time without offset', { at: '2026-02-03T04:05:06' }],
    ['a day that is none', { at: '2026-02-30T04:05:06Z' }],
    ['text for a boolean', { on: 'true' }],
    ['a list for an object', { o: [] }],
    ['an object for a list', { l: {} }],
    ['a field without a name', { '': 1 }],
    ['half a surrogate pair', { key: '\ud800' }],
  ])('a row that is %s stops all, and says which', async (_, row) => {
    const gateway = await startZerodb()
    const fields = { key: 'string', temp: 'number', at: 'timestamp', on: 'boolean', o: 'object', l: 'array' }
    await gateway.createTable(fields)
    const answer = await gateway.call('POST', '/tables/t/rows', { body: { row_data: [{ key: 'a' }, row, {}] } })
    expect(answer).toMatchObject(refused(400, 'SCHEMA_VALIDATION_ERROR', { row_index: 1 }))
    expect(answer.json.detail).toMatch(/^row 2: /)
    expect((await gateway.query()).json.total).toBe(0)
  })

  test('return_ids must be true or false', async () => {
    const gateway = await startZerodb()
    await gateway.createTable()
    const body = { row_data: [{}], return_ids: 'no' }
    const answer = await gateway.call('POST', '/tables/t/rows', { body })
    expect(answer).toMatchObject(refused(400, 'SCHEMA_VALIDATION_ERROR'))
  })

  test.each([
    ['free', 100],
    ['starter', 500],
    ['pro', 1000],
    ['enterprise', 1000],
  ] as const)('the plan %s takes %i rows at once', async (tier, most) => {
    const gateway = await startZerodb({ tier })
    await gateway.createTable()
    const rows = Array.from({ length: most }, () => ({}))
    expect(await gateway.insert(rows)).toHaveLength(most)
    const { json } = await gateway.call('POST', '/tables/t/rows', { body: { row_data: [...rows, {}] } })
    expect(json.error_code).toBe('SCHEMA_VALIDATION_ERROR')
    expect((await gateway.query()).json.total).toBe(most)
  })

  test('an option says otherwise, and makes ids', async () => {
    let made = 0
    const gateway = await startZerodb({ maxRowsPerInsert: 2, createId: (kind) => `${kind}_${(made += 1)}` })
    expect(await gateway.createTable()).toBe('table_1')
    expect(await gateway.insert([{}, {}])).toEqual(['row_2', 'row_3'])
    await expect(gateway.insert([{}, {}, {}])).rejects.toThrow('SCHEMA_VALIDATION_ERROR')
  })
})

describe('a unique index', () => {
  test('refuses a stored value, and one that comes twice', async () => {
    const gateway = await startZerodb()
    await gateway.createTable({ key: 'string', n: 'number' }, ['key', 'n'])
    await gateway.insert([
      { key: 'a', n: 1 },
      { key: 'a', n: 2 },
    ])
    const insert = (rows: object[]): Promise<unknown> =>
      gateway.call('POST', '/tables/t/rows', { body: { row_data: rows } })
    const clash = refused(400, 'SCHEMA_VALIDATION_ERROR', { row_index: 1 })
    expect(
      await insert([
        { key: 'b', n: 1 },
        { key: 'a', n: 2 },
      ]),
    ).toMatchObject(clash)
    expect(
      await insert([
        { key: 'b', n: 1 },
        { key: 'b', n: 1 },
      ]),
    ).toMatchObject(clash)
    expect((await gateway.query()).json.total).toBe(2)
  })

  test('an update that would clash changes nothing', async () => {
    const gateway = await startZerodb()
    await gateway.createTable(undefined, ['key'])
    await gateway.insert([{ key: 'a' }, { key: 'b' }, { key: 'c' }])
    const answer = await gateway.update({}, { $set: { key: 'x' } })
    expect(answer).toMatchObject(refused(400, 'SCHEMA_VALIDATION_ERROR'))
    expect(answer.json).not.toHaveProperty('row_index')
    expect(withoutIds(await gateway.query())).toEqual([{ key: 'a' }, { key: 'b' }, { key: 'c' }])
  })

  test('its fields are required, the others not', async () => {
    const gateway = await startZerodb()
    await gateway.createTable(undefined, ['key'])
    const missing = refused(400, 'SCHEMA_VALIDATION_ERROR', { row_index: 0 })
    for (const row of [{ temp: 1 }, { key: null }]) {
      expect(await gateway.call('POST', '/tables/t/rows', { body: { row_data: [row] } })).toMatchObject(missing)
    }
    await gateway.insert([{ key: 'a' }])
    const lost = refused(400, 'SCHEMA_VALIDATION_ERROR')
    expect(await gateway.update({}, { $unset: { key: 1 } })).toMatchObject(lost)
    expect(await gateway.update({}, { $set: { key: null } })).toMatchObject(lost)
  })

  test('all fields may be required, or none', async () => {
    const all = await startZerodb({ requiredFields: 'all' })
    await all.createTable()
    await expect(all.insert([{ key: 'a' }])).rejects.toThrow('needs a value')
    await all.insert([{ key: 'a', temp: 1 }])
    const none = await startZerodb({ requiredFields: 'none' })
    await none.createTable(undefined, ['key'])
    await none.insert([{ temp: 1 }])
  })

  describe('over fields that may be missing', () => {
    const start = async () => {
      const gateway = await startZerodb({ requiredFields: 'none' })
      await gateway.createTable({ key: 'string', n: 'number', temp: 'number' }, ['key', 'n'])
      return gateway
    }

    test('null and missing are one value, which may be there once', async () => {
      const gateway = await start()
      await gateway.insert([{ key: 'a' }, { key: 'b', n: null }, { n: 1 }, {}])
      for (const row of [{ key: 'a', n: null }, { key: 'b' }, { key: null, n: 1 }, { temp: 5 }]) {
        const answer = await gateway.call('POST', '/tables/t/rows', { body: { row_data: [{ key: 'new' }, row] } })
        expect(answer).toMatchObject(refused(400, 'SCHEMA_VALIDATION_ERROR', { row_index: 1 }))
      }
      const twice = await gateway.call('POST', '/tables/t/rows', { body: { row_data: [{ key: 'c' }, { key: 'c' }] } })
      expect(twice.json.row_index).toBe(1)
      expect((await gateway.query()).json.total).toBe(4)
    })

    test('also when an update makes them so', async () => {
      const gateway = await start()
      await gateway.insert([{ key: 'a' }, { key: 'a', n: 1 }, { key: 'b', n: 1 }, { key: 'b', n: 2 }])
      const clash = refused(400, 'SCHEMA_VALIDATION_ERROR')
      expect(await gateway.update({ key: 'a' }, { $unset: { n: 1 } })).toMatchObject(clash)
      expect(await gateway.update({ key: 'a', n: 1 }, { $set: { n: null } })).toMatchObject(clash)
      expect(await gateway.update({ key: 'b' }, { $unset: { n: 1 } })).toMatchObject(clash)
      expect((await gateway.update({ key: 'b', n: 1 }, { $unset: { n: 1 } })).json.modified_count).toBe(1)
      expect((await gateway.update({}, { $set: { temp: 5 } })).json.modified_count).toBe(4)
      expect((await gateway.update({ n: null }, { $set: { n: 7 } })).json.modified_count).toBe(2)
      expect(await gateway.update({ key: 'z' }, { $set: { n: null } }, { upsert: true })).toMatchObject({ status: 200 })
      expect(await gateway.update({ key: 'z', n: 1 }, { $unset: { n: 1 } }, { upsert: true })).toMatchObject(clash)
    })
  })
})

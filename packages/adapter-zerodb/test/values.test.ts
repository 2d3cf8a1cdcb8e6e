import type { RowInput } from '@stowage/core'
import { describe, expect, test } from 'vitest'
import { answer, makeClient, makeStorage, useNock } from './wire-fixture.ts'

useNock()

/** What must never reach the service, by what is wrong with it. */
const refused: Readonly<Record<string, unknown>> = {
  undefined: undefined,
  NaN: Number.NaN,
  infinity: Number.POSITIVE_INFINITY,
  'an invalid date': new Date(Number.NaN),
  'a RegExp in a row': /x/,
  'a Map': new Map(),
  'a bigint': 5n,
  'a function': () => 1,
  'a symbol': Symbol('x'),
  'undefined in an array': [1, undefined],
  'a hole in an array': Array.from({ length: 2, 0: 1 }).concat(Array.from({ length: 1 })),
  'an ObjectId in extended JSON': { $oid: 'a1b2c3d4e5f60718293a4b5c' },
  'a date in extended JSON': [{ at: { $date: '2026-01-01T00:00:00Z' } }],
}

describe('values', () => {
  test.each(Object.entries(refused))('%s is refused in rows and updates, and nothing is sent', async (_, value) => {
    const seen = answer([201, { inserted_count: 1 }])
    const row = { a: value } as RowInput
    const client = makeClient()
    const calls = [
      client.insertRows('t', [row]),
      client.updateRows('t', { k: 1 }, { $set: row }),
      makeStorage().bucket('default').table('t').insert(row),
    ]
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'invalid-argument' })
    expect(seen).toEqual([])
  })

  test.each(['undefined', 'NaN', 'an invalid date', 'a Map', 'a bigint', 'undefined in an array'])(
    '%s is refused in filters, and nothing is sent',
    async (what) => {
      const seen = answer([200, { deleted_count: 1 }])
      const filter = { a: refused[what] } as never
      await expect(makeClient().deleteRows('t', filter)).rejects.toMatchObject({ code: 'invalid-argument' })
      expect(seen).toEqual([])
    },
  )

  test.each([
    ['a flag', { a: /x/i }],
    ['a place in $in', { a: { $in: [/x/] } }],
    ['$ne', { a: { $ne: /x/ } }],
    ['lookahead', { a: /(?=x)/ }],
  ])('a pattern with %s is refused', async (_, filter) => {
    const seen = answer([200, { rows: [], total: 0 }])
    await expect(makeClient().queryRows('t', { filter: filter as never })).rejects.toMatchObject({
      code: 'invalid-argument',
    })
    expect(seen).toEqual([])
  })

  test('dates become text of fixed width, and text of dates stays as it is', async () => {
    const seen = answer([201, { inserted_count: 2 }])
    const rows = [{ at: new Date('2026-02-03T04:05:06Z') }, { at: '2026-02-03T04:05:06Z' }]
    await makeClient().insertRows('t', rows, { returnIds: false })
    expect(seen[0]?.body).toMatchObject({
      row_data: [{ at: '2026-02-03T04:05:06.000Z' }, { at: '2026-02-03T04:05:06Z' }],
    })
  })

  test('numbers that a double can not hold fail, or stay text where that is wanted', async () => {
    const body = '{"rows":[{"_id":"row_1","n":9007199254740993}],"total":1}'
    answer([200, body])
    await expect(makeStorage().bucket('default').table('t').find().toArray()).rejects.toThrow(/inexactNumbers/)
    const lenient = makeStorage({ inexactNumbers: 'text' }).bucket('default').table('t')
    expect(await lenient.find().toArray()).toEqual([{ n: '9007199254740993' }])
  })

  test('a hostile name of a field in an answer changes no prototype', async () => {
    answer([200, '{"rows":[{"_id":"row_1","constructor":{"prototype":1},"a":1}],"total":1}'])
    const [row] = await makeStorage().bucket('default').table('t').find().toArray()
    expect(row).toEqual({ constructor: { prototype: 1 }, a: 1 })
    answer([200, '{"rows":[{"_id":"row_1","__proto__":{"polluted":1}}],"total":1}'])
    await expect(makeStorage().bucket('default').table('t').find().toArray()).rejects.toThrow(/__proto__/)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
})

describe('scans of a service that misbehaves', () => {
  const row = (id: number): object => ({ _id: `row_${id}`, n: id })

  test('a short page is no end, an empty one is', async () => {
    answer(
      [200, { rows: [row(1), row(2)], total: 5 }],
      [200, { rows: [row(3)], total: 5 }],
      [200, { rows: [row(4), row(5)], total: 5 }],
    )
    expect(await makeStorage().bucket('default').table('t').find().toArray()).toHaveLength(5)
    const seen = answer([200, { rows: [row(1)], total: 9 }], [200, { rows: [], total: 9 }])
    expect(await makeStorage().bucket('default').table('t').find().toArray()).toHaveLength(1)
    expect(seen).toHaveLength(2)
  })

  test('the same page again gives no row twice, and comes to an end', async () => {
    const seen = answer([200, { rows: [row(1), row(2)], total: 6 }])
    expect(await makeStorage().bucket('default').table('t').find().toArray()).toHaveLength(2)
    expect(seen).toHaveLength(3)
    expect(seen.map(({ body }) => (body as { offset: number }).offset)).toEqual([0, 2, 4])
  })

  test('more rows than asked for are no more rows than wanted', async () => {
    answer([200, { rows: [row(1), row(2), row(3)], total: 3 }])
    expect(await makeStorage().bucket('default').table('t').find({}, { limit: 2 }).toArray()).toHaveLength(2)
  })

  test('a page token of somebody else is refused', async () => {
    const { driver } = { driver: (await import('./wire-fixture.ts')).makeDriver() }
    const query = {
      bucket: 'default',
      table: 't',
      filter: { kind: 'and', nodes: [] },
      projection: undefined,
      sort: [],
    } as const
    const call = { signal: new AbortController().signal, receipt: { requests: 0 } as never }
    for (const pageToken of ['', 'x', '[]\n', '{"a":1}\n', '[1,2,3,4,[]]\n', '[-1,0,0,0,null]\n', '[0,0,0,0,null]'])
      await expect(
        driver.tables.find({ ...query, limit: undefined, offset: 0, pageSize: 10, pageToken }, call),
      ).rejects.toMatchObject({ code: 'invalid-argument' })
  })
})

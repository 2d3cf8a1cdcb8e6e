import type { ColumnType, JsonValue, Row } from '@stowage/core'
import { batchToRows, matchAll } from '@stowage/core/driver'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { call, makeDirectory, makeTable, openDriver, openTable, type TestTable } from './tables-fixture.ts'

const columns = { s: 'string', n: 'number', b: 'boolean', t: 'timestamp', o: 'object', a: 'array' } as const

const text = fc.string({ unit: 'grapheme', maxLength: 6 })
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
const { json } = fc.letrec<{ json: JsonValue }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    number,
    text,
    fc.boolean(),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(text, tie('json'), { maxKeys: 3, noNullPrototype: true }),
  ),
}))
const cells: { readonly [type in ColumnType]: fc.Arbitrary<JsonValue> } = {
  string: text,
  number,
  boolean: fc.boolean(),
  timestamp: fc
    .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01') })
    .map((d) => d.toISOString()),
  object: fc.dictionary(text, json, { maxKeys: 3, noNullPrototype: true }),
  array: fc.array(json, { maxLength: 3 }),
}
const maybe = (value: fc.Arbitrary<JsonValue>) =>
  fc.oneof({ arbitrary: value, weight: 4 }, { arbitrary: fc.constantFrom(null, undefined), weight: 2 })
const row = fc
  .tuple(
    fc.record(Object.fromEntries(Object.entries(columns).map(([name, type]) => [name, maybe(cells[type])]))),
    fc.dictionary(
      text.filter((name) => name !== '__proto__' && name !== '' && !(name in columns)),
      json,
      { maxKeys: 3 },
    ),
  )
  .map(([declared, others]) => {
    const entries = Object.entries({ ...others, ...declared }).filter(([, value]) => value !== undefined)
    return Object.fromEntries(entries) as Row
  })

describe('rows come back as they were written', () => {
  test('whatever is in them', async () => {
    const table = await openTable({ columns })
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 8 }), async (rows) => {
        await table.delete({})
        await table.insert(rows.slice(0, 4))
        await table.insert(rows.slice(4), 'append')
        expect(await table.find()).toEqual(rows)
      }),
      { numRuns: 200 },
    )
  })

  test('also after a load, and in every order of fields', async () => {
    const table = await openTable({ columns })
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 8 }), async (rows) => {
        await table.load('replace', [
          rows.slice(0, 4),
          rows.slice(4).map((one) => Object.fromEntries(Object.entries(one).reverse())),
        ])
        expect(await table.find()).toEqual(rows)
      }),
      { numRuns: 100 },
    )
  })

  test('null, missing and empty are three things', async () => {
    const table = await openTable({ columns })
    const rows = [{ s: null, o: null }, {}, { s: '', o: {}, a: [] }, { other: null }, { other: '' }]
    await table.insert(rows)
    expect(await table.find()).toEqual(rows)
    expect(Object.hasOwn((await table.find())[1] as Row, 's')).toBe(false)
  })
})

describe('what SQLite would change', () => {
  test('numbers keep every bit, and their type', async () => {
    const table = await openTable({ columns: { n: 'number' } })
    const values = [
      2 ** 53 + 2,
      2 ** 63,
      2 ** 64,
      -(2 ** 63),
      1e300,
      5e-324,
      0.1 + 0.2,
      1,
      7 / 2,
      123456789012345680000,
    ]
    await table.insert(values.map((n) => ({ n, undeclared: n, nested: { n } })))
    expect(await table.find()).toEqual(values.map((n) => ({ n, undeclared: n, nested: { n } })))
    for (const n of values) expect(await table.count({ n, undeclared: n, 'nested.n': n })).toBe(1)
  })

  test('-0 becomes 0, its JSON equal', async () => {
    const table = await openTable({ columns: { n: 'number', o: 'object' } })
    const batch = { columns: ['n', 'o', 'u'], rows: [[-0, { n: -0 }, -0]] }
    await table.driver.tables.insert({ ...table.place, mode: 'append', batch }, call())
    expect(await table.find({ n: 0, 'o.n': 0, u: 0 })).toEqual([{ n: 0, o: { n: 0 }, u: 0 }])
  })

  test('booleans are not numbers', async () => {
    const table = await openTable({ columns: { b: 'boolean', n: 'number' } })
    await table.insert([
      { b: true, n: 1, u: true },
      { b: false, n: 0, u: 1 },
    ])
    expect(await table.find({ b: true })).toEqual([{ b: true, n: 1, u: true }])
    expect(await table.count({ b: 1 })).toBe(0)
    expect(await table.count({ n: true })).toBe(0)
    expect(await table.count({ u: 1 })).toBe(1)
    expect(await table.count({ u: true })).toBe(1)
  })

  test('NUL stays inside text', async () => {
    const table = await openTable({ columns: { s: 'string', a: 'array' }, primaryKey: ['s'] })
    await table.insert([
      { s: 'a\0b', a: ['\0'], u: '\0' },
      { s: 'a', a: [], u: '' },
    ])
    expect(await table.find({ s: 'a\0b' })).toEqual([{ s: 'a\0b', a: ['\0'], u: '\0' }])
    expect(await table.count({ s: { $in: ['a', 'x'] } })).toBe(1)
    expect(await table.count({ u: '\0' })).toBe(1)
  })

  test.each(['s', 'o', 'u'])(
    'half a surrogate pair in %s is refused, and nothing of the batch is kept',
    async (name) => {
      const table = await openTable({ columns: { s: 'string', o: 'object' } })
      const bad = name === 'o' ? { '\udc00': 'x' } : 'x\ud800'
      const batch = { columns: [name], rows: [[name === 'o' ? { fine: '\\ud800' } : 'fine'], [bad]] }
      const written = table.driver.tables.insert({ ...table.place, mode: 'append', batch }, call())
      await expect(written).rejects.toMatchObject({ code: 'invalid-argument', details: { row: 1 } })
      expect(await table.count()).toBe(0)
    },
  )

  test('a lone surrogate in a filter finds no replacement character', async () => {
    const table = await openTable({ columns: { s: 'string' } })
    await table.insert([{ s: '\ufffd' }])
    for (const operator of ['$eq', '$gte', '$lte'] as const) {
      const filter = { kind: 'compare', path: 's', operator, value: '\ud800' } as const
      expect(await table.driver.tables.count({ ...table.place, filter }, call())).toBe(operator === '$lte' ? 1 : 0)
    }
  })

  test.each([NaN, Infinity, -Infinity])('%d is refused', async (n) => {
    const table = await openTable({ columns: { n: 'number' } })
    const batch = { columns: ['n'], rows: [[n]] }
    const written = table.driver.tables.insert({ ...table.place, mode: 'append', batch }, call())
    await expect(written).rejects.toMatchObject({ code: 'invalid-argument', details: { row: 0, column: 'n' } })
  })

  test('names are taken as they are: quotes, dots, cases, digits, keywords', async () => {
    const names = ['Name', 'name', 'a b', 'a"b', "a'b", 'a.b', 'a$', '1', 'rowid', 'c0', 'extra', 'select', 'é', 'a\0']
    const declared = await openTable({ columns: Object.fromEntries(names.map((name) => [name, 'number' as const])) })
    const undeclared = await openTable({ columns: { unused: 'string' } })
    const one = Object.fromEntries(names.map((name, index) => [name, index]))
    for (const table of [declared, undeclared]) {
      await table.insert([one, {}])
      expect(await table.find()).toEqual([one, {}])
      for (const [index, name] of names.entries()) {
        const found = name.includes('.') ? [] : [one]
        expect(await table.find({ [name]: index } as never)).toEqual(found)
        expect(await table.find({}, { projection: [name], limit: 1 })).toEqual([
          name.includes('.') ? {} : { [name]: index },
        ])
      }
    }
  })

  test('order and comparison of text go by code points', async () => {
    const table = await openTable({ columns: { s: 'string' } })
    await table.insert(['\u{1f600}', '\uff5e', 'z', 'Z', 'é', 'e\u0301'].map((s) => ({ s })))
    const sorted = (await table.find({}, { sort: { s: 1 } })).map(({ s }) => s)
    expect(sorted).toEqual(['Z', 'e\u0301', 'z', 'é', '\uff5e', '\u{1f600}'])
    expect(await table.count({ s: { $gt: '\uff5e' } })).toBe(1)
    expect(await table.count({ s: 'É' })).toBe(0)
  })

  test('objects and arrays keep the order of keys, and are compared by it', async () => {
    const table = await openTable({ columns: { o: 'object' } })
    await table.insert([{ o: { y: 1, x: 2 } }, { o: { x: 2, y: 1 } }])
    expect(JSON.stringify(await table.find({ o: { y: 1, x: 2 } }))).toBe('[{"o":{"y":1,"x":2}}]')
    expect(await table.count({ o: { $gt: { y: 1, x: 1 } } })).toBe(1)
  })

  test('a table with as many columns as the record says works', async () => {
    const driver = await openDriver()
    const count = driver.capabilities.limits.columnsPerTable as number
    const many = Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, 'number' as const]))
    const table = await makeTable(driver, { columns: many })
    await table.insert([{ n0: 0, [`n${count - 1}`]: 7 }])
    expect(await table.find({ [`n${count - 1}`]: 7 } as never)).toEqual([{ n0: 0, [`n${count - 1}`]: 7 }])
    expect(await table.update({}, { $inc: { n5: 1 } })).toMatchObject({ modified: 1 })
  })
})

describe('inserting', () => {
  test('a row that breaks the schema names row and column, and nothing of the batch is applied', async () => {
    const table = await openTable({
      columns: { id: 'string', n: 'number' },
      primaryKey: ['id'],
      undeclaredFields: 'refuse',
    })
    const bad = { n: { n: '5' }, id: { id: null }, x: { id: 'a', x: 1 } }
    for (const [column, row] of Object.entries(bad)) {
      const written = table.insert([{ id: 'fine' }, { id: 'b', ...row }])
      await expect(written).rejects.toMatchObject({ code: 'invalid-argument', details: { row: 1, column } })
    }
    expect(await table.count()).toBe(0)
  })

  test('a taken key is a conflict that names it', async () => {
    const table = await openTable({ columns: { id: 'string', n: 'number' }, primaryKey: ['id', 'n'] })
    await table.insert([{ id: 'a', n: 1 }])
    const written = table.insert([
      { id: 'b', n: 1 },
      { id: 'a', n: 1 },
    ])
    await expect(written).rejects.toMatchObject({ code: 'conflict', details: { row: 1, columns: ['id', 'n'] } })
    await expect(written).rejects.toThrow('the primary key id = "a", n = 1 is taken in b/t')
    expect(await table.count()).toBe(1)
  })

  test('a unique index stops equal values, not missing ones', async () => {
    const table = await openTable({
      columns: { id: 'number', mail: 'string' },
      primaryKey: ['id'],
      indexes: [{ name: 'by_mail', columns: ['mail'], unique: true }],
    })
    await table.insert([{ id: 1, mail: 'x' }, { id: 2 }, { id: 3, mail: null }])
    await expect(table.insert([{ id: 4, mail: 'x' }], 'upsert')).rejects.toMatchObject({
      code: 'conflict',
      details: { columns: ['mail'] },
    })
    await expect(table.load('upsert', [[{ id: 5 }, { id: 4, mail: 'x' }]])).rejects.toMatchObject({ code: 'conflict' })
    expect(await table.count()).toBe(3)
  })

  test('upsert replaces the row with that key as a whole', async () => {
    const table = await openTable({ columns: { id: 'number', n: 'number', s: 'string' }, primaryKey: ['id'] })
    expect(await table.insert([{ id: 1, n: 1, s: 'a', u: 1 }, { id: 2 }])).toMatchObject({ inserted: 2, updated: 0 })
    const counts = await table.insert([{ id: 1, s: null }, { id: 3 }, { id: 2, n: 2 }], 'upsert')
    expect(counts).toEqual({ inserted: 1, updated: 2, ids: undefined })
    expect(await table.find()).toEqual([{ id: 1, s: null }, { id: 2, n: 2 }, { id: 3 }])
  })

  test('upsert without a primary key is refused', async () => {
    const table = await openTable({ columns: { n: 'number' } })
    await expect(table.insert([{ n: 1 }], 'upsert')).rejects.toMatchObject({ code: 'invalid-argument' })
    await expect(table.load('upsert', [[{ n: 1 }]])).rejects.toMatchObject({ code: 'invalid-argument' })
  })
})

describe('deleting', () => {
  test('goes by filter, with a limit in the order rows were written', async () => {
    const table = await openTable({ columns: { n: 'number' } })
    await table.insert([5, 1, 5, 2, 5].map((n, index) => ({ n, index })))
    expect(await table.delete({ n: 5 }, 2)).toBe(2)
    expect(await table.find()).toEqual([
      { n: 1, index: 1 },
      { n: 2, index: 3 },
      { n: 5, index: 4 },
    ])
    expect(await table.delete({ n: { $gt: 100 } })).toBe(0)
    expect(await table.delete({})).toBe(3)
  })

  test('the number of rows is known after any mixture of writes', async () => {
    const table = await openTable({ columns: { id: 'number' }, primaryKey: ['id'] })
    const write = fc.oneof(
      fc.record({
        kind: fc.constant('upsert' as const),
        ids: fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 4 }),
      }),
      fc.record({ kind: fc.constant('load' as const), ids: fc.array(fc.nat(9), { maxLength: 4 }) }),
      fc.record({ kind: fc.constant('replace' as const), ids: fc.uniqueArray(fc.nat(9), { maxLength: 4 }) }),
      fc.record({ kind: fc.constant('delete' as const), ids: fc.array(fc.nat(9), { maxLength: 4 }) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(write, { maxLength: 12 }), async (writes) => {
        await table.delete({})
        const model = new Set<number>()
        const outcomes: [unknown, unknown][] = []
        for (const { kind, ids } of writes) {
          const rows = ids.map((id) => ({ id }))
          const before = model.size
          if (kind === 'delete') {
            for (const id of ids) model.delete(id)
            outcomes.push([await table.delete({ id: { $in: ids } }), before - model.size])
            continue
          }
          if (kind === 'replace') model.clear()
          for (const id of ids) model.add(id)
          const inserted = kind === 'replace' ? ids.length : model.size - before
          const counts =
            kind === 'upsert'
              ? await table.insert(rows, 'upsert')
              : await table.load(kind === 'load' ? 'upsert' : 'replace', [rows])
          outcomes.push([counts, { inserted, updated: ids.length - inserted, ids: undefined }])
        }
        expect(outcomes.map(([given]) => given)).toEqual(outcomes.map(([, expected]) => expected))
        expect(await table.count()).toBe(model.size)
        expect((await table.driver.tables.get(table.place, call())).rowCount).toBe(model.size)
        expect((await table.find()).length).toBe(model.size)
      }),
      { numRuns: 60 },
    )
  })
})

describe('rows that changed', () => {
  const changed = async (table: TestTable, changedSince: Date) => {
    const rest = { filter: matchAll, projection: undefined, sort: [], limit: undefined, offset: 0 }
    const request = { ...table.place, ...rest, pageSize: 100, pageToken: undefined, changedSince }
    return batchToRows((await table.driver.tables.changed(request, call())).batch)
  }

  test('are those inserted, upserted, updated or loaded at or after an instant', async () => {
    const table = await openTable(
      { columns: { id: 'number', n: 'number' }, primaryKey: ['id'] },
      { path: makeDirectory() },
    )
    await table.insert([{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }])
    const tick = async () => {
      const start = Date.now()
      while (Date.now() <= start + 1) await new Promise((resolve) => setTimeout(resolve, 1))
      return new Date()
    }
    const first = await tick()
    await table.insert([{ id: 2, n: 2 }, { id: 5 }], 'upsert')
    await table.update({ id: { $in: [3, 4] } }, { $set: { n: 3 } })
    expect((await changed(table, first)).map(({ id }) => id)).toEqual([2, 3, 4, 5])
    const second = await tick()
    await table.update({ id: 3 }, { $set: { n: 3 } })
    expect(await changed(table, second)).toEqual([])
    await table.update({ id: 4 }, { $push: { list: 1 } })
    await table.load('upsert', [[{ id: 1, n: 9 }]])
    expect((await changed(table, second)).map(({ id }) => id)).toEqual([1, 4])
  })

  test('a load counts as written when it became visible, not when its rows arrived', async () => {
    const table = await openTable({ columns: { id: 'number' } })
    let seen = new Date(0)
    async function* slow() {
      yield { columns: ['id'], rows: Array.from({ length: 3000 }, (_, id) => [id]) }
      await new Promise((resolve) => setTimeout(resolve, 3))
      seen = new Date()
      await new Promise((resolve) => setTimeout(resolve, 3))
    }
    await table.load('replace', slow())
    expect((await changed(table, seen)).length).toBe(100)
    expect(await changed(table, new Date(Date.now() + 1000))).toEqual([])
  })
})

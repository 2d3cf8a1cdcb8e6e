import type { ColumnType, Filter, JsonValue, Row } from '@stowage/core'
import { compileFilter, parseFilter } from '@stowage/core/driver'
import { filterCases } from '@stowage/core/truth-tables'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryFilter } from '../../core/test/filter/arbitrary-filter.ts'
import { call, makeTable, openDriver, openTable, type TestTable } from './tables-fixture.ts'

const allTypes: readonly ColumnType[] = ['string', 'number', 'boolean', 'timestamp', 'object', 'array']
const fields = ['a', 'b', 'c', 'd'] as const

function typesFor(value: JsonValue | undefined): readonly ColumnType[] {
  if (value === undefined || value === null) return allTypes
  if (Array.isArray(value)) return ['array']
  return [typeof value as ColumnType]
}

async function finds(table: TestTable, row: Row, filter: Filter): Promise<number> {
  await table.delete({})
  // As a batch: core refuses some names, such as __proto__, that the evaluator has rules for.
  const batch = { columns: Object.keys(row), rows: [Object.values(row)] }
  await table.driver.tables.insert({ ...table.place, mode: 'append', batch }, call())
  return table.count(filter)
}

describe('the truth table holds in SQL', () => {
  for (const { title, cases } of filterCases) {
    test(`${title}, undeclared`, async () => {
      const table = await openTable({ columns: { unused: 'string' } })
      for (const [row, filter, matches, reason] of cases) {
        const found = await finds(table, row, filter as Filter)
        expect({ row, filter, reason, found }).toEqual({ row, filter, reason, found: matches ? 1 : 0 })
      }
    })

    test(`${title}, declared`, async () => {
      const driver = await openDriver()
      const tables = new Map<string, TestTable>()
      for (const [row, filter, matches, reason] of cases) {
        for (const a of typesFor(row['a'])) {
          const [b] = typesFor(row['b']) as [ColumnType]
          const known = tables.get(`${a}-${b}`)
          const table = known ?? (await makeTable(driver, { columns: { a, b } }, `${a}-${b}`))
          tables.set(`${a}-${b}`, table)
          const found = await finds(table, row, filter as Filter)
          expect({ a, row, filter, reason, found }).toEqual({ a, row, filter, reason, found: matches ? 1 : 0 })
        }
      }
    })
  }
})

const text = fc.oneof(fc.constantFrom('', 'a', 'b', '5', '\u{1f600}', '\uffff', 'a\0b'), fc.string({ maxLength: 3 }))
const number = fc.oneof(fc.constantFrom(0, 1, 5, -1.5, 2 ** 53 + 2, 1e300, 5e-324), fc.integer({ min: -3, max: 6 }))
const nested: fc.Arbitrary<JsonValue> = fc.oneof(fc.constant(null), text, number, fc.boolean())
const valueOf: { readonly [type in ColumnType]: fc.Arbitrary<JsonValue> } = {
  string: text,
  number,
  boolean: fc.boolean(),
  timestamp: fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T10:00:00+02:00'),
  object: fc.dictionary(fc.constantFrom(...fields), nested, { maxKeys: 2, noNullPrototype: true }),
  array: fc.array(fc.oneof(nested, fc.array(nested, { maxLength: 2 })), { maxLength: 3 }),
}

function maybe(value: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonValue | undefined> {
  return fc.oneof({ arbitrary: value, weight: 5 }, { arbitrary: fc.constantFrom(undefined, null), weight: 2 })
}

/** A table with some of the fields declared, and rows that fit it. */
const arbitraryTable = fc
  .record(Object.fromEntries(fields.map((field) => [field, fc.option(fc.constantFrom(...allTypes))])))
  .chain((types) => {
    const cells = fields.map((field) => {
      const type = types[field] as ColumnType | null
      return [field, maybe(type === null ? fc.oneof(...Object.values(valueOf)) : valueOf[type])] as const
    })
    const row = fc.record(Object.fromEntries(cells)).map(withoutMissing)
    const columns = Object.fromEntries(Object.entries(types).filter(([, type]) => type !== null))
    return fc.record({ columns: fc.constant({ ...columns, unused: 'string' }), rows: fc.array(row, { maxLength: 12 }) })
  })

function withoutMissing(row: Record<string, JsonValue | undefined>): Row {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)) as Row
}

test('SQL finds what compileFilter finds, whatever is declared', async () => {
  const driver = await openDriver()
  let tables = 0
  const property = fc.asyncProperty(
    arbitraryTable,
    fc.array(arbitraryFilter, { minLength: 1, maxLength: 8 }),
    async ({ columns, rows }, filters) => {
      const table = await makeTable(driver, { columns: columns as Record<string, ColumnType> }, `t${tables++}`)
      await table.insert(rows)
      for (const filter of filters) {
        const matches = compileFilter(parseFilter(filter))
        expect({ filter, rows: await table.find(filter as Filter) }).toEqual({ filter, rows: rows.filter(matches) })
      }
    },
  )
  await fc.assert(property, { numRuns: 300 })
})

test('negation keeps to two truth values', async () => {
  const table = await openTable({ columns: { n: 'number' } })
  await table.insert([{ n: 9 }, { n: 1 }, { n: null }, {}])
  expect(await table.count({ n: { $gt: 5 } })).toBe(1)
  expect(await table.count({ n: { $not: { $gt: 5 } } })).toBe(3)
  expect(await table.count({ $nor: [{ n: { $gt: 5 } }] })).toBe(3)
  expect(await table.count({ $nor: [{ $nor: [{ n: { $gt: 5 } }] }] })).toBe(1)
  expect(await table.count({ n: { $ne: 9 } })).toBe(3)
  expect(await table.count({ n: { $nin: [9, null] } })).toBe(1)
})

describe('long lists', () => {
  const many = Array.from({ length: 5000 }, (_, index) => index)

  test.each([
    ['whole numbers', 'number', (index: number) => index * 3],
    ['fractions', 'number', (index: number) => index / 7],
    ['text', 'string', (index: number) => `k${index}`],
    ['text with NUL', 'string', (index: number) => `k\0${index}`],
    ['timestamps', 'timestamp', (index: number) => new Date(index * 1000).toISOString()],
  ] as [string, ColumnType, (index: number) => string | number][])('%s: each is found', async (_, type, valueAt) => {
    const table = await openTable({ columns: { v: type } })
    await table.insert(many.map((index) => ({ v: valueAt(index) })))
    const wanted = many.filter((index) => index % 5 === 0).map(valueAt)
    expect(await table.count({ v: { $in: wanted } })).toBe(wanted.length)
    expect(await table.count({ v: { $nin: wanted } })).toBe(many.length - wanted.length)
  })

  test('many of them in one filter stay within the limit of parameters', async () => {
    const table = await openTable({ columns: { v: 'number' } })
    await table.insert([{ v: 5 }, { v: 7 }])
    const $or = Array.from({ length: 300 }, (_, part) => ({
      v: { $in: many.slice(0, 150).map((n) => n + part * 200 + 6) },
    }))
    expect(await table.count({ $or })).toBe(1)
  })
})

test('a filter as deep and wide as core takes compiles', async () => {
  const table = await openTable({ columns: { v: 'number' } })
  await table.insert([{ v: 1 }, { v: 2 }])
  let filter: Filter = { v: 1 }
  for (let depth = 0; depth < 97; depth++) filter = depth % 2 === 0 ? { $nor: [filter] } : { $or: [filter, { v: 9 }] }
  expect(await table.count(filter)).toBe((await table.find()).filter(compileFilter(parseFilter(filter))).length)
  const wide: Filter = { $or: Array.from({ length: 3000 }, (_, index) => ({ v: { $gt: index + 1 } })) }
  expect(await table.count(wide)).toBe(1)
})

test('a table that refuses undeclared fields knows what they are: missing', async () => {
  const table = await openTable({ columns: { v: 'number' }, undeclaredFields: 'refuse' })
  await table.insert([{ v: 1 }])
  expect(await table.count({ other: null })).toBe(1)
  expect(await table.count({ other: { $exists: true } })).toBe(0)
  expect(await table.count({ 'other.x': { $ne: 5 } })).toBe(1)
})

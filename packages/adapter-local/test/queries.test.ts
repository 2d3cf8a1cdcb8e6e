import type { ColumnType, JsonValue, Row } from '@stowage/core'
import { compileSort, matchAll } from '@stowage/core/driver'
import { projectionCases, sortCases } from '@stowage/core/truth-tables'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { call, makeDirectory, makeTable, openDriver, openTable, TestTable } from './tables-fixture.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, index) => ({ n: index, half: index >> 1 }))

test.each(projectionCases)('projection of %j by %j gives %j: %s', async (row, projection, result) => {
  const undeclared = await openTable({ columns: { unused: 'string' } })
  await undeclared.insert([row])
  expect(await undeclared.find({}, { projection })).toEqual([result])
  const columns = Object.fromEntries(Object.entries(row).map(([name, value]) => [name, typeOf(value)]))
  const declared = await openTable({ columns: { ...columns, unused: 'string' } })
  await declared.insert([row])
  expect(await declared.find({}, { projection })).toEqual([result])
})

function typeOf(value: JsonValue): ColumnType {
  if (value === null) return 'string'
  return Array.isArray(value) ? 'array' : (typeof value as ColumnType)
}

describe('sorts', () => {
  test.each(sortCases.map(([sort, rows, reason]) => ({ sort, rows, reason })))('$reason', async ({ sort, rows }) => {
    const table = await openTable({ columns: { unused: 'string' } })
    await table.insert([...rows].reverse())
    const compare = compileSort(parsed(sort))
    const sorted = await table.find({}, { sort: sort as never })
    expect(sorted).toEqual([...rows].reverse().sort(compare))
  })

  const scalars: Readonly<Record<string, fc.Arbitrary<JsonValue | undefined>>> = {
    s: fc.constantFrom('a', 'b', 'B', '\uffff', '\u{1f600}', '', null, undefined),
    n: fc.constantFrom(0, -1, 2.5, 1e300, null, undefined),
    f: fc.constantFrom(true, false, null, undefined),
    u: fc.constantFrom<JsonValue | undefined>('a', 1, true, null, undefined, [], [2, 'a'], { x: 1 }),
  }
  const rows = fc.array(
    fc.record(scalars).map((row) => Object.fromEntries(Object.entries(row).filter(([, cell]) => cell !== undefined))),
    { maxLength: 25 },
  )
  const keys = fc.uniqueArray(fc.tuple(fc.constantFrom('s', 'n', 'f', 'u'), fc.constantFrom(1 as const, -1 as const)), {
    selector: ([path]) => path,
    maxLength: 3,
  })

  test('any sort, page size, offset and limit give the rows core would give', async () => {
    const driver = await openDriver()
    let tables = 0
    const property = fc.asyncProperty(
      rows,
      keys,
      fc.integer({ min: 1, max: 7 }),
      fc.option(fc.nat(30)),
      fc.nat(5),
      fc.constantFrom([], [{ name: 'by_n', columns: ['n'] }]),
      async (given, sort, pageSize, limit, offset, indexes) => {
        const shape = { columns: { s: 'string', n: 'number', f: 'boolean' }, indexes } as const
        const table = await makeTable(driver, shape, `t${tables++}`)
        await table.insert(given as Row[])
        const expected = [...(given as Row[])].sort(compileSort(parsed(sort)))
        const options = { sort, pageSize, offset, ...(limit === null ? {} : { limit }) }
        const found = await table.find({}, options)
        expect(found).toEqual(expected.slice(offset, limit === null ? undefined : offset + limit))
      },
    )
    await fc.assert(property, { numRuns: 250 })
  })

  test('two keys into the same array are refused, as core refuses them', async () => {
    const table = await openTable({ columns: { list: 'array' } })
    await table.insert([{ list: [{ x: 1, y: 2 }] }])
    await expect(table.find({}, { sort: { 'list.x': 1, 'list.y': 1 } })).rejects.toMatchObject({
      code: 'invalid-argument',
    })
  })
})

function parsed(sort: unknown): { path: string; direction: 1 | -1 }[] {
  const entries = Array.isArray(sort) ? (sort as [string, 1 | -1][]) : Object.entries(sort as Record<string, 1 | -1>)
  return entries.map(([path, direction]) => ({ path, direction }))
}

describe('pages', () => {
  test.each([[{}], [{ half: -1 }], [{ half: 1, n: -1 }]] as const)(
    'sorted by %j they hold every row once, at any size',
    async (sort) => {
      const table = await openTable({ columns: { n: 'number', half: 'number' } })
      await table.insert(numbers(2500))
      for (const pageSize of [7, 999, 1000, 1250, 2500, 5000]) {
        const pages = await table.pages({}, { sort, pageSize })
        expect(pages.every((page) => page.length <= pageSize)).toBe(true)
        const expected = numbers(2500).sort(compileSort(parsed(sort)))
        expect(pages.flat()).toEqual(expected)
      }
    },
  )

  test('a token works in another process and after a restart', async () => {
    const path = makeDirectory()
    const first = await openTable({ columns: { n: 'number', half: 'number' } }, { path })
    await first.insert(numbers(50))
    for (const sort of [{}, { half: -1 }] as const) {
      const page = await first.page({}, { sort, pageSize: 20 }, undefined)
      const other = new TestTable(await openDriver({ path }))
      const rest = await other.page({}, { sort, pageSize: 40 }, page.nextPageToken)
      expect([...page.rows, ...rest.rows]).toEqual(numbers(50).sort(compileSort(parsed(sort))))
    }
  })

  test('rows deleted and added meanwhile neither repeat nor hide others', async () => {
    for (const sort of [{}, { n: 1 }] as const) {
      const table = await openTable({ columns: { n: 'number', half: 'number' } })
      await table.insert(numbers(4000))
      const seen: number[] = []
      let token: string | undefined
      do {
        const page = await table.page({}, { sort, pageSize: 1000 }, token)
        seen.push(...page.rows.map((row) => row['n'] as number))
        await table.delete({ n: { $in: [seen.at(-1) as number, (seen.at(-1) as number) + 1] } })
        await table.insert([{ n: -1 }])
        token = page.nextPageToken
      } while (token !== undefined)
      expect(new Set(seen.filter((n) => n >= 0)).size).toBe(seen.filter((n) => n >= 0).length)
      expect(seen.filter((n) => n >= 0).length).toBeGreaterThanOrEqual(3996)
    }
  })

  test('a token of another query, or none of ours, is refused', async () => {
    const table = await openTable({ columns: { n: 'number', half: 'number' } })
    await table.insert(numbers(50))
    const { nextPageToken } = await table.page({}, { pageSize: 10 }, undefined)
    const forged = Buffer.from(JSON.stringify([1, 0, 1, 10, 10, []])).toString('base64url')
    const odd = [1, 2, 'x', {}, null].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    for (const token of ['', 'x', '🙂', forged, ...odd]) {
      await expect(table.page({}, { pageSize: 10 }, token)).rejects.toMatchObject({ code: 'invalid-argument' })
    }
    const other = table.page({ n: { $gt: 5 } }, { pageSize: 10 }, nextPageToken)
    await expect(other).rejects.toMatchObject({ code: 'invalid-argument' })
  })

  test('a token from before all rows were replaced is a conflict', async () => {
    const table = await openTable({ columns: { n: 'number', half: 'number' } })
    await table.insert(numbers(50))
    const { nextPageToken } = await table.page({}, { pageSize: 10 }, undefined)
    await table.load('replace', [numbers(20)])
    await expect(table.page({}, { pageSize: 10 }, nextPageToken)).rejects.toMatchObject({ code: 'conflict' })
  })

  test('several sorted readers at once each get their own rows', async () => {
    const table = await openTable({ columns: { n: 'number', half: 'number' } })
    await table.insert(numbers(3500))
    const readers = [1, -1, 1, -1, 1, -1, 1].map((direction) => ({ sort: { n: direction as 1 | -1 }, pageSize: 1000 }))
    const results = await Promise.all(readers.map((shape) => table.find({}, shape)))
    for (const [index, result] of results.entries()) {
      const expected = numbers(3500)
      expect(result).toEqual(index % 2 === 0 ? expected : expected.reverse())
    }
  })
})

test('a plan takes the whole query, and explain shows SQL and what is JavaScript', async () => {
  const table = await openTable({ columns: { n: 'number', tags: 'array' } })
  const filter = {
    kind: 'and',
    nodes: [
      { kind: 'compare', path: 'n', operator: '$gt', value: 5 },
      { kind: 'compare', path: 'tags', operator: '$eq', value: 'x' },
    ],
  } as const
  const query = { ...table.place, filter, projection: undefined, sort: [], limit: undefined, offset: 0 }
  const plan = await table.driver.tables.plan(query, call())
  expect(plan).toMatchObject({ pushed: filter, residual: matchAll, sort: 'backend', limit: 'backend' })
  expect(plan.notes).toEqual([
    'SQL: SELECT c0, c1, extra, rid FROM t1 WHERE ((c0 > ?) AND (stowage_row(?, c1))) ORDER BY rid',
    'evaluated in JavaScript inside SQLite: tags',
  ])
})

test('a look-up by key uses its index, and so does an index of one’s own', async () => {
  const table = await openTable({
    columns: { id: 'string', n: 'number' },
    primaryKey: ['id'],
    indexes: [{ name: 'by_n', columns: ['n'] }],
  })
  const sqlite = table.driver.native.sqlite
  const steps = (sql: string) =>
    sqlite
      ?.prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map((step) => step['detail'])
  expect(steps('SELECT extra FROM t1 WHERE (c0 = ?) ORDER BY rid LIMIT 10')).toEqual([
    'SEARCH t1 USING INDEX i1_pk (c0=?)',
  ])
  expect(steps('SELECT c0 FROM t1 WHERE (c1 > ?) ORDER BY c1 ASC, rid LIMIT 10')).toEqual([
    'SEARCH t1 USING INDEX i1_0 (c1>?)',
  ])
})

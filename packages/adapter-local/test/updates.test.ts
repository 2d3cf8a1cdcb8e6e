import type { ColumnType, JsonValue, Row, Update } from '@stowage/core'
import { cellProblem, compileUpdate, parseUpdate, StorageError, toBatch, type UpdateCounts } from '@stowage/core/driver'
import { updateCases } from '@stowage/core/truth-tables'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeTable, openDriver, openTable, type TestTable } from './tables-fixture.ts'

/** What an update did, or the code of its failure. */
type Outcome = { readonly matched: number; readonly modified: number; readonly inserted: number } | string

async function outcomeOf(updated: Promise<UpdateCounts>): Promise<Outcome> {
  return updated.catch((error: unknown) => (StorageError.is(error) ? error.code : String(error)))
}

async function updateOne(table: TestTable, row: Row, update: unknown): Promise<{ outcome: Outcome; rows: Row[] }> {
  await table.insert([row])
  const outcome = await outcomeOf(table.update({}, update as Update))
  return { outcome, rows: await table.find() }
}

function expectedOf(row: Row, update: unknown, result: Row | undefined): { outcome: Outcome; rows: Row[] } {
  if (result === undefined) return { outcome: 'invalid-argument', rows: [row] }
  const { isModified } = compileUpdate(parseUpdate(update as Update))(row)
  return { outcome: { matched: 1, modified: isModified ? 1 : 0, inserted: 0 }, rows: [result] }
}

describe('the table of updates holds', () => {
  test.each(updateCases)('%j by %j gives %j, undeclared: %s', async (row, update, result) => {
    const table = await openTable({ columns: { unused: 'string' } })
    expect(await updateOne(table, row, update)).toEqual(expectedOf(row, update, result))
  })

  const keepTypes = updateCases.filter(([row, , result]) =>
    Object.keys(row).every((name) => typeOf(row[name]) === typeOf(result?.[name] ?? row[name])),
  )

  test.each(keepTypes)('%j by %j gives %j, declared: %s', async (row, update, result) => {
    const columns = Object.entries({ ...row, ...result }).map(([name, value]) => [name, typeOf(value)] as const)
    const table = await openTable({ columns: { ...Object.fromEntries(columns), unused: 'string' } })
    expect(await updateOne(table, row, update)).toEqual(expectedOf(row, update, result))
  })
})

function typeOf(value: JsonValue | undefined): ColumnType {
  if (value === null || value === undefined) return 'number'
  return Array.isArray(value) ? 'array' : (typeof value as ColumnType)
}

const types = { n: 'number', m: 'number', s: 'string', b: 'boolean', t: 'timestamp' } as const
const instant = fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z')
const cells: Readonly<Record<'n' | 'm' | 's' | 'b' | 't', fc.Arbitrary<JsonValue>>> = {
  n: fc.constantFrom(0, 1, -2.5, 2 ** 52, 2 ** 53 - 1, 1e300),
  m: fc.integer({ min: -3, max: 3 }),
  s: fc.constantFrom('', 'a', 'b'),
  b: fc.boolean(),
  t: instant,
}
const maybe = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ arbitrary: value, weight: 4 }, { arbitrary: fc.constantFrom(null, undefined), weight: 1 })
const row = fc
  .record({
    ...Object.fromEntries(Object.entries(cells).map(([name, value]) => [name, maybe(value)])),
    u: maybe(fc.nat(3)),
  })
  .map((whole) => Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined)) as Row)
const change = fc.oneof(
  ...Object.entries(cells).map(([name, value]) => fc.tuple(fc.constant('$set'), fc.constant(name), value)),
  fc.tuple(fc.constant('$set'), fc.constantFrom('n', 's', 'u'), fc.constant(null)),
  fc.tuple(fc.constant('$set'), fc.constantFrom('n', 's', 'u', 'b'), fc.constantFrom<JsonValue>(1, 'x', true)),
  fc.tuple(fc.constant('$unset'), fc.constantFrom('n', 's', 'u', 't'), fc.constant(1)),
  fc.tuple(
    fc.constant('$inc'),
    fc.constantFrom('n', 'm', 'u', 's'),
    fc.constantFrom(1, -1, 0.5, 0, 2 ** 52, 1e-30, 1e300),
  ),
  fc.tuple(fc.constant('$push'), fc.constantFrom('u', 'list'), fc.constant(1)),
)

test('SQL changes what compileUpdate changes, all rows or none', async () => {
  const driver = await openDriver()
  let tables = 0
  const property = fc.asyncProperty(
    fc.array(row, { minLength: 1, maxLength: 8 }),
    fc.uniqueArray(change, { minLength: 1, maxLength: 3, selector: ([, path]) => path }),
    fc.option(fc.integer({ min: -2, max: 2 })),
    async (rows, changes, bound) => {
      const table = await makeTable(driver, { columns: types }, `t${tables++}`)
      await table.insert(rows)
      const update: Record<string, Record<string, unknown>> = {}
      for (const [operator, path, value] of changes) (update[operator] ??= {})[path] = value
      const filter = bound === null ? {} : { m: { $gte: bound } }
      const expected = expectedRows(rows, update as Update, bound)
      const outcome = await outcomeOf(table.update(filter, update as Update))
      expect(outcome).toEqual(expected === undefined ? 'invalid-argument' : { ...expected.counts, inserted: 0 })
      expect(await table.find()).toEqual(expected?.rows ?? rows)
    },
  )
  await fc.assert(property, { numRuns: 600 })
})

function expectedRows(rows: readonly Row[], update: Update, bound: number | null) {
  const apply = compileUpdate(parseUpdate(update))
  const counts = { matched: 0, modified: 0 }
  try {
    const changed = rows.map((one) => {
      if (bound !== null && !(typeof one['m'] === 'number' && one['m'] >= bound)) return one
      const result = apply(one)
      counts.matched += 1
      counts.modified += result.isModified ? 1 : 0
      for (const [name, type] of Object.entries(types)) {
        const column = { name, type, required: false, native: undefined, description: undefined }
        if (result.isModified && cellProblem(column, result.row[name]) !== undefined) throw new Error('type')
      }
      return result.row
    })
    return { rows: changed, counts }
  } catch {
    return undefined
  }
}

describe('an update', () => {
  test('that breaks the schema on any row changes none', async () => {
    const table = await openTable({
      columns: { id: 'number', s: { type: 'string', required: true } },
      primaryKey: ['id'],
    })
    await table.insert([
      { id: 1, s: 'a', n: 1 },
      { id: 2, s: 'b', n: 'x' },
    ])
    const before = await table.find()
    const broken: Update[] = [{ $inc: { n: 1 } }, { $set: { s: 5 } }, { $unset: { s: 1 } }, { $set: { s: null } }]
    for (const update of broken) {
      await expect(table.update({}, update)).rejects.toMatchObject({ code: 'invalid-argument' })
      expect(await table.find()).toEqual(before)
    }
    expect(await table.update({ id: 9 }, { $set: { s: 5 } })).toEqual({ matched: 0, modified: 0, inserted: 0 })
  })

  test('that takes a key twice is a conflict and changes nothing', async () => {
    const table = await openTable({ columns: { id: 'number', n: 'number' }, primaryKey: ['id'] })
    await table.insert([{ id: 1 }, { id: 2 }, { id: 3 }])
    for (const update of [{ $set: { id: 2 } }, { $set: { id: 2, 'o.x': 1 } }] as Update[]) {
      await expect(table.update({ id: { $ne: 2 } }, update)).rejects.toMatchObject({ code: 'conflict' })
      expect(await table.find()).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }])
    }
    expect(await table.update({ id: 3 }, { $set: { id: 4 } })).toMatchObject({ modified: 1 })
    expect(await table.insert([{ id: 3 }])).toMatchObject({ inserted: 1 })
  })

  test('with an upsert row inserts it only when nothing matches', async () => {
    const table = await openTable({ columns: { id: 'number', n: 'number' }, primaryKey: ['id'] })
    const upsertRow = toBatch([{ id: 1, n: 5 }])
    const update = { $set: { n: 5 } }
    expect(await table.update({ id: 1 }, update, { upsertRow })).toEqual({ matched: 0, modified: 0, inserted: 1 })
    expect(await table.update({ id: 1 }, update, { upsertRow })).toEqual({ matched: 1, modified: 0, inserted: 0 })
    expect(await table.find()).toEqual([{ id: 1, n: 5 }])
    const bad = table.update({ id: 7 }, update, { upsertRow: toBatch([{ id: 'x' }]) })
    await expect(bad).rejects.toMatchObject({ code: 'invalid-argument' })
  })

  test('that adds up to more than can be held exactly is refused', async () => {
    const table = await openTable({ columns: { n: 'number' } })
    await table.insert([{ n: 1 }, { n: 2 ** 52 }])
    await expect(table.update({}, { $inc: { n: 2 ** 52 } })).rejects.toMatchObject({ code: 'invalid-argument' })
    expect(await table.update({}, { $inc: { n: 2 ** 52 - 1 } })).toMatchObject({ modified: 2 })
    expect(await table.find()).toEqual([{ n: 2 ** 52 }, { n: 2 ** 53 - 1 }])
  })

  test('of more rows than a page, by JavaScript, meets each once', async () => {
    const table = await openTable({ columns: { n: 'number' } })
    await table.insert(Array.from({ length: 1700 }, (_, n) => ({ n, list: [] })))
    const counts = await table.update({ list: { $ne: 1 } }, { $push: { list: 1 } })
    expect(counts).toEqual({ matched: 1700, modified: 1700, inserted: 0 })
    expect(await table.count({ list: [1] })).toBe(1700)
  })

  test('in a table that refuses undeclared fields may not make one', async () => {
    const table = await openTable({ columns: { n: 'number' }, undeclaredFields: 'refuse' })
    await table.insert([{ n: 1 }])
    await expect(table.update({}, { $set: { x: 1 } })).rejects.toMatchObject({
      code: 'invalid-argument',
      details: { column: 'x' },
    })
    expect(await table.update({}, { $unset: { x: 1 } })).toEqual({ matched: 1, modified: 0, inserted: 0 })
  })
})

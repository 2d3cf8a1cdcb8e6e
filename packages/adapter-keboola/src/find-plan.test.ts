import {
  type FilterNode,
  isMatchAll,
  parseFilter,
  parseProjection,
  parseSort,
  type TableQuery,
} from '@stowage/core/driver'
import { expect, test } from 'vitest'
import { planQuery, toRowFilters } from './find-plan.ts'
import type { TableSchema } from './table-schemas.ts'

const types = { id: 'string', name: 'string', n: 'number', at: 'timestamp', ok: 'boolean' } as const

function schema(isTyped = false): TableSchema {
  const columns = Object.entries(types).map(([name, type]) => ({
    name,
    type,
    required: false,
    native: undefined,
    description: undefined,
  }))
  return { id: 'in.c-main.t', columns, primaryKey: ['id'], isTyped, rowCount: 5 }
}

function query(filter: unknown, options: Partial<TableQuery> = {}): TableQuery {
  const parsed = parseFilter(filter as Parameters<typeof parseFilter>[0])
  const base = { bucket: 'in.c-main', table: 't', projection: undefined, sort: [], limit: undefined, offset: 0 }
  return { ...base, filter: parsed, ...options }
}

function pushed(filter: unknown, isTyped = false): unknown[] {
  return toRowFilters(planQuery(schema(isTyped), query(filter)).pushed).map(({ column, operator, values }) => [
    column,
    operator,
    ...values,
  ])
}

function residual(filter: unknown, isTyped = false): FilterNode {
  return planQuery(schema(isTyped), query(filter)).residual
}

test.each([
  [{ id: 'a' }, [['id', 'eq', 'a']]],
  [{ id: '' }, [['id', 'eq', '']]],
  [{ id: { $ne: 'a' } }, [['id', 'ne', 'a']]],
  [{ id: { $in: ['a', 'b', 'a'] } }, [['id', 'eq', 'a', 'b']]],
  [{ id: { $nin: ['a', 'b'] } }, [['id', 'ne', 'a', 'b']]],
  [
    { id: { $gte: 'a', $lt: 'b' }, name: 'x' },
    [
      ['id', 'ge', 'a'],
      ['id', 'lt', 'b'],
      ['name', 'eq', 'x'],
    ],
  ],
  [
    { $nor: [{ id: 'a' }, { name: 'b' }] },
    [
      ['id', 'ne', 'a'],
      ['name', 'ne', 'b'],
    ],
  ],
  [{ id: { $not: { $ne: 'a' } } }, [['id', 'eq', 'a']]],
  [{ at: { $gt: '2026-01-01T00:00:00Z' } }, [['at', 'gt', '2026-01-01T00:00:00Z']]],
])('%j is the service’s', (filter, expected) => {
  expect(pushed(filter)).toEqual(expected)
  expect(isMatchAll(residual(filter))).toBe(true)
})

test.each([
  ['numbers are text there', { n: 5 }],
  ['"10" is less than "9" there', { n: { $gt: 9 } }],
  ['a number is no text', { id: 5 }],
  ['null is no text', { id: null }],
  ['a list with a number', { id: { $in: ['a', 1] } }],
  ['an empty list', { id: { $in: [] } }],
  ['a pattern', { id: { $regex: '^a' } }],
  ['alternatives', { $or: [{ id: 'a' }, { name: 'b' }] }],
  ['a column the table lacks', { nothing: 'a' }],
  ['a path into a value', { 'id.x': 'a' }],
  ['TRUE is true here', { ok: true }],
  ['nothing is below any text there', { at: { $lt: '2026-01-01T00:00:00Z' } }],
  ['nothing is an empty text there', { at: '' }],
])('it is left to core: %s', (_why, filter) => {
  expect(pushed(filter)).toEqual([])
  expect(isMatchAll(residual(filter))).toBe(false)
})

test('what can be pushed is, beside what cannot', () => {
  expect(pushed({ id: 'a', n: 5 })).toEqual([['id', 'eq', 'a']])
  expect(residual({ id: 'a', n: 5 })).toMatchObject({ kind: 'compare', path: 'n' })
})

test('of typed tables nothing is pushed that nulls would answer otherwise', () => {
  expect(pushed({ id: 'a' }, true)).toEqual([['id', 'eq', 'a']])
  expect(pushed({ id: { $gt: 'a' } }, true)).toEqual([['id', 'gt', 'a']])
  for (const filter of [{ id: { $ne: 'a' } }, { id: { $lt: 'b' } }, { id: '' }, { id: { $nin: ['a'] } }])
    expect(pushed(filter, true)).toEqual([])
})

test('sort, limit and projection go to the service only where nothing before them is left to core', () => {
  const plan = (filter: unknown, options: Partial<TableQuery>): unknown => {
    const { sort, limit, projection } = planQuery(schema(), query(filter, options))
    return { sort, limit, projection }
  }
  const wanted = { sort: parseSort({ name: 1 }), limit: 5, projection: parseProjection(['id']) }
  const all = { sort: 'backend', limit: 'backend', projection: 'backend' }
  expect(plan({ id: 'a' }, wanted)).toEqual(all)
  expect(plan({ n: 1 }, wanted)).toEqual({ ...all, limit: 'core', projection: 'core' })
  expect(plan({}, { ...wanted, sort: parseSort({ n: 1 }) })).toEqual({
    sort: 'core',
    limit: 'core',
    projection: 'core',
  })
  expect(plan({}, { ...wanted, projection: parseProjection(['at.x']) })).toEqual({ ...all, projection: 'core' })
})

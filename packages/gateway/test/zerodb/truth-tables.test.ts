import { isDeepStrictEqual } from 'node:util'
import type { Row } from '@stowage/core'
import {
  filterCases,
  idleUpdateCases,
  projectionCases,
  refusedFilters,
  refusedPatterns,
  refusedProjections,
  refusedSorts,
  refusedUpdates,
  sharedArraySortCases,
  sortCases,
  updateCases,
  upsertCases,
} from '@stowage/core/truth-tables'
import { describe, expect, test } from 'vitest'
import { refused, startZerodb, type TestZerodb, withoutIds } from './zerodb-fixture.ts'

const undocumented = /"\$(?:and|or|nor|not)":/

/** What a client sends for it: JSON, in which a pattern is an operator. */
function lowered(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, inner: unknown) => (inner instanceof RegExp ? { $regex: inner.source } : inner)) ??
      'null',
  )
}

/** Whether JSON can say it: what it drops or changes never gets to the server. */
function isJson(value: unknown): boolean {
  try {
    return isDeepStrictEqual(lowered(value), value)
  } catch {
    return false
  }
}

const syntaxError = { error_code: 'QUERY_SYNTAX_ERROR' }

function hasProto(value: unknown): boolean {
  return JSON.stringify(value).includes('"__proto__"')
}

async function startEmpty(): Promise<TestZerodb> {
  const gateway = await startZerodb()
  // The fields of the cases are of many types: the schema names none of them.
  await gateway.createTable({ unrelated: 'string' })
  return gateway
}

describe('filters', () => {
  test.each(filterCases.map((group) => [group.title, group.cases] as const))('%s', async (_, cases) => {
    const gateway = await startEmpty()
    for (const [row, filter, matches, reason] of cases) {
      if (hasProto(row)) continue
      await gateway.insert([row])
      const answer = await gateway.query({ filter: lowered(filter) })
      const place = `${JSON.stringify(row)} ${JSON.stringify(lowered(filter))}: ${reason}`
      const wanted = undocumented.test(JSON.stringify(filter)) ? syntaxError : { total: matches ? 1 : 0 }
      expect({ place, ...answer.json }).toMatchObject({ place, ...wanted })
      await gateway.remove({ filter: {} })
    }
  })

  test('every case that says yes or no is checked', () => {
    const cases = filterCases.flatMap((group) => group.cases)
    const checked = cases.filter(([row, filter]) => !hasProto(row) && !undocumented.test(JSON.stringify(filter)))
    expect(checked.length).toBeGreaterThan(140)
  })

  test.each(refusedFilters.filter(([filter]) => isJson(filter) && filter !== null))('refuses %j', async (filter) => {
    const gateway = await startEmpty()
    expect(await gateway.query({ filter })).toMatchObject(refused(400, 'QUERY_SYNTAX_ERROR'))
    expect(await gateway.remove({ filter })).toMatchObject(refused(400, 'QUERY_SYNTAX_ERROR'))
    expect(await gateway.update(filter, { $set: { a: 1 } })).toMatchObject(refused(400, 'QUERY_SYNTAX_ERROR'))
  })

  test.each(refusedPatterns)('refuses the pattern %j', async (pattern) => {
    const gateway = await startEmpty()
    const answer = await gateway.query({ filter: { a: { $regex: pattern } } })
    expect(answer).toMatchObject(refused(400, 'QUERY_SYNTAX_ERROR'))
  })
})

describe('sorts', () => {
  const inJson = sortCases.filter(([sort]) => !Array.isArray(sort))

  test.each(inJson)('%j', async (sort, sorted) => {
    const gateway = await startEmpty()
    await gateway.insert(sorted.map((row, at) => ({ ...row, at })).toReversed())
    const rows = withoutIds(await gateway.query({ sort })) as (Row & { at: number })[]
    const again = withoutIds(await gateway.query({ sort: { ...(sort as object), at: 1 } })) as (Row & { at: number })[]
    expect(again.map(({ at }) => at)).toEqual(sorted.map((_, at) => at))
    expect(rows).toHaveLength(sorted.length)
  })

  test.each(refusedSorts.filter(([sort]) => isJson(sort) && sort !== null))('refuses %j', async (sort) => {
    const gateway = await startEmpty()
    expect(await gateway.query({ sort })).toMatchObject(refused(400, 'QUERY_SYNTAX_ERROR'))
  })

  test.each(sharedArraySortCases)('refuses %j where rows make it ambiguous', async (sort, rows) => {
    const gateway = await startEmpty()
    await gateway.insert(rows)
    expect(await gateway.query({ sort })).toMatchObject(refused(400, 'QUERY_SYNTAX_ERROR'))
  })
})

describe('projections', () => {
  const inJson = projectionCases.filter(([, projection]) => !Array.isArray(projection))

  test.each(inJson)('%j through %j', async ({ _id, ...row }, projection, { _id: shownId, ...left }) => {
    const gateway = await startEmpty()
    const [id] = await gateway.insert([row])
    const [found] = (await gateway.query({ projection })).json.rows as Row[]
    const isIdShown = shownId !== undefined || (_id === undefined && found?.['_id'] !== undefined)
    expect(found).toEqual(isIdShown ? { _id: id, ...left } : left)
  })

  test.each(refusedProjections.filter(([projection]) => projection !== null))('refuses %j', async (projection) => {
    const gateway = await startEmpty()
    expect(await gateway.query({ projection })).toMatchObject(refused(400, 'QUERY_SYNTAX_ERROR'))
  })
})

describe('updates', () => {
  const withoutId = ([row, , result]: readonly [Row, unknown, Row | undefined, string]): boolean =>
    !('_id' in row) && (result === undefined || !('_id' in result))

  test.each(updateCases.filter(withoutId))('%j by %j', async (row, update, result) => {
    const gateway = await startEmpty()
    await gateway.insert([row])
    const answer = await gateway.update({}, lowered(update))
    expect(answer.json).toMatchObject(result === undefined ? syntaxError : { matched_count: 1 })
    expect(withoutIds(await gateway.query())).toEqual([lowered(result ?? row)])
  })

  test.each(idleUpdateCases)('%j by %j counts as unchanged', async (row, update) => {
    const gateway = await startEmpty()
    await gateway.insert([row])
    expect((await gateway.update({}, update)).json).toEqual({ matched_count: 1, modified_count: 0 })
  })

  test.each(refusedUpdates.filter(([update]) => isJson(update)))('refuses %j', async (update) => {
    const gateway = await startEmpty()
    await gateway.insert([{ a: 1 }])
    expect(await gateway.update({}, update)).toMatchObject(refused(400, 'QUERY_SYNTAX_ERROR'))
    expect(withoutIds(await gateway.query())).toEqual([{ a: 1 }])
  })
})

describe('upserts', () => {
  test.each(upsertCases)('%j with %j', async (filter, update, row) => {
    const gateway = await startEmpty()
    const answer = await gateway.update(filter, update, { upsert: true })
    const { rows } = (await gateway.query()).json
    const isRefused = row === undefined || undocumented.test(JSON.stringify(filter))
    expect(answer.json).toMatchObject(isRefused ? syntaxError : { matched_count: 0, modified_count: 0 })
    const id = expect.stringMatching(/^(?:row_[0-9a-f]{16}|r)$/) as string
    expect(rows).toEqual(isRefused ? [] : [{ _id: id, ...row }])
  })
})

import { expect, test } from 'vitest'
import { parseFilter } from './parse-filter.ts'
import { parseUpdate } from './parse-update.ts'
import { upsertCases } from './truth-tables/update-cases.ts'
import { upsertRow } from './upsert-row.ts'

const working = upsertCases.filter(([, , row]) => row !== undefined)
const failing = upsertCases.filter(([, , row]) => row === undefined)

test.each(working)('%j with %j inserts %j: %s', (filter, update, expected) => {
  expect(upsertRow(parseFilter(filter), parseUpdate(update))).toEqual(expected)
})

test.each(failing)('%j with %j fails: %s, %s', (filter, update) => {
  const upsert = () => upsertRow(parseFilter(filter), parseUpdate(update))
  expect(upsert).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
})

import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { ExportOptions, LoadOptions, Row, TableDefinition } from '@stowage/core'
import { type Check, check, type Need } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'
import { SeededRandom } from '../seeded-random.ts'
import { awkwardTexts } from './awkward-texts.ts'
import { exportText } from './exported-text.ts'
import { randomColumns, randomRows } from './random-rows.ts'
import { assertStored } from './stored-rows.ts'
import { textId, textRow, textTable } from './text-rows.ts'

const needs: readonly Need[] = ['tables.create', 'tables.insert', 'tables.find', 'tables.get', 'tables.export']
const loading: readonly Need[] = [...needs, 'tables.load']

/** Exports rows of one table to a file and loads that into another one of the same definition. */
async function assertRoundTrip(
  context: CheckContext,
  definition: TableDefinition,
  rows: readonly Row[],
  name: string,
  options: Pick<ExportOptions, 'csv' | 'columns'> & Pick<LoadOptions, 'csv'> = {},
): Promise<void> {
  const from = await context.table(definition)
  const to = await context.table(definition)
  await from.insert(rows)
  const path = join(await context.temporaryDirectory(), name)
  assert.equal((await from.export(path, options)).rows, rows.length)
  const { csv } = options
  assert.equal((await to.load(path, csv === undefined ? {} : { csv })).rows, rows.length)
  await assertStored(to, rows)
}

const textRowsToKeep = awkwardTexts.map((name, index) => ({ ...textRow(index), name }))

const lossless = { csv: { dialect: 'lossless' } } as const

const typedTable: TableDefinition = { columns: { id: 'string', ...randomColumns }, primaryKey: ['id'] }

/** Exports that are read again. */
export const exportRoundTripChecks: readonly Check[] = [
  check(
    'exports/round-trip-csv',
    'texts of all kinds come back through CSV, plain and lossless',
    { needs: loading },
    async (context) => {
      await assertRoundTrip(context, textTable, textRowsToKeep, 'plain.csv')
      await assertRoundTrip(context, textTable, textRowsToKeep, 'lossless.csv', lossless)
      await assertRoundTrip(context, textTable, textRowsToKeep, 'tabs.csv', { csv: { delimiter: '\t' } })
    },
  ),
  check(
    'exports/round-trip-json-lines',
    'texts of all kinds come back through JSON lines',
    { needs: loading },
    async (context) => {
      await assertRoundTrip(context, textTable, textRowsToKeep, 'rows.jsonl')
    },
  ),
  check(
    'exports/round-trip-values',
    'values of all types come back through lossless CSV and JSON lines, null and missing and empty apart',
    { needs: [...loading, 'semantics.keepsTypes', 'semantics.keepsNulls'] },
    async (context) => {
      const rows = randomRows(new SeededRandom(7), 300).map((row, index) => ({ ...row, id: textId(index) }))
      await assertRoundTrip(context, typedTable, rows, 'values.csv', lossless)
      await assertRoundTrip(context, typedTable, rows, 'values.jsonl')
    },
  ),
  check(
    'exports/round-trip-undeclared',
    'undeclared fields come back through JSON lines with their types',
    { needs: [...loading, 'semantics.keepsUndeclaredFields', 'semantics.keepsTypes', 'semantics.keepsNulls'] },
    async (context) => {
      const rows = randomRows(new SeededRandom(8), 300).map((row, index) => ({ ...row, id: textId(index) }))
      await assertRoundTrip(context, { columns: { id: 'string' }, primaryKey: ['id'] }, rows, 'undeclared.jsonl')
    },
  ),
  check(
    'exports/csv-nulls',
    'plain CSV writes null and missing as asked, and refuses a text that would be read as one',
    { needs: [...needs, 'semantics.keepsNulls', 'semantics.keepsTypes'] },
    async (context) => {
      const columns = { id: 'string', s: 'string', n: 'number' } as const
      const table = await context.table({ columns, primaryKey: ['id'] })
      const filter = { id: 'a' }
      await table.insert([
        { id: 'a', s: null },
        { id: 'b', s: 'NULL' },
        { id: 'c', s: '', n: -0.5 },
      ])
      assert.equal((await exportText(table, { filter })).text, 'id,s,n\na,,\n')
      const csv = { nullText: 'NULL', missingText: '-' }
      assert.equal((await exportText(table, { filter, csv })).text, 'id,s,n\na,NULL,-\n')
      const lines = await exportText(table, { filter: { id: 'c' }, ...lossless })
      assert.equal(lines.text, 'id,s,n\nc,,-0.5\n')
      const error = await expectError(exportText(table, { filter: { id: 'b' }, csv }), 'invalid-argument')
      assert.equal(error.details['column'], 's')
    },
  ),
]

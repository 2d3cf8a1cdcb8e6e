import assert from 'node:assert/strict'
import type { Row, RowInput, WriteMode } from '@stowage/core'
import { type Check, check, type Need } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'
import { loadCsvChecks } from './loads-csv.ts'
import { loadFailureChecks } from './loads-failures.ts'
import { isLoadedWhole, needsOfLoad, needsOfMode, writeModes } from './load-modes.ts'
import { loadSourceChecks } from './loads-sources.ts'
import { assertSameRows, assertStored, storedRows } from './stored-rows.ts'
import { textId, textRow, textRows, textTable, type TextRow } from './text-rows.ts'
import { assertCounts } from './write-counts.ts'

const sizes: readonly (readonly [name: string, what: string, rows: (limit: number) => number])[] = [
  ['none', 'no rows', () => 0],
  ['one', 'one row', () => 1],
  ['limit', 'as many rows as a batch takes', (limit) => limit],
  ['limit-plus-one', 'one row more than a batch takes', (limit) => limit + 1],
  ['many-batches', 'two and a half batches', (limit) => Math.ceil(limit * 2.5)],
  ['10001', '10,001 rows', () => 10_001],
]

const outcomes: Readonly<Record<WriteMode, string>> = {
  append: 'come beside those that are there',
  upsert: 'replace those with the same key and come beside the others',
  replace: 'are all that is left',
}

/** Loads come in batches of 1,000 rows, or of as many as a request takes. */
function batchSizeOf({ capabilities }: CheckContext): number {
  return Math.min(capabilities.limits.rowsPerInsert ?? 1000, 1000)
}

/** What is there before a load: half of the rows that will come, and some that won't; to append only the latter. */
function rowsBefore(mode: WriteMode, size: number): { readonly replaced: TextRow[]; readonly others: TextRow[] } {
  const others = textRows(3, 900_000, 'other')
  return { replaced: mode === 'append' ? [] : textRows(Math.ceil(size / 2), 0, 'old'), others }
}

const sizeChecks = writeModes.flatMap((mode) =>
  sizes.map(([name, what, rowsOf]) =>
    check(
      `loads/${mode}-${name}`,
      `${what} loaded to ${mode} ${outcomes[mode]}`,
      { needs: needsOfMode(mode), timeoutMs: 120_000 },
      async (context) => {
        const rows = textRows(rowsOf(batchSizeOf(context)), 0, 'new')
        const { replaced, others } = rowsBefore(mode, rows.length)
        const table = await context.table(textTable)
        await table.load([...replaced, ...others])
        const load = table.load(rows, { mode })
        const result = await load
        const updated = mode === 'upsert' ? replaced.length : 0
        assertCounts(result, rows.length - updated, updated)
        assert.equal(result.rows, rows.length)
        const { percentage, rows: progressed } = load.progress
        assert.deepEqual([load.status, percentage, progressed ?? 0], ['finished', 100, rows.length])
        await assertStored(table, mode === 'replace' ? rows : [...rows, ...others])
      },
    ),
  ),
)

const readerChecks = writeModes.map((mode) =>
  check(
    `loads/readers-${mode}`,
    `while a load to ${mode} runs, readers see the table as it was; whole rows only where it is no unit`,
    { needs: needsOfMode(mode) },
    async (context) => {
      const before = textRows(10, 0, 'old')
      const rows = textRows(2400, mode === 'append' ? 10 : 5, 'new')
      const table = await context.table(textTable)
      await table.load(before)
      const seen: Row[][] = []
      async function* source(): AsyncGenerator<RowInput> {
        for (const [index, row] of rows.entries()) {
          if (index % 1100 === 0) seen.push(await storedRows(table))
          yield row
        }
        seen.push(await storedRows(table))
      }
      await table.load(source(), { mode })
      for (const one of seen) {
        if (isLoadedWhole(context)) assertSameRows(one, before)
        else assertWholeRows(one, [...before, ...rows])
      }
      const kept = before.filter((row) => mode !== 'replace' && !rows.some(({ id }) => id === row.id))
      await assertStored(table, [...kept, ...rows])
    },
  ),
)

function assertWholeRows(found: readonly Row[], possible: readonly Row[]): void {
  const names = new Set(possible.map(({ id, name, city }) => JSON.stringify([id, name, city])))
  for (const { id, name, city } of found) assert.ok(names.has(JSON.stringify([id, name, city])), 'half a row was seen')
  assert.equal(new Set(found.map(({ id }) => id)).size, found.length, 'a key was seen twice')
}

const upserting: readonly Need[] = needsOfMode('upsert')
const replacing: readonly Need[] = needsOfMode('replace')

/** Loads: many rows written as one unit. */
export const loadChecks: readonly Check[] = [
  ...sizeChecks,
  ...readerChecks,
  check(
    'loads/upsert-repeated-key',
    'of rows with the same key in one load the last one stays, near or far apart',
    { needs: upserting },
    async (context) => {
      for (const before of [[], textRows(5, 0, 'old')]) {
        const table = await context.table(textTable)
        await table.load(before)
        const rows = [...textRows(2200, 0, 'new'), textRow(2199, 'last'), textRow(3, 'last'), textRow(2, 'not last')]
        const { inserted, updated, rows: read } = await table.load([...rows, textRow(2, 'last')], { mode: 'upsert' })
        if (updated !== undefined) assert.equal(inserted, 2200 - before.length)
        assert.equal(read, 2204)
        const last = new Map([2, 3, 2199].map((number) => [textId(number), textRow(number, 'last')]))
        await assertStored(
          table,
          textRows(2200, 0, 'new').map((row) => last.get(row.id) ?? row),
        )
      }
    },
  ),
  check(
    'loads/upsert-whole-row',
    'an upserting load replaces whole rows: a field left out keeps no old value',
    { needs: upserting },
    async (context) => {
      const table = await context.table(textTable)
      await table.load(textRows(3, 0, 'old'))
      await table.load([{ id: textId(1), name: 'new' }, textRow(2, 'new')], { mode: 'upsert' })
      const [old, changed, whole] = await storedRows(table)
      assert.deepEqual([old, changed?.['name'], whole], [textRow(0, 'old'), 'new', textRow(2, 'new')])
      assert.ok([undefined, null, ''].includes(changed?.['city'] as string | null | undefined), 'the old city is there')
    },
  ),
  check(
    'loads/replace-keeps-definition',
    'a table whose rows a load replaced keeps its columns and its key',
    { needs: replacing },
    async (context) => {
      const table = await context.table(textTable)
      const before = await table.info()
      await table.load(textRows(3, 0, 'old'))
      await table.load(textRows(4, 0, 'new'), { mode: 'replace' })
      const after = await table.info()
      assert.deepEqual([after.columns, after.primaryKey], [before.columns, before.primaryKey])
      await expectError(table.load([textRow(1, 'again')]), 'conflict')
      await assertStored(table, textRows(4, 0, 'new'))
    },
  ),
  check(
    'loads/replace-twice',
    'each of several replacing loads leaves its own rows only',
    { needs: replacing },
    async (context) => {
      const table = await context.table(textTable)
      for (const [index, size] of [5, 1500, 3, 0, 2].entries()) {
        await table.load(textRows(size, index, `load ${index}`), { mode: 'replace' })
        await assertStored(table, textRows(size, index, `load ${index}`))
      }
    },
  ),
  check(
    'loads/no-key',
    'without a primary key equal rows of a load are all kept',
    { needs: needsOfLoad },
    async (context) => {
      const table = await context.table({ columns: textTable.columns })
      assertCounts(await table.load([textRow(1), textRow(1), textRow(2)]), 3)
      assertCounts(await table.load([textRow(1)]), 1)
      await assertStored(table, [textRow(1), textRow(1), textRow(1), textRow(2)])
    },
  ),
  check(
    'loads/missing-fields',
    'a field that some rows or whole batches of a load lack is missing there and nowhere else',
    { needs: [...needsOfLoad, 'semantics.keepsNulls'] },
    async (context) => {
      const without = textRows(1500).map(({ id, name }) => ({ id, name }))
      const rows = [...textRows(700, 3000), ...without, { ...textRow(2000), city: null }, ...textRows(100, 4000)]
      const table = await context.table(textTable)
      await table.load(rows)
      await assertStored(table, rows)
    },
  ),
  check(
    'loads/undeclared-kept',
    'a load stores fields that no column declares',
    { needs: [...needsOfLoad, 'semantics.keepsUndeclaredFields'] },
    async (context) => {
      const rows = textRows(1100).map((row, index) => (index % 3 === 0 ? { ...row, [`extra${index % 7}`]: 'x' } : row))
      const table = await context.table(textTable)
      await table.load(rows)
      await assertStored(table, rows)
    },
  ),
  check('loads/from-find', 'rows found in one table load into another', { needs: needsOfLoad }, async (context) => {
    const from = await context.table(textTable)
    const to = await context.table(textTable)
    await from.load(textRows(2100))
    assert.equal((await to.load(from.find())).rows, 2100)
    await assertStored(to, textRows(2100))
  }),
  ...loadSourceChecks,
  ...loadCsvChecks,
  ...loadFailureChecks,
]

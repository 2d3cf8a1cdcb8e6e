import assert from 'node:assert/strict'
import type { RowInput } from '@stowage/core'
import { type Check, check } from '../check.ts'
import { expectError } from '../expectation.ts'
import { awkwardTexts } from './awkward-texts.ts'
import { assertFound, assertKept, needsOfValues, valueRows, valueTable } from './kept-values.ts'
import { sentBatches } from './narrow-layer.ts'
import { assertStored, storedRows } from './stored-rows.ts'
import { textRow, textRows, textTable } from './text-rows.ts'

const mebibyte = 1024 * 1024

/** Makes a text of about so many bytes in UTF-8, of characters of one to four bytes each. */
function longText(bytes: number): string {
  const piece = 'aá漢😀 "\\\n'
  return piece.repeat(Math.floor(bytes / Buffer.byteLength(piece)))
}

/** Texts: kept exactly, whatever they look like. */
export const typeTextChecks: readonly Check[] = [
  check(
    'types/texts',
    'texts come back as they went in, whatever they look like or mean to others',
    { needs: needsOfValues },
    async (context) => {
      await assertKept(context, 'string', awkwardTexts)
    },
  ),
  check(
    'types/texts-found',
    'each text is found by its own value, and no other that looks like it',
    { needs: needsOfValues },
    async (context) => {
      const table = await valueTable(context, 'string')
      await table.insert(valueRows(awkwardTexts))
      await assertFound(table, valueRows(awkwardTexts))
    },
  ),
  check(
    'types/texts-as-keys',
    'texts of all kinds are keys of their own',
    { needs: needsOfValues },
    async (context) => {
      const table = await context.table(textTable)
      const rows = awkwardTexts.map((id, index) => ({ ...textRow(index), id }))
      await table.insert(rows)
      await assertStored(table, rows)
      await assertFound(table, rows, 'id')
      await expectError(table.insert(rows[30] ?? {}), 'conflict')
    },
  ),
  check(
    'types/texts-updated',
    'texts of all kinds come back after an update',
    { needs: [...needsOfValues, 'tables.update'] },
    async (context) => {
      const table = await valueTable(context, 'string')
      await table.insert(valueRows(awkwardTexts.map(() => 'old')))
      for (const { id, v } of valueRows(awkwardTexts)) await table.update({ id }, { $set: { v } })
      await assertStored(table, valueRows(awkwardTexts))
    },
  ),
  check(
    'types/texts-loaded',
    'texts of all kinds come back after a load',
    { needs: [...needsOfValues, 'tables.load', 'tables.get'] },
    async (context) => {
      const table = await valueTable(context, 'string')
      await table.insert({ id: 'first', v: 'there' })
      await table.load(valueRows(awkwardTexts))
      await assertStored(table, [...valueRows(awkwardTexts), { id: 'first', v: 'there' }])
    },
  ),
  check(
    'types/text-is-no-number',
    'digits in a column of texts are no number to a filter',
    { needs: needsOfValues },
    async (context) => {
      const table = await assertKept(context, 'string', ['10', '9', '1e1', 'true'])
      for (const v of [10, 9, true]) assert.deepEqual(await storedRows(table, { v }), [])
      assert.deepEqual(await storedRows(table, { v: { $gt: 5 } }), [])
      assert.equal((await storedRows(table, { v: { $lt: '9' } })).length, 2)
    },
  ),
  check(
    'types/nul',
    'a text with U+0000 is kept whole or refused, never cut',
    { needs: needsOfValues },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRow(0))
      const rows = ['\0', 'a\0', '\0b', 'a\0b', 'a\0\0b'].map((name, index) => ({ ...textRow(index + 1), name }))
      const kept: RowInput[] = []
      for (const row of rows) {
        const work = table.insert(row)
        const isKept = await work.then(
          () => true,
          () => false,
        )
        if (isKept) kept.push(row)
        else await expectError(work, 'invalid-argument')
      }
      await assertStored(table, [textRow(0), ...(kept as typeof rows)])
    },
  ),
  check(
    'types/surrogates',
    'half a surrogate pair is refused before anything is sent, in values, inside them, and in names',
    { needs: needsOfValues },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRow(0))
      const sent = sentBatches(context).length
      const bad: readonly RowInput[] = [
        { ...textRow(1), name: '\ud800' },
        { ...textRow(1), name: 'a\udc00b' },
        { ...textRow(1), name: '\udc00\ud800' },
        { ...textRow(1), extra: { a: ['\ud83d'] } },
        { ...textRow(1), extra: { '\ud83d': 1 } },
        { ...textRow(1), '\ud83d': 'x' },
        { ...textRow(1), id: '\ud83d' },
      ]
      for (const row of bad) await expectError(table.insert(row), 'invalid-argument')
      assert.equal(sentBatches(context).length, sent)
      await assertStored(table, [textRow(0)])
    },
  ),
  check(
    'types/large-texts',
    'texts of 1 MiB come back whole, also those of characters of several bytes',
    { needs: needsOfValues },
    async (context) => {
      const texts = ['x'.repeat(mebibyte), longText(mebibyte), '"'.repeat(mebibyte / 2), `${' '.repeat(mebibyte - 1)}x`]
      const rows = valueRows(texts)
      const table = await valueTable(context, 'string')
      for (const row of rows) await table.insert(row)
      await table.insert({ id: 's', v: 'small' })
      await assertStored(table, [...rows, { id: 's', v: 'small' }])
    },
  ),
  check(
    'types/many-columns',
    'rows of 200 columns, or as many as the backend takes, come back with each value in its place',
    { needs: needsOfValues },
    async (context) => {
      const count = Math.min(200, context.capabilities.limits.columnsPerTable ?? 200) - 1
      const names = Array.from({ length: count }, (_, index) => `c${index}`)
      const columns = Object.fromEntries(['id', ...names].map((name) => [name, 'string' as const]))
      const table = await context.table({ columns, primaryKey: ['id'] })
      const rows = textRows(20).map(({ id }) => ({
        id,
        ...Object.fromEntries(names.map((name) => [name, `${id} ${name}`])),
      }))
      await table.insert(rows)
      await assertStored(table, rows)
      const last = names.at(-1) ?? ''
      assert.deepEqual(await storedRows(table, { [last]: `${rows[7]?.id} ${last}` }), [rows[7]])
    },
  ),
]

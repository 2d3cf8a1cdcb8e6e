import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkColumnNames, normalizeColumnName } from './column-name.ts'

test.each([
  ['with spaces', 'with_spaces'],
  ['žluťoučký  kůň', 'zlutoucky_kun'],
  ['_abc-def----ghi_', 'abc_def_ghi'],
  ['language-id', 'language_id'],
  ['lot__of___', 'lot__of'],
  ['oid', 'oid_'],
  ['XMin', 'XMin_'],
  ['Łódź', 'Lodz'],
  ['straße', 'strasse'],
  ['東京', ''],
])('%s is kept as %s', (name, kept) => {
  expect(normalizeColumnName(name)).toBe(kept)
})

test('a name that was normalized stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const kept = normalizeColumnName(name)
      expect(normalizeColumnName(kept)).toBe(kept)
    }),
  )
})

test('names the service keeps are taken', () => {
  expect(() => checkColumnNames(['id', 'row_id', 'a__b', 'Name', 'oid_', 'x'.repeat(64)])).not.toThrow()
})

test.each([
  [['my column'], 'would keep column "my column" as "my_column"'],
  [['oid'], 'as "oid_"'],
  [['日本'], 'no letter or digit'],
  [['id', 'ID'], 'does not tell the columns "id" and "ID" apart'],
  [['x'.repeat(65)], 'longer than the 64 characters'],
])('%j is refused before anything is sent', (names, message) => {
  expect(() => checkColumnNames(names)).toThrow(message)
})

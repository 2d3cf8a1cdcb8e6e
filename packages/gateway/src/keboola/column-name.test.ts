import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isColumnName, webalizeColumnName } from './column-name.ts'

describe('a column name', () => {
  it.each([
    ['with spaces', 'with_spaces'],
    ['žluťoučký  kůň', 'zlutoucky_kun'],
    ['_abc-def----ghi_', 'abc_def_ghi'],
    ['language-id', 'language_id'],
    ['lot__of___', 'lot__of'],
    ['Straße', 'Strasse'],
    ['ÆØŁ', 'AEOL'],
    ['e\u0301t\u00e9', 'ete'],
    ['日本', ''],
    ['a 日 b', 'a_b'],
    ['', ''],
    ['id', 'id'],
    ['ID', 'ID'],
  ])('%j becomes %j', (name, expected) => {
    expect(webalizeColumnName(name)).toBe(expected)
  })

  it.each(['oid', 'tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid', 'OID', 'Ctid'])(
    '%s is reserved and gets an underscore',
    (name) => {
      expect(webalizeColumnName(name)).toBe(`${name}_`)
    },
  )

  it('has 1 to 64 characters', () => {
    expect(isColumnName('')).toBe(false)
    expect(isColumnName('a'.repeat(64))).toBe(true)
    expect(isColumnName('a'.repeat(65))).toBe(false)
  })

  it('is made of ASCII letters, digits and underscores, and stays what it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        const once = webalizeColumnName(name)
        expect(once).toMatch(/^[A-Za-z0-9_]*$/)
        expect(webalizeColumnName(once)).toBe(once)
      }),
    )
  })

  it('takes linear time for long runs', () => {
    const started = performance.now()
    webalizeColumnName('-'.repeat(500_000) + 'a' + '_'.repeat(500_000) + 'b')
    expect(performance.now() - started).toBeLessThan(500)
  })
})

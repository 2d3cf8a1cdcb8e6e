import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitLine } from './split-line.ts'

describe('a command line', () => {
  test.each([
    ['', ['']],
    ['stowage', ['stowage']],
    ['stowage ', ['stowage', '']],
    ['stowage table  find dev:crm/', ['stowage', 'table', 'find', 'dev:crm/']],
    [`stowage find 'a b' "c d" e\\ f`, ['stowage', 'find', 'a b', 'c d', 'e f']],
    [`stowage 'not yet`, ['stowage', 'not yet']],
    [`stowage "a \\" b`, ['stowage', 'a " b']],
    ['stowage a\\', ['stowage', 'a']],
    [`stowage ''`, ['stowage', '']],
  ])('%j has the words %j', (line, words) => {
    expect(splitLine(line)).toEqual(words)
  })

  test('quoted words come back as they were', () => {
    const quote = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (words) => {
        expect(splitLine(words.map(quote).join(' '))).toEqual(words)
      }),
    )
  })
})

import { describe, expect, test } from 'vitest'
import { parseJson, parseYaml } from './config-text.ts'

describe('parseYaml', () => {
  test('gives the line of a key, of an item, and of the nearest key that is there', () => {
    const { value, lineOf } = parseYaml(
      'default: lake\nbackends:\n  lake:\n    adapter: keboola\n    layers:\n      - retry\n',
    )
    expect(value).toEqual({ default: 'lake', backends: { lake: { adapter: 'keboola', layers: ['retry'] } } })
    expect(lineOf(['backends', 'lake', 'adapter'])).toBe(4)
    expect(lineOf(['backends', 'lake', 'layers', 0])).toBe(6)
    expect(lineOf(['backends', 'lake', 'token'])).toBe(3)
    expect(lineOf([])).toBe(1)
  })

  test.each([
    ['a: 1\na: 2\n', 2, 'the key is given twice'],
    ['a:\n\tb: 1\n', 2, 'not valid YAML: indented by a tab; use spaces'],
    ['a: [1,\nb: 2\n', 2, 'not valid YAML: wrong indentation, or a bracket that is not closed'],
    ['a: b: c\n', 1, 'not valid YAML: a second ":" in one line; quote the value'],
    ['a: 1\nb: *nowhere\n', 2, 'an alias (*name) names no anchor (&name) before it'],
    ['a: !secret x\n', 1, 'an unknown YAML tag; quote a value that begins with "!"'],
    ['a: 1\n---\nb: 2\n', 2, 'holds more than one YAML document; a configuration is one'],
    ['? [a]\n: 1\n', 1, 'a key must be text'],
  ])('%j fails with its line', (text, line, fault) => {
    expect(parseYaml(text).faults[0]).toEqual({ text: fault, line })
  })

  test('a fault quotes nothing of the text', () => {
    const texts = [
      'token: @s3cret',
      'token: "s3cret',
      'token: *s3cret',
      'token: !s3cret x',
      '- s3cret\ntoken: s3cret',
      '%s3cret\n---\na: 1',
    ]
    for (const text of texts) {
      const { faults } = parseYaml(text)
      expect(faults).not.toEqual([])
      expect(JSON.stringify(faults)).not.toContain('s3cret')
    }
  })

  test('a document that grows by aliases is refused', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]']
    for (let level = 1; level < 9; level++) lines.push(`a${level}: &a${level} [${`*a${level - 1}, `.repeat(9)}]`)
    expect(parseYaml(lines.join('\n')).faults).toEqual([{ text: 'repeats aliases (*name) too often', line: undefined }])
  })

  test('merge keys take over an anchor', () => {
    const { value } = parseYaml('base: &base { adapter: local }\nother:\n  <<: *base\n  path: x\n')
    expect(value).toMatchObject({ other: { adapter: 'local', path: 'x' } })
  })
})

describe('parseJson', () => {
  test('gives the line of a key, with tabs as well', () => {
    const { value, lineOf, faults } = parseJson('{\n\t"backends": {\n\t\t"a": { "adapter": "local" }\n\t}\n}\n')
    expect(faults).toEqual([])
    expect(value).toEqual({ backends: { a: { adapter: 'local' } } })
    expect(lineOf(['backends', 'a', 'adapter'])).toBe(3)
  })

  test.each([
    ['{\n"a": 1,\n}', 3, 'not valid JSON: Expected double-quoted property name'],
    ['{\n"a": [\n1,\n]\n}', 4, 'not valid JSON'],
    ['{\n"a": s3cret\n}', 2, 'not valid JSON'],
    ['{\n"a": 1, // why\n"b": 2\n}', 2, 'not valid JSON: Expected double-quoted property name'],
    ['{\n"a": {"b": 1}\n', 3, "not valid JSON: Expected ',' or '}' after property value"],
    ['{\n"a": [', 2, 'not valid JSON: it ends early'],
    ['', 1, 'not valid JSON: it ends early'],
    ['{"a": 1,\n "a": 2}', 2, 'the key is given twice'],
  ])('%j fails with its line', (text, line, fault) => {
    expect(parseJson(text).faults[0]).toEqual({ text: fault, line })
  })

  test('a fault quotes nothing of the text', () => {
    expect(JSON.stringify(parseJson('{"token": s3cret-s3cret-s3cret}').faults)).not.toContain('s3cret')
  })
})

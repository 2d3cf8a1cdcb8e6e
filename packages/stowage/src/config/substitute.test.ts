import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { substitute, variablesIn } from './substitute.ts'

function run(
  value: unknown,
  environment: Record<string, string> = {},
): { value: unknown; problems: string[]; whole: string[] } {
  const problems: string[] = []
  const report = (path: readonly PropertyKey[], text: string): void => void problems.push(`${path.join('.')}: ${text}`)
  const result = substitute(value, [], { environment, report })
  return { value: result.value, problems, whole: [...result.wholeVariables] }
}

describe('substitute', () => {
  test('fills in variables wherever text stands, and nothing else', () => {
    const value = { a: 'x-${A}-${A}', b: ['${B:-none}', 1, null, true], 'c${A}': '' }
    expect(run(value, { A: '1' }).value).toEqual({ a: 'x-1-1', b: ['none', 1, null, true], 'c${A}': '' })
  })

  test('a default counts for an unset and for an empty variable', () => {
    expect(run('${A:-x}${B:-y}${C:-z}', { A: '', B: 'b' }).value).toBe('xbz')
    expect(run('${A:-}').value).toBe('')
  })

  test('a variable that is set and empty is empty text', () => {
    expect(run('[${A}]', { A: '' })).toMatchObject({ value: '[]', problems: [] })
  })

  test('$${ writes ${', () => {
    expect(run('$${A} $$ $A ${A}', { A: '1' }).value).toBe('${A} $$ $A 1')
  })

  test('what a variable holds is not looked at again', () => {
    expect(run('${A}', { A: '${B} $${ $& $1' }).value).toBe('${B} $${ $& $1')
  })

  test('a missing variable is named, with its key', () => {
    expect(run({ a: { b: 'x${NOPE}' } }).problems).toEqual([
      'a.b: the environment variable NOPE is not set; set it, or give a default with "${NOPE:-default}"',
    ])
  })

  test.each(['${', '${A', '${}', '${1A}', '${A-b}', 'x ${ A }'])('%j is unfinished', (text) => {
    expect(run(text, { A: '1' }).problems[0]).toContain('unfinished')
  })

  test('tells which texts are one whole variable', () => {
    const { whole } = run({ a: '${A}', b: ['${A:-1}'], c: 'x${A}', d: '${A}${A}' }, { A: '1' })
    expect(whole).toEqual(['a', 'b[0]'])
  })

  test('objects of a class are taken over as they are', () => {
    const date = new Date()
    const fetch = (): void => {}
    expect(run({ date, fetch }).value).toEqual({ date, fetch })
  })

  test('a cycle is a problem, the same object twice is not', () => {
    const shared = { x: '${A}' }
    const value: Record<string, unknown> = { one: shared, two: shared }
    expect(run(value, { A: '1' })).toMatchObject({ value: { one: { x: '1' }, two: { x: '1' } }, problems: [] })
    value['self'] = { back: value }
    expect(run(value, { A: '1' }).problems).toEqual([
      'self.back: refers back to what contains it; write the values out',
    ])
    expect(variablesIn(value)).toEqual(['A'])
  })

  test('a value nested without end is a problem, not a crash', () => {
    let value: unknown = 'x'
    for (let depth = 0; depth < 100_000; depth++) value = [value]
    expect(run(value).problems).toHaveLength(1)
  })

  test('a key named __proto__ stays a key', () => {
    const { value } = run(JSON.parse('{"__proto__": {"polluted": "${A}"}}'), { A: '1' })
    expect(Object.keys(value as object)).toEqual(['__proto__'])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test('text without a dollar sign comes out as it went in', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(!JSON.stringify(value).includes('$'))
        expect(JSON.stringify(run(value).value)).toBe(JSON.stringify(value))
      }),
    )
  })

  test('escaping any text brings it through unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('$', '{', '}', 'A', ':', '-') }), (text) => {
        expect(
          run(
            text.replaceAll('${', () => '$${'),
            { A: 'no' },
          ).value,
        ).toBe(text)
      }),
    )
  })
})

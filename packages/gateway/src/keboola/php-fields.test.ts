import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FieldTree, type FieldValue, formPairs, toFieldTree } from './php-fields.ts'

function read(text: string): unknown {
  return JSON.parse(JSON.stringify(toFieldTree(formPairs(text))))
}

describe('fields in the syntax of PHP', () => {
  it.each<[string, unknown]>([
    ['', {}],
    ['a=1&b=', { a: '1', b: '' }],
    ['a', { a: '' }],
    ['&&a=1&', { a: '1' }],
    ['tags[]=a&tags[]=b', { tags: ['a', 'b'] }],
    ['tags[0]=a&tags[1]=b', { tags: ['a', 'b'] }],
    ['tags[7]=b&tags[3]=a', { tags: ['a', 'b'] }],
    ['tags[2]=c&tags[]=d', { tags: ['d', 'c'] }],
    [
      'whereFilters[0][column]=c&whereFilters[0][operator]=eq&whereFilters[0][values][0]=v&whereFilters[0][values][]=w',
      { whereFilters: [{ column: 'c', operator: 'eq', values: ['v', 'w'] }] },
    ],
    ['metadata%5B0%5D%5Bkey%5D=k', { metadata: [{ key: 'k' }] }],
    ['input[0][source]=in.c-a.b&input[0][destination]=b', { input: [{ source: 'in.c-a.b', destination: 'b' }] }],
    ['a=1&a=2', { a: '2' }],
    ['a=1&a[]=2', { a: ['2'] }],
    ['a[]=1&a=2', { a: '2' }],
    ['a[x]=1&a[]=2', { a: { x: '1', 0: '2' } }],
    ['[]=1&[a=2&a[=3', { '[]': '1', '[a': '2', 'a[': '3' }],
    ['a[b]c=1&d[e][f=2', { a: { b: '1' }, d: { e: '2' } }],
    ['q=a+b%20c%2Bd', { q: 'a b c+d' }],
    ['q=100%&r=%zz', { q: '100%', r: '%zz' }],
    ['%C5%BE=%C5%BE', { ž: 'ž' }],
    ['a=b=c', { a: 'b=c' }],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual(expected)
  })

  it('never touch a prototype', () => {
    const tree = toFieldTree(formPairs('__proto__[x]=1&constructor[prototype][y]=2&a[__proto__][z]=3'))
    expect(Object.keys(tree)).toEqual(['__proto__', 'constructor', 'a'])
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
    expect(({} as Record<string, unknown>)['z']).toBeUndefined()
  })

  it('that are not UTF-8 are refused', () => {
    expect(() => read('a=%ff')).toThrow(/not UTF-8/)
  })

  it('that are too deep or too many are refused, quickly', () => {
    expect(() => read(`a${'[b]'.repeat(10_000)}=1`)).toThrow(/levels deep/)
    expect(() => read('a[]=1&'.repeat(100_001))).toThrow(/more than 100000 fields/)
  })

  it('are read back from what writes a tree', () => {
    const key = fc.constantFrom('a', 'b', 'column', '__proto__', 'x y', 'ž')
    const { tree } = fc.letrec<{ tree: FieldTree; value: FieldValue }>((tie) => ({
      tree: fc.dictionary(key, tie('value'), { minKeys: 1, maxKeys: 3, noNullPrototype: false }),
      value: fc.oneof(
        { depthSize: 'small', maxDepth: 4 },
        fc.string({ unit: 'grapheme' }),
        fc.array(tie('value'), { minLength: 1, maxLength: 3 }) as fc.Arbitrary<FieldValue>,
        tie('tree'),
      ),
    }))
    fc.assert(
      fc.property(tree, (fields) => {
        const text = [...write(fields)].map((pair) => pair.map(encodeURIComponent).join('=')).join('&')
        expect(JSON.stringify(toFieldTree(formPairs(text)))).toBe(JSON.stringify(fields))
      }),
    )
  })
})

function* write(value: FieldValue, name = ''): Generator<[string, string]> {
  if (typeof value === 'string') yield [name, value]
  else
    for (const [key, child] of Object.entries(value as FieldTree)) yield* write(child, name ? `${name}[${key}]` : key)
}

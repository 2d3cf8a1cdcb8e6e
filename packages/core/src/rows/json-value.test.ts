import vm from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StorageError } from '../errors/storage-error.ts'
import { toJsonValue } from './json-value.ts'

function failure(value: unknown, place = 'rows[3].a'): StorageError {
  try {
    toJsonValue(value, place)
  } catch (error) {
    if (StorageError.is(error, 'invalid-argument')) return error
    throw error
  }
  throw new Error('did not fail')
}

describe('toJsonValue', () => {
  test('what is JSON already comes back as the same reference', () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'small' }), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value))
        if (JSON.stringify(plain).includes('__proto__')) return
        expect(toJsonValue(plain, 'value')).toBe(plain)
      }),
    )
  })

  test('a Date becomes its ISO text, and the argument stays as it was', () => {
    const date = new Date(0)
    const value = { a: [1, { b: date }], c: { d: 1 } }
    const lowered = toJsonValue(value, 'row') as typeof value
    expect(lowered).toEqual({ a: [1, { b: '1970-01-01T00:00:00.000Z' }], c: { d: 1 } })
    expect(lowered.c).toBe(value.c)
    expect(value.a[1]).toEqual({ b: date })
    expect(toJsonValue(date, 'row')).toBe('1970-01-01T00:00:00.000Z')
    expect(toJsonValue([vm.runInNewContext('new Date(0)')], 'row')).toEqual(['1970-01-01T00:00:00.000Z'])
  })

  test('-0 becomes 0 wherever it is', () => {
    expect(toJsonValue(-0, 'value')).toBe(0)
    expect(toJsonValue([-0], 'value')).toStrictEqual([0])
    expect(toJsonValue({ a: -0 }, 'value')).toStrictEqual({ a: 0 })
  })

  test.each([
    ['undefined', undefined, 'leave it out'],
    ['NaN', Number.NaN, 'null or text'],
    ['Infinity', Number.POSITIVE_INFINITY, 'null or text'],
    ['-Infinity', Number.NEGATIVE_INFINITY, 'null or text'],
    ['a bigint', 12n, 'Number(12)'],
    ['a function', () => 1, 'only text'],
    ['a symbol', Symbol('x'), 'only text'],
    ['half a surrogate pair', 'a\uD800', 'toWellFormed'],
    ['an invalid Date', new Date(Number.NaN), 'a valid one'],
    ['a Date past year 9999', new Date(8.64e15), 'write it as text'],
    ['a Map', new Map(), 'is a Map'],
    ['a typed array', new Uint8Array(1), 'is a Uint8Array'],
    ['a class instance', new (class Point {})(), 'is a Point'],
    ['an object that inherits fields', Object.create({ a: 1 }), 'plain object'],
    ['an own __proto__', JSON.parse('{"__proto__":1}'), 'rename it'],
    ['half a surrogate pair in a key', { '\uDC00': 1 }, 'well-formed'],
    ['a symbol as a key', { [Symbol('x')]: 1 }, 'text keys'],
  ])('%s is refused with a remedy, alone and inside', (_name, value, remedy) => {
    expect(failure(value).message).toContain(remedy)
    expect(failure(value).message).toMatch(/^rows\[3\]\.a /)
    expect(failure({ b: [0, value] }).message).toMatch(/^rows\[3\]\.a\.b\[1\] /)
    expect(failure({ b: [0, value] }).details['place']).toBe('rows[3].a.b[1]')
  })

  test('a hole in an array is refused', () => {
    // oxlint-disable-next-line no-sparse-arrays
    expect(failure([1, , 2]).message).toMatch(/^rows\[3\]\.a\[1\] is undefined/)
  })

  test('the path names only where the value went wrong, not what was passed before', () => {
    expect(failure({ a: { b: [1] }, c: [{ d: 1 }, { e: undefined }] }, 'x').details['place']).toBe('x.c[1].e')
  })

  test('200 levels are held; one more and a cycle are refused', () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)])
    expect(toJsonValue(nested(200), 'v')).toBeDefined()
    expect(failure(nested(201)).message).toContain('200 levels')
    const cycle: Record<string, unknown> = {}
    cycle['a'] = cycle
    cycle['b'] = cycle
    expect(failure(cycle).message).toContain('contains itself')
  })

  test('objects without a prototype and of another realm are plain', () => {
    const bare = Object.assign(Object.create(null), { a: 1 })
    const foreign: unknown = vm.runInNewContext('({ a: [1] })')
    expect(toJsonValue(bare, 'v')).toBe(bare)
    expect(toJsonValue(foreign, 'v')).toBe(foreign)
  })
})

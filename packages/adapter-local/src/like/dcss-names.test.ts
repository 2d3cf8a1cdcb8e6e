import { describe, expect, test } from 'vitest'
import { dcssKeyBytes, dcssSpaceBytes, spaceName, storedKey, storedPrefix } from './dcss-names.ts'

describe('spaceName', () => {
  test('takes what makes the name of an S3 bucket, without spaces around it', () => {
    expect(spaceName(' public ')).toBe('public')
    expect(spaceName('race-2026.finals')).toBe('race-2026.finals')
    expect(spaceName('x'.repeat(dcssSpaceBytes))).toHaveLength(44)
  })

  test.each(['Public', 'a_b', 'a/b', '', ' ', 'a..b', 'é', 'x'.repeat(dcssSpaceBytes + 1)])('refuses %j', (name) => {
    expect(() => spaceName(name)).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
  })
})

describe('storedKey', () => {
  test('keeps keys as they are, also odd ones', () => {
    for (const key of ['a', 'a//b', 'a/', 'a b+c%2F#?', '...', 'a/...', '..a'])
      expect(storedKey('private', key)).toBe(key)
  })

  test.each(['/a', '//a', '.', '..', './a', 'a/..', 'a/./b', 'a\0b'])('refuses %j', (key) => {
    expect(() => storedKey('private', key)).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
  })

  test('leaves room for the suffix of a part, and in user for the folder', () => {
    const longest = 'é'.repeat(dcssKeyBytes / 2)
    expect(storedKey('public', longest)).toBe(longest)
    expect(() => storedKey('public', `${longest}x`)).toThrow('1021 bytes')
    expect(() => storedKey('user', longest)).toThrow('1023 bytes')
  })

  test('puts a key of user into the folder of the user, once', () => {
    expect(storedKey('user', 'a')).toBe('-1/a')
    expect(storedKey('user', '-1/a')).toBe('-1/a')
    expect(storedKey('user', '-1')).toBe('-1/-1')
    expect(storedKey('private', 'a')).toBe('a')
    expect(storedPrefix('user', '')).toBe('-1/')
    expect(storedPrefix('public', '/a')).toBe('/a')
  })
})

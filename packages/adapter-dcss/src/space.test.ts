import { describe, expect, test } from 'vitest'
import { bucketOfSpace, checkKey, folderOfSpace, keyInFolder } from './space.ts'

const names = { bucketPrefix: '', bucketTemplate: 'duckietown-{space}-storage' }

describe('the bucket of a space', () => {
  test.each([
    ['public', 'duckietown-public-storage'],
    ['aido2021', 'duckietown-aido2021-storage'],
    ['a.b-c', 'duckietown-a.b-c-storage'],
  ])('%s is %s', (space, bucket) => {
    expect(bucketOfSpace(space, names)).toBe(bucket)
  })

  test('has the prefix of a staging service in front', () => {
    expect(bucketOfSpace('public', { ...names, bucketPrefix: 'staging-' })).toBe('staging-duckietown-public-storage')
  })

  test('is the name itself where a server has no template', () => {
    expect(bucketOfSpace('my-bucket', { bucketPrefix: '', bucketTemplate: '{space}' })).toBe('my-bucket')
  })

  test.each(['Public', 'a b', 'a/b', '..', 'ä', '$&', 'a'.repeat(50), ' public'])('%j is refused', (space) => {
    expect(() => bucketOfSpace(space, names)).toThrow(/lower-case letters/)
  })

  test('an address is no name', () => {
    expect(() => bucketOfSpace('127.0.0.1', { bucketPrefix: '', bucketTemplate: '{space}' })).toThrow(/bucket/)
  })
})

describe('the folder of a user', () => {
  test('is the uid, also a negative one or 0', () => {
    expect([42, -1, 0].map((uid) => folderOfSpace('user', uid))).toEqual(['42/', '-1/', '0/'])
  })

  test('other spaces have none', () => {
    expect(folderOfSpace('private', 42)).toBe('')
  })

  test('without a token there is none, and the error says what to give', () => {
    expect(() => folderOfSpace('user', undefined)).toThrow(/DUCKIETOWN_TOKEN/)
  })

  test('is put in front once', () => {
    expect(keyInFolder('42/', 'a')).toBe('42/a')
    expect(keyInFolder('42/', '42/a')).toBe('42/a')
    expect(keyInFolder('42/', '42')).toBe('42/42')
    expect(keyInFolder('42/', '')).toBe('42/')
    expect(keyInFolder('', 'a')).toBe('a')
  })
})

describe('keys', () => {
  test.each(['a', 'a//b', 'a/', '.a', 'a.', '...', 'a/.b/c', '~', 'a b#?%+', '\u{1f986}'])('%j is kept', (key) => {
    expect(checkKey(key, 0)).toBe(key)
  })

  test.each(['/a', '.', '..', 'a/../b', 'a/.', './a'])('%j is refused', (key) => {
    expect(() => checkKey(key, 0)).toThrow(expect.objectContaining({ code: 'invalid-argument' }) as Error)
  })

  test('are counted in bytes of UTF-8, with room for the suffix of a part', () => {
    expect(checkKey('é'.repeat(510), 4)).toHaveLength(510)
    expect(() => checkKey('é'.repeat(511), 4)).toThrow(/1026 bytes/)
    expect(checkKey('é'.repeat(512), 0)).toHaveLength(512)
  })
})

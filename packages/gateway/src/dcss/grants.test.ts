import { describe, expect, test } from 'vitest'
import { everybodysGrant, Grants } from './grants.ts'

describe('grants', () => {
  const grants = new Grants([
    everybodysGrant,
    { users: [7], space: 'private', actions: ['get_object', 'head_object'], objects: ['shared/*', 'of-{uid}.txt'] },
    { users: [8], space: 'user', objects: ['*'] },
  ])
  const may = (
    uid: number,
    action: Parameters<Grants['allows']>[0]['action'],
    space: string,
    object: string,
  ): boolean => grants.allows({ uid, action, space, object })

  test('everybody may do everything below their own uid, and nothing beside it', () => {
    expect(may(5, 'put_object', 'user', '5/a/b')).toBe(true)
    expect(may(-1, 'delete_object', 'user', '-1/a')).toBe(true)
    expect(may(5, 'get_object', 'user', '51/a')).toBe(false)
    expect(may(5, 'get_object', 'user', '6/a')).toBe(false)
    expect(may(5, 'get_object', 'private', '5/a')).toBe(false)
  })

  test('a listing is held against its prefix', () => {
    expect(may(5, 'list_objects_v2', 'user', '5/')).toBe(true)
    expect(may(5, 'list_objects_v2', 'user', '5')).toBe(false)
    expect(may(5, 'list_objects_v2', 'user', '')).toBe(false)
  })

  test('only the named users, actions and objects', () => {
    expect(may(7, 'get_object', 'private', 'shared/x')).toBe(true)
    expect(may(7, 'get_object', 'private', 'of-7.txt')).toBe(true)
    expect(may(7, 'get_object', 'private', 'of-8.txt')).toBe(false)
    expect(may(7, 'put_object', 'private', 'shared/x')).toBe(false)
    expect(may(6, 'get_object', 'private', 'shared/x')).toBe(false)
  })

  test('a user may be let at the objects of others', () => {
    expect(may(8, 'get_object', 'user', '5/a')).toBe(true)
    expect(may(8, 'list_objects_v2', 'user', '')).toBe(true)
  })
})

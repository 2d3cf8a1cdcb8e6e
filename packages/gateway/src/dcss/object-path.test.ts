import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readObjectPath } from './object-path.ts'

describe('readObjectPath', () => {
  test.each([
    ['get_object/b/a%20b+c', { action: 'get_object', bucket: 'b', object: 'a b+c' }],
    ['get_object/b//a//..%2F./%2e%2e', { action: 'get_object', bucket: 'b', object: '/a//.././..' }],
    ['list_objects_v2/b/', { action: 'list_objects_v2', bucket: 'b', object: '' }],
    ['list_objects_v2/b', { action: 'list_objects_v2', bucket: 'b', object: '' }],
    ['get_object/b/%2541', { action: 'get_object', bucket: 'b', object: '%41' }],
    ['get_object/b/%EF%BB%BFx', { action: 'get_object', bucket: 'b', object: '\uFEFFx' }],
    ['', { action: '', bucket: '', object: '' }],
  ])('%j', (raw, path) => {
    expect(readObjectPath(raw)).toEqual(path)
  })

  test('bytes that came unescaped count as UTF-8', () => {
    expect(readObjectPath(`get_object/b/${Buffer.from('é😀').toString('latin1')}`)?.object).toBe('é😀')
  })

  test.each(['get_object/b/%', 'get_object/b/%4', 'get_object/b/%zz', 'get_object/b/%ff', 'get_object/b/%C3', 'é/b/a'])(
    '%j is refused',
    (raw) => {
      expect(readObjectPath(raw)).toBeUndefined()
    },
  )

  test('what encodeURIComponent writes comes back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (object) => {
        expect(readObjectPath(`get_object/b/${encodeURIComponent(object)}`)?.object).toBe(object)
      }),
    )
  })
})

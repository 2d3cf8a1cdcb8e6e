import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bucketAddress, itemAddress, parseAddress } from './address.ts'

describe('an address', () => {
  test.each([
    ['', {}],
    ['lake:', { backend: 'lake' }],
    ['photos', { bucket: 'photos' }],
    ['lake:in.c-main', { backend: 'lake', bucket: 'in.c-main' }],
    ['in.c-main/customers', { bucket: 'in.c-main', name: 'customers' }],
    ['dev:photos/2026/cat:1.jpg', { backend: 'dev', bucket: 'photos', name: '2026/cat:1.jpg' }],
    ['photos/', { bucket: 'photos' }],
    [':channel:14/a.jpg', { bucket: 'channel:14', name: 'a.jpg' }],
    ['cams:channel:14/a.jpg', { backend: 'cams', bucket: 'channel:14', name: 'a.jpg' }],
  ])('%j names what it says', (text, named) => {
    expect(parseAddress(text)).toEqual({ backend: undefined, bucket: undefined, name: undefined, ...named })
  })

  test('whatever the bucket and key are, an address can be written for them', () => {
    const bucket = fc.string({ minLength: 1 }).filter((text) => !text.includes('/'))
    fc.assert(
      fc.property(bucket, fc.string({ minLength: 1, unit: 'binary' }), (name, key) => {
        expect(itemAddress(`:${name}/${key}`, 'file')).toEqual({ backend: undefined, bucket: name, name: key })
      }),
    )
  })

  test.each([
    [() => parseAddress('/key'), 'names no bucket'],
    [() => itemAddress('photos', 'file'), 'names no file'],
    [() => itemAddress('lake:', 'table'), 'names no table'],
    [() => bucketAddress('photos/2026'), 'goes on after the bucket "photos"'],
    [() => bucketAddress('lake:'), 'names no bucket'],
  ])('one that lacks something says what: %s', (read, message) => {
    expect(read).toThrow(message)
    expect(read).toThrow('[backend:]bucket/name')
  })
})

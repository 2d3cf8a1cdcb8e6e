import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hashedPath, naturalPath, withSuffix } from './keys-path.ts'

function pathOf(key: string, bucket = 'b'): string {
  const { directories, name } = naturalPath(bucket, key)
  return [...directories, name].join('/')
}

describe('the natural path of a key', () => {
  test.each([
    ['2026/cat.jpg', 'b/2026/cat.jpg'],
    ['photo 100% + $&=@#,;!.jpg', 'b/photo 100% + $&=@#,;!.jpg'],
    ['.hidden', 'b/.hidden'],
    ['a:b', 'b/a%3Ab'],
    ['a\\b', 'b/a%5Cb'],
    ['a*b?"<>|', 'b/a%2Ab%3F%22%3C%3E%7C'],
    ['%2F', 'b/%252F'],
    ['50%', 'b/50%'],
    ['a\0b\n\u007f', 'b/a%00b%0A%7F'],
    ['a//b', 'b/a/%empty/b'],
    ['/a', 'b/%empty/a'],
    ['a/', 'b/a/%empty'],
    ['.', 'b/%2E'],
    ['..', 'b/%2E%2E'],
    ['a/../../b', 'b/a/%2E%2E/%2E%2E/b'],
    ['...', 'b/..%2E'],
    ['a.', 'b/a%2E'],
    ['a ', 'b/a%20'],
    ['CON', 'b/%43ON'],
    ['nul.txt', 'b/%6Eul.txt'],
    ['com1', 'b/%63om1'],
    ['console', 'b/console'],
    ['~x', 'b/~x'],
    ['é🐈/שלום', 'b/é🐈/שלום'],
  ])('of %j is %j', (key, path) => {
    expect(pathOf(key)).toBe(path)
  })

  test('of a bucket with an odd name stays one directory', () => {
    expect(pathOf('k', '..')).toBe('%2E%2E/k')
    expect(pathOf('k', 'a/b')).toBe('a%2Fb/k')
    expect(pathOf('k', '')).toBe('%empty/k')
  })

  test('shortens long names and keeps their extension', () => {
    const name = naturalPath('b', `${'é'.repeat(300)}.jpeg`).name
    expect(name).toMatch(/^é{75}~[0-9a-f]{16}\.jpeg$/)
    expect(naturalPath('b', `${'é'.repeat(301)}.jpeg`).name).not.toBe(name)
  })

  test('of a key with very many or very long parts is a short one', () => {
    expect(pathOf('a/'.repeat(512))).toMatch(/^b\/~long\/[0-9a-f]{40}$/)
    expect(pathOf(`${'x/'.repeat(400)}y.txt`)).toMatch(/^b\/~long\/[0-9a-f]{40}\.txt$/)
  })

  test('never leads anywhere, whatever the key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }), fc.string(), (key, bucket) => {
        const paths = [naturalPath(bucket, key), hashedPath(bucket, key)]
        const segments = paths.flatMap(({ directories, name }) => [...directories, name])
        expect(segments.filter((segment) => /^\.{0,2}$|[\\/:*?"<>|]|[. ]$/.test(segment))).toEqual([])
        expect(segments.filter((segment) => Buffer.byteLength(segment) > 200)).toEqual([])
      }),
    )
  })
})

test('a suffix goes before the extension', () => {
  expect(withSuffix('cat.jpg', '1')).toBe('cat~1.jpg')
  expect(withSuffix('.env', '1')).toBe('.env~1')
  expect(withSuffix('archive.tar.gz', '1')).toBe('archive.tar~1.gz')
  expect(withSuffix('readme', '1')).toBe('readme~1')
})

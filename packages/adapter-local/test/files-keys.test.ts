import fs from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addBucket,
  call,
  filesBelow,
  listKeys,
  makeDirectory,
  openFiles,
  openInDirectory,
  openWithBucket,
} from './files-fixture.ts'
import { readText, write } from './files-fixture.ts'

const oddKeys = [
  'a b',
  ' a',
  'a ',
  'a#b',
  'a?b',
  'a%b',
  'a%2Fb',
  'a%252Fb',
  'a+b',
  'a:b',
  'a/b',
  'a\\b',
  'a$b',
  'a&b',
  'a=b',
  'a@b',
  '/',
  '//',
  '///',
  '/a',
  'a/',
  'a//b',
  'a',
  'A',
  'a/b/c',
  'A/b',
  'a/B',
  '.',
  '..',
  '...',
  './a',
  '../a',
  '../../../../etc/passwd',
  'a/..',
  'a/../b',
  '.hidden',
  'a.',
  'a..',
  'a/.',
  '%empty',
  '%00',
  '%2E',
  '%2E%2E',
  '~',
  '~long',
  'a~d1',
  'a~1',
  'CON',
  'con',
  'nul.txt',
  'NUL',
  'com1',
  'LPT9.log',
  'aux/prn',
  'caf\u00e9',
  'cafe\u0301',
  'ſ',
  's',
  'ﬁ',
  'fi',
  'İ',
  'i̇',
  'שלום/עולם',
  '\u202eabc',
  '🐈/🐈‍⬛.jpg',
  '\u{10ffff}',
  '\uffff',
  '\ufeff',
  '\u200b',
  'a\0b',
  '\0',
  'a\nb',
  'a\tb',
  '\u007f',
  '\u0085',
  '-rf',
  '--help',
  '*',
  '"',
  '<>|',
  "'",
  '`',
  ';',
  '!',
  'k'.repeat(255),
  'k'.repeat(256),
  'k'.repeat(1024),
  'é'.repeat(512),
  '🐈'.repeat(256),
  'a/'.repeat(512),
  ':'.repeat(1024),
  '__proto__',
  'constructor',
  'toString',
]

describe.each(['directory', 'memory'] as const)('keys in %s mode', (mode) => {
  test('of every kind are kept exactly and apart', async () => {
    const { files } = await openWithBucket(mode)
    for (const key of oddKeys) await write(files, key, `1 ${key}`)
    for (const key of oddKeys.toReversed()) await write(files, key, `2 ${key}`)
    const sorted = oddKeys.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)))
    expect(await listKeys(files)).toEqual(sorted)
    expect(await listKeys(files, 'b', 7)).toEqual(sorted)
    for (const key of oddKeys) expect(await readText(files, key)).toBe(`2 ${key}`)
    for (const key of oddKeys.filter((_, position) => position % 2 === 0))
      await files.delete({ bucket: 'b', key }, call())
    const left = oddKeys.filter((_, position) => position % 2 === 1)
    for (const key of left) expect(await readText(files, key)).toBe(`2 ${key}`)
    expect(await listKeys(files)).toHaveLength(left.length)
  })

  test.each(['', 'k'.repeat(1025), 'a\ud800b'])('%j is refused', async (key) => {
    const { files } = await openWithBucket(mode)
    await expect(write(files, key, 'x')).rejects.toMatchObject({ code: 'invalid-argument' })
    const to = { bucket: 'b', key }
    await write(files, 'k', 'x')
    await expect(files.copy({ from: { bucket: 'b', key: 'k' }, to, overwrite: true }, call())).rejects.toMatchObject({
      code: 'invalid-argument',
    })
  })

  test('that differ stay apart, whatever they are', async () => {
    const { files } = await openWithBucket(mode)
    const part = fc.oneof(
      fc.constantFrom('.', '..', '', 'a', 'A', 'con', '%2E', '~', 'a:b', 'a%3Ab'),
      fc.string({ unit: 'binary', maxLength: 8 }),
    )
    const key = fc
      .array(part, { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join('/'))
      .filter((text) => text !== '')
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(key, { minLength: 1, maxLength: 12 }), async (keys) => {
        await Promise.all(keys.map((text) => write(files, text, text)))
        for (const text of keys) expect(await readText(files, text)).toBe(text)
        expect(new Set(await listKeys(files))).toEqual(new Set(keys))
        await files.deleteMany({ bucket: 'b', keys }, call())
      }),
      { numRuns: 25 },
    )
  })
})

describe('on the disk', () => {
  test('no key leads outside its bucket', async () => {
    const outside = makeDirectory()
    const directory = path.join(outside, 'data')
    const fixture = openFiles(directory)
    for (const bucket of ['b', '..', '.', 'a/../../x', '/']) {
      await addBucket(fixture, bucket)
      for (const key of oddKeys) await write(fixture.files, key, key, { bucket })
    }
    expect(fs.readdirSync(outside)).toEqual(['data'])
    expect(fs.readdirSync(directory).toSorted()).toEqual(expect.arrayContaining(['buckets', 'stowage.sqlite', 'tmp']))
    const buckets = path.join(directory, 'buckets')
    expect(fs.readdirSync(buckets)).toHaveLength(5)
    expect(filesBelow(buckets)).toHaveLength(5 * oddKeys.length)
  })

  test('a key may be a file while others lie below it, in any order', async () => {
    const { files } = await openInDirectory()
    const keys = ['a', 'a/b', 'a/b/c', 'x/y/z', 'x/y', 'x']
    for (const round of ['1', '2', '3']) {
      for (const key of keys) await write(files, key, `${key} ${round}`)
      for (const key of keys) expect(await readText(files, key)).toBe(`${key} ${round}`)
    }
  })

  test('what lies in a place already is left alone', async () => {
    const { files, directory } = await openInDirectory()
    const bucket = path.join(directory, 'buckets/b')
    fs.mkdirSync(path.join(bucket, 'k.txt'), { recursive: true })
    fs.writeFileSync(path.join(bucket, 'l.txt'), 'mine')
    fs.writeFileSync(path.join(bucket, 'd'), 'mine')
    for (const key of ['k.txt', 'l.txt', 'd/e']) await write(files, key, key)
    for (const key of ['k.txt', 'l.txt', 'd/e']) expect(await readText(files, key)).toBe(key)
    await files.deleteMany({ bucket: 'b', keys: ['k.txt', 'l.txt', 'd/e'] }, call())
    expect(filesBelow(bucket)).toEqual(['d', 'l.txt'])
    expect(fs.readFileSync(path.join(bucket, 'l.txt'), 'utf8')).toBe('mine')
  })
})

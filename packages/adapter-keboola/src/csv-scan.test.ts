import { readCsv } from '@stowage/core/driver'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CsvScan } from './csv-scan.ts'

function scan(bytes: Uint8Array, size: number, primaryKey: readonly string[] = ['a']): CsvScan {
  const one = new CsvScan({ columns: ['a', 'b'], primaryKey })
  for (let at = 0; at < bytes.byteLength; at += size) one.push(bytes.subarray(at, at + size))
  one.end()
  return one
}

async function rowsOf(text: string): Promise<(readonly unknown[])[] | undefined> {
  const rows: (readonly unknown[])[] = []
  async function* source(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text)
  }
  try {
    for await (const batch of readCsv(source())) rows.push(...batch.rows)
    return rows
  } catch {
    return undefined
  }
}

const piece = fc.constantFrom('"', '""', ',', '\n', '\r\n', '\r', 'x', 'y', 'é', '😀')

test('what passes is CSV to core as well, and a key that comes twice is seen, however the bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 14 }), fc.integer({ min: 1, max: 9 }), async (pieces, size) => {
      const text = `a,b\n${pieces.join('')}`
      const one = scan(Buffer.from(text), size)
      const rows = await rowsOf(text)
      const keys = (rows ?? []).map(([key]) => key)
      // Rows of another width are for the service to find.
      const isCsv = rows !== undefined || hasOddWidth(text)
      const isRepeatSeen = one.digests.hasRepeats || new Set(keys).size === keys.length
      expect(!one.isClean || (isCsv && isRepeatSeen)).toBe(true)
    }),
    { numRuns: 150 },
  )
})

/** Cells outside quotes, for texts that passed. */
function hasOddWidth(text: string): boolean {
  const bare = text.replaceAll(/"(?:[^"]|"")*"/g, 'q')
  return bare.split(/\r?\n/).some((line) => line !== '' && line.split(',').length !== 2)
}

test('well-formed CSV passes, quoted or not', () => {
  const line = fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }))
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 50 }), (rows, size) => {
      const quote = (cell: string): string => `"${cell.toWellFormed().replaceAll('\r', '').replaceAll('"', '""')}"`
      const text = rows.map((cells) => cells.map(quote).join(',')).join('\n')
      expect(scan(Buffer.from(`"a","b"\n${text}`), size).isClean).toBe(true)
    }),
    { numRuns: 50 },
  )
})

test.each([
  ['a key that comes twice', 'a,b\n1,x\n2,y\n1,z\n'],
  ['the same key with quotes and without', 'a,b\n1,x\n"1",y\n'],
  ['a quote in it, doubled', 'a,b\n"1""2",x\n"1""2",y\n'],
  ['in another order of columns', 'b,a\nx,1\ny,1\n'],
  ['behind a line break in a cell', 'a,b\n1,"x\n"\n1,z'],
])('a repeat is seen: %s', (_what, text) => {
  for (const size of [1, 3, 1000]) expect(scan(Buffer.from(text), size).digests.hasRepeats).toBe(true)
})

test('keys of several columns repeat as a whole', () => {
  const one = (text: string): boolean => scan(Buffer.from(text), 5, ['a', 'b']).digests.hasRepeats
  expect(one('a,b\n1,2\n1,3\n12,\n,12\n')).toBe(false)
  expect(one('a,b\n1,2\n1,3\n1,2\n')).toBe(true)
})

test.each([
  ['another column', 'a,c\n1,2\n'],
  ['a column too few', 'a\n1\n'],
  ['a column twice', 'a,b,b\n1,2,3\n'],
  ['a blank line', 'a,b\n1,2\n\n3,4\n'],
  ['a quote in a cell', 'a,b\n1"x,2\n'],
  ['text behind a quote', 'a,b\n"1"x,2\n'],
  ['a quote left open', 'a,b\n1,"2\n'],
  ['a lone CR', 'a,b\n1\r2,3\n'],
  ['no header', ''],
])('%s is for the reader of rows', (_what, text) => {
  for (const size of [1, 1000]) expect(scan(Buffer.from(text), size).isClean).toBe(false)
})

test('bytes that are not UTF-8 are seen without a key as well', () => {
  const bytes = Buffer.concat([Buffer.from('a,b\n1,'), Buffer.from([0xe9]), Buffer.from('\n')])
  for (const size of [1, 2, 1000]) {
    expect(scan(bytes, size, []).isClean).toBe(false)
    expect(scan(Buffer.from('a,b\n1,é😀\n'), size, []).isClean).toBe(true)
  }
})

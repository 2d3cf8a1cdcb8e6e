import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EtagHash } from './etag-hash.ts'

function etagOf(content: string, partBytes?: number): string {
  const hash = new EtagHash(partBytes)
  hash.update(Buffer.from(content))
  return hash.digest()
}

// The vectors are those of the contract, section 5.3.
test.each([
  ['', undefined, 'd41d8cd98f00b204e9800998ecf8427e'],
  ['abc', undefined, '900150983cd24fb0d6963f7d28e17f72'],
  ['abcdef', 5, 'd59b44eab2fd2f255ee26582df1eb5ed-2'],
])('the ETag of "%s" in parts of %s bytes is %s', (content, partBytes, etag) => {
  expect(etagOf(content, partBytes)).toBe(etag)
})

test('a file of exactly one part has a plain MD5', () => {
  expect(etagOf('abcde', 5)).toBe('ab56b4d92b40713acc5af89985d4b786')
})

test('it does not matter how the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 9 })), fc.integer({ min: 1, max: 7 }), (pieces, partBytes) => {
      const hash = new EtagHash(partBytes)
      for (const piece of pieces) hash.update(Buffer.from(piece))
      expect(hash.sizeBytes).toBe(Buffer.byteLength(pieces.join('')))
      expect(hash.digest()).toBe(etagOf(pieces.join(''), partBytes))
    }),
  )
})

import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ChunkedDecoder } from './aws-chunked.ts'
import { ChunkSigner } from './chunk-signature.ts'
import { signingKey } from './signature-v4.ts'

const scope = { day: '20130524', region: 'us-east-1' }
const seed = {
  key: signingKey('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', scope),
  time: '20130524T000000Z',
  scope,
  signature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
}
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

function frame(chunks: readonly Buffer[], trailers: Readonly<Record<string, string>>, signer?: ChunkSigner): Buffer {
  const head = (chunk: Buffer): string =>
    chunk.length.toString(16) + (signer ? `;chunk-signature=${signer.signChunk(sha256(chunk))}` : '')
  const parts = chunks.flatMap((chunk) => [`${head(chunk)}\r\n`, chunk, '\r\n'])
  const lines = Object.entries(trailers).map(([name, value]) => `${name}:${value}\r\n`)
  const signed = Object.entries(trailers).map(([name, value]) => `${name}:${value}\n`)
  const end = [`${head(Buffer.alloc(0))}\r\n`, ...lines]
  if (signer !== undefined && lines.length > 0) {
    end.push(`x-amz-trailer-signature:${signer.signTrailer(signed.join(''))}\r\n`)
  }
  return Buffer.concat([...parts, ...end, '\r\n'].map((part) => Buffer.from(part)))
}

function decode(pieces: readonly Buffer[], signer?: ChunkSigner): { content: Buffer; trailers: Map<string, string> } {
  const decoder = new ChunkedDecoder(signer)
  const content = pieces.flatMap((piece) => decoder.push(piece))
  decoder.end()
  return { content: Buffer.concat(content), trailers: decoder.trailers }
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const all = [0, ...places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]
  return all.slice(1).map((end, at) => bytes.subarray(all[at], end))
}

const chunksOf = fc.array(
  fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  {
    maxLength: 6,
  },
)
const places = fc.array(fc.nat(), { maxLength: 30 })

describe('an aws-chunked body', () => {
  test('decodes to its content wherever it is cut, signed or not', () => {
    const property = fc.property(chunksOf, places, fc.boolean(), fc.boolean(), (chunks, cuts, isSigned, hasTrailer) => {
      const trailers = hasTrailer ? { 'x-amz-checksum-crc32': 'AAAAAA==' } : {}
      const signer = (): ChunkSigner | undefined => (isSigned ? new ChunkSigner(seed) : undefined)
      const body = frame(chunks, trailers, signer())
      const decoded = decode(cut(body, cuts), signer())
      expect(decoded.content.equals(Buffer.concat(chunks))).toBe(true)
      expect(Object.fromEntries(decoded.trailers)).toEqual(trailers)
    })
    fc.assert(property)
  })

  test('that ends too early anywhere is refused', () => {
    const property = fc.property(chunksOf, fc.nat(), (chunks, place) => {
      const body = frame(chunks, { 'x-amz-checksum-crc32': 'AAAAAA==' })
      const short = body.subarray(0, place % body.length)
      expect(() => decode([short])).toThrow(/in the middle/)
    })
    fc.assert(property)
  })

  test('with any byte changed is refused where chunks are signed', () => {
    const property = fc.property(chunksOf, fc.nat(), fc.integer({ min: 1, max: 255 }), (chunks, place, change) => {
      const body = frame(chunks, { 'x-amz-checksum-crc32': 'AAAAAA==' }, new ChunkSigner(seed))
      const at = place % body.length
      const other = Buffer.from(body)
      other[at] = (body[at] as number) ^ change
      // Hex digits of a length mean the same in either case.
      if (other.toString('latin1').toLowerCase() === body.toString('latin1').toLowerCase()) return
      let content: Buffer | undefined
      try {
        content = decode([other], new ChunkSigner(seed)).content
      } catch {
        return
      }
      // Only spaces around the value of a trailer may differ without being noticed.
      expect(content.equals(Buffer.concat(chunks))).toBe(true)
    })
    fc.assert(property, { numRuns: 100 })
  })

  test('has the signatures of the example in the documentation of AWS', () => {
    const signer = new ChunkSigner(seed)
    const a = (length: number): string => sha256(Buffer.alloc(length, 'a'))
    expect(signer.signChunk(a(65_536))).toBe('ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648')
    expect(signer.signChunk(a(1024))).toBe('0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497')
    expect(signer.signChunk(a(0))).toBe('b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9')
  })

  test.each([
    ['a length that is no number', 'x\r\n', /hexadecimal/],
    ['an endless length', `${'1'.repeat(13)}\r\n`, /hexadecimal/],
    ['an endless line', '1'.repeat(5000), /too long/],
    ['a line without carriage return', '1\na\r\n0\r\n\r\n', /CR LF/],
    ['a chunk longer than it says', '1\r\nab\r\n0\r\n\r\n', /longer than it says/],
    ['bytes after its end', '0\r\n\r\nx', /follow its end/],
    ['a trailer that is no header', '0\r\nnothing\r\n\r\n', /no header/],
    ['too many trailers', `0\r\n${Array.from({ length: 30 }, (_, n) => `h${n}:1\r\n`).join('')}\r\n`, /no header/],
  ])('with %s is refused', (_, body, message) => {
    expect(() => decode([Buffer.from(body)])).toThrow(message)
  })

  test('without signatures is refused where they are announced', () => {
    const body = frame([Buffer.from('abc')], {})
    expect(() => decode([body], new ChunkSigner(seed))).toThrow(/signature/)
    const signer = new ChunkSigner(seed)
    const unsignedTrailer = frame([], {}, signer).toString().replace(/\r\n$/, 'x-amz-checksum-crc32:AAAAAA==\r\n\r\n')
    expect(() => decode([Buffer.from(unsignedTrailer)], new ChunkSigner(seed))).toThrow(/trailer is missing/)
  })
})

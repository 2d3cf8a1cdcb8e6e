import { randomBytes } from 'node:crypto'
import { toByteSource } from '@stowage/core/driver'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countParts, type CutPart, partBytesAt, PartCutter } from './part-cutter.ts'

const first = partBytesAt(1)

async function cut(bytes: Uint8Array, chunkBytes: number, sizeBytes?: number): Promise<CutPart[]> {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let start = 0; start < bytes.byteLength; start += chunkBytes) yield bytes.subarray(start, start + chunkBytes)
  }
  const source = await toByteSource(chunks(), sizeBytes)
  const parts: CutPart[] = []
  const cutter = new PartCutter(source, undefined)
  for await (const part of cutter.parts()) {
    parts.push({ ...part, bytes: Uint8Array.from(part.bytes) })
    cutter.giveBack(part.bytes)
  }
  return parts
}

test.each([0, 1, first - 1, first, first + 1, 2 * first, 2 * first + 7])(
  '%i bytes come whole, and the last part is known',
  async (size) => {
    const bytes = randomBytes(size)
    for (const [chunkBytes, sizeBytes] of [
      [333_333, undefined],
      [first, size],
      [first * 3, undefined],
    ] as const) {
      const parts = await cut(bytes, chunkBytes, sizeBytes)
      expect(Buffer.compare(Buffer.concat(parts.map((part) => part.bytes)), bytes)).toBe(0)
      expect(parts.map(({ number }) => number)).toEqual(parts.map((_, index) => index + 1))
      expect(parts.map(({ isLast }) => isLast)).toEqual(parts.map((_, index) => index === parts.length - 1))
      expect(parts).toHaveLength(countParts(size))
    }
  },
)

test('bytes in memory are not copied', async () => {
  const bytes = randomBytes(first + 1)
  const cutter = new PartCutter(await toByteSource(bytes), undefined)
  for await (const part of cutter.parts()) expect(part.bytes.buffer).toBe(bytes.buffer)
})

test('no file of up to five terabytes has more parts than S3 takes', () => {
  expect(countParts(5 * 1024 ** 4)).toBeLessThanOrEqual(10_000)
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 36 }), (sizeBytes) => {
      const count = countParts(sizeBytes)
      const upTo = (parts: number): number =>
        Array.from({ length: parts }, (_, index) => partBytesAt(index + 1)).reduce((sum, size) => sum + size, 0)
      expect(upTo(count)).toBeGreaterThanOrEqual(sizeBytes)
      expect(count === 1 || upTo(count - 1) < sizeBytes).toBe(true)
    }),
    { numRuns: 20 },
  )
})

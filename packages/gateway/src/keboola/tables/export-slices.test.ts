import type { Row } from '@stowage/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inHalves } from './export-slices.ts'

async function halves(sizes: readonly number[], expected: number | undefined): Promise<number[][]> {
  async function* batches(): AsyncGenerator<readonly Row[], void, undefined> {
    let next = 0
    for (const size of sizes) yield Array.from({ length: size }, () => ({ n: next++ }))
  }
  const found: number[][] = []
  for await (const half of inHalves(batches(), expected)) {
    const rows: number[] = []
    for await (const batch of half) rows.push(...batch.map(({ n }) => Number(n)))
    found.push(rows)
  }
  return found
}

describe('slices of an export', () => {
  test('none of nothing, one of one row, two of two', async () => {
    expect(await halves([], 0)).toEqual([])
    expect(await halves([0, 0], undefined)).toEqual([])
    expect(await halves([1], 1)).toEqual([[0]])
    expect(await halves([2], undefined)).toEqual([[0], [1]])
    expect(await halves([1, 1], undefined)).toEqual([[0], [1]])
  })

  test('two of about the same length where the number of rows is known', async () => {
    expect((await halves([100, 100, 100, 100], 400)).map(({ length }) => length)).toEqual([200, 200])
  })

  test('every row is in one of them, in order', async () => {
    const sizes = fc.array(fc.nat(5), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(sizes, fc.option(fc.nat(40), { nil: undefined }), async (given, expected) => {
        const count = given.reduce((sum, size) => sum + size, 0)
        const found = await halves(given, expected)
        expect(found.flat()).toEqual(Array.from({ length: count }, (_, at) => at))
        expect(found.every((half) => half.length > 0)).toBe(true)
      }),
    )
  })
})

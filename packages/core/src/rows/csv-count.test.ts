import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countCsvRows } from './csv-count.ts'
import { writeCsv } from './csv-write.ts'

async function count(chunks: readonly Uint8Array[]): Promise<{ total: number; bytes: Buffer; seen: number }> {
  let [total, seen] = [0, 0]
  const passed: Uint8Array[] = []
  async function* source(): AsyncGenerator<Uint8Array> {
    yield* chunks
  }
  for await (const chunk of countCsvRows(source(), (more, all) => {
    total = all
    seen += more
  }))
    passed.push(chunk)
  return { total, seen, bytes: Buffer.concat(passed) }
}

test('rows are counted however the bytes are cut, line breaks in cells are none', async () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', '\n', '\r', ',', 'é') })
  const rows = fc.array(fc.tuple(cell, cell), { maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(rows, fc.integer({ min: 1, max: 7 }), async (cells, size) => {
      async function* batches(): AsyncGenerator<{ columns: string[]; rows: string[][] }> {
        yield { columns: ['a', 'b'], rows: cells }
      }
      const written: Uint8Array[] = []
      for await (const chunk of writeCsv(batches(), { columns: ['a', 'b'] })) written.push(chunk)
      const bytes = Buffer.concat(written)
      const cut = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      )
      expect(await count(cut)).toEqual({ total: cells.length, seen: cells.length, bytes })
    }),
    { numRuns: 60 },
  )
})

test.each([
  ['', 0],
  ['a,b', 0],
  ['a,b\n', 0],
  ['a,b\n1,2', 1],
  ['a,b\n1,"2\n"', 1],
  ['a,b\n1,"2"\n', 1],
])('%j has %i rows', async (text, rows) => {
  const { total } = await count([Buffer.from(text)])
  expect(total).toBe(rows)
})

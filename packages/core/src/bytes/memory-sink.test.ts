import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readAll } from './memory-sink.ts'

async function* arrive(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}

describe('readAll', () => {
  test('all bytes come back, their number known or not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array()), async (chunks) => {
        const all = new Uint8Array(Buffer.concat(chunks))
        expect(await readAll(arrive(...chunks))).toEqual(all)
        expect(await readAll(arrive(...chunks), all.byteLength)).toEqual(all)
        expect(await readAll(arrive(...chunks), undefined, all.byteLength)).toEqual(all)
      }),
    )
  })

  test('a buffer grows past its first capacity', async () => {
    const chunk = new Uint8Array(50_000).fill(7)
    const all = await readAll(arrive(chunk, chunk, chunk))
    expect(all.byteLength).toBe(150_000)
    expect(all.every((byte) => byte === 7)).toBe(true)
    expect(all.buffer.byteLength).toBe(150_000)
  })

  test('a chunk that is changed after it was taken does no harm', async () => {
    const chunk = new Uint8Array([1])
    async function* reuse(): AsyncGenerator<Uint8Array> {
      yield chunk
      chunk[0] = 2
      yield chunk
    }
    expect(await readAll(reuse())).toEqual(new Uint8Array([1, 2]))
  })

  test('more or fewer bytes than announced is corrupt data', async () => {
    await expect(readAll(arrive(new Uint8Array(3)), 4)).rejects.toMatchObject({
      code: 'corrupt-data',
      message: /3 of 4/,
    })
    await expect(readAll(arrive(new Uint8Array(3)), 2)).rejects.toMatchObject({ code: 'corrupt-data' })
  })

  test('the limit holds before bytes are held', async () => {
    const twice = (): AsyncIterable<Uint8Array> => arrive(new Uint8Array(3), new Uint8Array(3))
    await expect(readAll(twice(), undefined, 5)).rejects.toMatchObject({
      code: 'invalid-argument',
      details: { limit: 5 },
    })
    await expect(readAll(twice(), 6, 5)).rejects.toMatchObject({ code: 'invalid-argument' })
    await expect(readAll(twice(), 1e17)).rejects.toMatchObject({ code: 'invalid-argument' })
  })
})

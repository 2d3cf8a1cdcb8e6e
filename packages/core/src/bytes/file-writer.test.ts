import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { lendChunk } from './chunk-pool.ts'
import { FileWriter } from './file-writer.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stowage-writer-'))
})
afterEach(() => rm(directory, { recursive: true }))

async function written(chunks: readonly Uint8Array[], patienceMs?: number): Promise<Buffer> {
  const path = join(directory, 'file')
  const handle = await open(path, 'w')
  const writer = new FileWriter(handle, patienceMs)
  for (const chunk of chunks) await writer.write(chunk)
  await writer.end()
  await handle.close()
  const found = await readFile(path)
  expect(writer.sizeBytes).toBe(found.byteLength)
  return found
}

describe('FileWriter', () => {
  test.each([
    ['at once', undefined],
    ['by the thread pool, after writes that waited', -1],
  ])('chunks of any size arrive in order, written %s', async (_how, patience) => {
    const size = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 60_000, max: 200_000 }))
    await fc.assert(
      fc.asyncProperty(fc.array(size, { maxLength: 12 }), async (sizes) => {
        const chunks = sizes.map((length, index) => Buffer.alloc(length, index + 1))
        expect((await written(chunks, patience)).equals(Buffer.concat(chunks))).toBe(true)
      }),
      { numRuns: 25 },
    )
  })

  test('many small pieces take more than one write', async () => {
    const chunks = Array.from({ length: 3000 }, (_, index) => Buffer.from(`${index},`))
    expect((await written(chunks)).equals(Buffer.concat(chunks))).toBe(true)
  })

  test('a lent chunk is given back only after its last byte was written', async () => {
    const handle = await open(join(directory, 'file'), 'w')
    const writer = new FileWriter(handle)
    const first = lendChunk(100_000).fill(1)
    await writer.write(first)
    // Its last 34,464 bytes wait: the memory is not lent to anybody else.
    expect(lendChunk(100_000).buffer).not.toBe(first.buffer)
    await writer.end()
    expect(lendChunk(100_000).buffer).toBe(first.buffer)
    await handle.close()
  })

  // Only Linux has such a device; other systems fail in the same call.
  test.skipIf(process.platform !== 'linux')('a file that takes no more fails', async () => {
    const handle = await open('/dev/full', 'w')
    const writer = new FileWriter(handle)
    await expect(writer.write(Buffer.alloc(200_000))).rejects.toMatchObject({ code: 'ENOSPC' })
    await handle.close()
  })
})

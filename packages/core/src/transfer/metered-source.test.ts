import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { toByteSource } from '../bytes/byte-source.ts'
import type { ByteRange } from '../contract/file.ts'
import type { StorageError } from '../errors/storage-error.ts'
import { crc32Hex, MeteredSource } from './metered-source.ts'
import { Transfer, type TransferControls } from './transfer.ts'

const bytes = new Uint8Array(3 * 1024 * 1024).map((_, index) => index % 251)

/** Lets a driver read a source, and gives the digests and how much was counted. */
async function digestsAfter(
  read: (source: MeteredSource) => Promise<void>,
): Promise<{ digests: unknown; transferred: number }> {
  const run = async (controls: TransferControls): Promise<unknown> => {
    const source = new MeteredSource(
      { ...(await toByteSource(bytes)), bytes: undefined },
      ['crc32', 'sha256'],
      controls,
    )
    await read(source)
    return source.digests()
  }
  const explain = (error: unknown): StorageError => error as StorageError
  const transfer = new Transfer({ signal: new AbortController().signal, run, explain })
  return { digests: await transfer, transferred: transfer.progress.transferred }
}

async function drain(source: MeteredSource, range?: ByteRange): Promise<void> {
  let got = 0
  for await (const chunk of source.open(range)) got += chunk.byteLength
  expect(got).toBeGreaterThan(0)
}

test('bytes in memory count once, also where an attempt that read a part of them came before', async () => {
  const run = async (controls: TransferControls): Promise<unknown> => {
    const source = new MeteredSource(await toByteSource(bytes), ['crc32'], controls)
    for await (const _chunk of source.open()) break
    // The second attempt takes the bytes as they are.
    expect(source.bytes).toBe(bytes)
    return source.digests()
  }
  const explain = (error: unknown): StorageError => error as StorageError
  const transfer = new Transfer({ signal: new AbortController().signal, run, explain })
  expect(await transfer).toEqual({ crc32: crc32Hex(bytes) })
  expect(transfer.progress.transferred).toBe(bytes.byteLength)
})

test('ranges read side by side, in any order, have the CRC32 of the whole', async () => {
  const result = await digestsAfter(async (source) => {
    await Promise.all([
      drain(source, { start: 2_000_000 }),
      drain(source, { start: 0, end: 700_001 }),
      drain(source, { start: 700_001, end: 2_000_000 }),
    ])
  })
  expect(result).toEqual({ digests: { crc32: crc32Hex(bytes) }, transferred: bytes.byteLength })
})

test('a part that is read again counts once, and so does the whole after parts of it', async () => {
  const again = await digestsAfter(async (source) => {
    for await (const _chunk of source.open({ start: 0, end: 1_000_000 })) break
    await drain(source, { start: 0, end: 1_000_000 })
    await drain(source, { start: 1_000_000 })
  })
  expect(again).toEqual({ digests: { crc32: crc32Hex(bytes) }, transferred: bytes.byteLength })
  const whole = await digestsAfter(async (source) => {
    await drain(source, { start: 5, end: 1_000_000 })
    await drain(source)
  })
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  expect(whole).toEqual({ digests: { crc32: crc32Hex(bytes), sha256 }, transferred: bytes.byteLength })
})

test.each<[string, ByteRange | undefined]>([
  ['whole', undefined],
  ['by a range', { start: 0, end: bytes.byteLength }],
])('what an attempt that was given up still gets does not count: read %s', async (_, range) => {
  const result = await digestsAfter(async (source) => {
    const abandoned = source.open(range)
    await abandoned.next()
    const chunks = source.open(range)
    await chunks.next()
    expect((await abandoned.next()).value).toBeDefined()
    for await (const _chunk of chunks);
    expect((await abandoned.next()).value).toBeDefined()
  })
  expect(result).toMatchObject({ digests: { crc32: crc32Hex(bytes) }, transferred: bytes.byteLength })
})

test.each([
  ['leave a gap', [{ start: 0, end: 10 }, { start: 11 }]],
  ['overlap', [{ start: 0, end: 12 }, { start: 11 }]],
  ['end early', [{ start: 0, end: 10 }]],
])('ranges that %s have no checksum', async (_, ranges) => {
  const { digests } = await digestsAfter(async (source) => {
    for (const range of ranges) await drain(source, range)
  })
  expect(digests).toEqual({})
})

import { expect, test } from 'vitest'
import { toByteSource } from '../bytes/byte-source.ts'
import type { StorageError } from '../errors/storage-error.ts'
import { crc32Hex, MeteredSource } from './metered-source.ts'
import { Transfer, type TransferControls } from './transfer.ts'

test('bytes in memory count once, also where an attempt that read a part of them came before', async () => {
  const bytes = new Uint8Array(3 * 1024 * 1024).fill(7)
  const run = async (controls: TransferControls): Promise<unknown> => {
    const source = new MeteredSource(await toByteSource(bytes), ['crc32'], controls)
    for await (const _chunk of source.open()) break
    // The second attempt takes the bytes as they are.
    expect(source.bytes).toBe(bytes)
    return source.digests()
  }
  const transfer = new Transfer({
    signal: new AbortController().signal,
    run,
    explain: (error) => error as StorageError,
  })
  expect(await transfer).toEqual({ crc32: crc32Hex(bytes) })
  expect(transfer.progress.transferred).toBe(bytes.byteLength)
})

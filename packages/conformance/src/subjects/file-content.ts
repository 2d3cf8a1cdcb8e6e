import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { ChecksumAlgorithm } from '@stowage/core'
import type { CheckContext } from '../check-context.ts'

/** 1,048,576 bytes. */
export const mebibyte: number = 1024 * 1024

const maxPartBytes = 16 * mebibyte

/** Gives bytes that look random; the same ones for the same seed. */
export function patternBytes(sizeBytes: number, seed = 1): Uint8Array {
  const words = new Uint32Array(Math.ceil(sizeBytes / 4))
  let state = Math.imul(seed, 0x9e3779b1) | 1
  for (let index = 0; index < words.length; index += 1) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    words[index] = state
  }
  return new Uint8Array(words.buffer, 0, sizeBytes)
}

/** Gives the part size the backend cuts files at, where that is small enough to try; otherwise 1 MiB. */
export function partBytesOf({ capabilities }: CheckContext): number {
  const { partBytes, fileBytes = Infinity } = capabilities.limits
  return partBytes === undefined || partBytes > maxPartBytes || 3 * partBytes > fileBytes ? mebibyte : partBytes
}

/** Fails where bytes aren't the ones expected, saying where they differ and not how. */
export function assertBytes(actual: Uint8Array, expected: Uint8Array, what = 'the content'): void {
  assert.equal(actual.byteLength, expected.byteLength, `${what} has another length`)
  if (Buffer.compare(actual, expected) === 0) return
  const index = actual.findIndex((byte, position) => byte !== expected[position])
  assert.fail(`${what} differs from byte ${index} on`)
}

/** Computes a checksum by other means than core does. */
export function checksumOf(algorithm: ChecksumAlgorithm, bytes: Uint8Array): string {
  if (algorithm === 'crc32') return crc32(bytes).toString(16).padStart(8, '0')
  return createHash(algorithm).update(bytes).digest('hex')
}

/**
 * Gives bytes as a stream of chunks that can be read once.
 *
 * @param beforeChunk - called when a chunk is asked for, with its index; after the last one as well, with their number
 */
export async function* inChunks(
  bytes: Uint8Array,
  chunkBytes: number,
  beforeChunk: (index: number) => unknown = () => {},
): AsyncGenerator<Uint8Array, void, undefined> {
  let index = 0
  for (let start = 0; start < bytes.byteLength; start += chunkBytes) {
    await beforeChunk(index)
    yield bytes.subarray(start, Math.min(start + chunkBytes, bytes.byteLength))
    index += 1
  }
  await beforeChunk(index)
}

/** Reads chunks into one piece; the chunks are put together only at the end, so that each must stay as it was given. */
export async function readChunks(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}

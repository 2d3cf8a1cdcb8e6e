import { constants } from 'node:buffer'
import { invalidArgument, StorageError } from '../errors/storage-error.ts'
import { returnChunk } from './chunk-pool.ts'

const firstCapacity = 64 * 1024

/**
 * Reads all bytes into one buffer: of `sizeBytes` at once where that is known, else one that doubles as needed.
 *
 * @param chunks - copied as they come, so a chunk may be changed afterwards
 * @param sizeBytes - how many bytes there have to be
 * @param limit - the most bytes to hold. Default: what a buffer can hold
 * @throws {@link StorageError} `corrupt-data` when there are more or fewer than `sizeBytes`; `invalid-argument` above the
 * limit, before more than it is held
 */
export async function readAll(
  chunks: AsyncIterable<Uint8Array>,
  sizeBytes?: number,
  limit: number = constants.MAX_LENGTH,
): Promise<Uint8Array> {
  if (sizeBytes !== undefined && sizeBytes > limit) throw tooLarge(limit)
  let buffer = new Uint8Array(sizeBytes ?? Math.min(firstCapacity, limit))
  let length = 0
  for await (const chunk of chunks) {
    const end = length + chunk.byteLength
    if (end > buffer.byteLength) {
      if (sizeBytes !== undefined) throw wrongSize(`more than the ${sizeBytes} bytes announced`)
      if (end > limit) throw tooLarge(limit)
      const larger = new Uint8Array(Math.min(limit, Math.max(end, buffer.byteLength * 2)))
      larger.set(buffer.subarray(0, length))
      buffer = larger
    }
    buffer.set(chunk, length)
    returnChunk(chunk)
    length = end
  }
  if (sizeBytes !== undefined && length < sizeBytes) throw wrongSize(`ended after ${length} of ${sizeBytes} bytes`)
  return length === buffer.byteLength ? buffer : buffer.slice(0, length)
}

function tooLarge(limit: number): StorageError {
  return invalidArgument(
    `There are more than the ${limit} bytes allowed in memory: read them as a stream or to a file`,
    {
      limit,
    },
  )
}

function wrongSize(found: string): StorageError {
  return new StorageError({ code: 'corrupt-data', message: `The bytes do not have the length announced: ${found}` })
}

import { createReadStream } from 'node:fs'
import { crc32 } from 'node:zlib'

/** Bytes in a mebibyte. */
export const mebibyte: number = 1024 * 1024

/** Gives so many mebibytes. */
export function* repeated(mebibytes: number): Generator<Uint8Array, void, undefined> {
  const piece = Buffer.alloc(mebibyte, 'to be sent ')
  for (let index = 0; index < mebibytes; index += 1) yield piece
}

/** Gives the CRC32 of a file. */
export async function checksumOf(path: string): Promise<number> {
  let checksum = 0
  for await (const chunk of createReadStream(path, { highWaterMark: mebibyte })) {
    checksum = crc32(chunk as Buffer, checksum)
  }
  return checksum
}

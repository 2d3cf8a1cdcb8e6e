import { createHash, type Hash } from 'node:crypto'
import { type ByteSource, StorageError } from '@stowage/core/driver'
import type { BodySource, RequestBody } from '@stowage/http'

/** What is compared with the ETag: MD5s up to 64 MiB, all, or none. */
export type Verify = 'auto' | 'etag' | 'length'

/** Up to this size the MD5 of what is moved costs little beside the moving. */
const md5UpToBytes = 64 * 1024 * 1024

/** Tells whether the MD5 of a file of this size is compared. */
export function wantsMd5(verify: Verify, sizeBytes: number): boolean {
  return verify === 'etag' || (verify === 'auto' && sizeBytes <= md5UpToBytes)
}

/** Bytes that are being sent, with their MD5 where it is wanted. */
export interface UploadBody {
  /** For the transport. */
  readonly body: RequestBody
  /** How many bytes there are. */
  readonly sizeBytes: number
  /** Whether the source was read to its end: before that no server can have stored all of it. */
  readonly isRead: () => boolean
  /** The MD5 of what was read, where it was wanted and all was read. */
  readonly md5: () => string | undefined
}

/** Sends bytes in memory. */
export function bodyOfBytes(bytes: Uint8Array, wantsMd5: boolean): UploadBody {
  const md5 = wantsMd5 ? createHash('md5').update(bytes).digest('hex') : undefined
  return { body: bytes, sizeBytes: bytes.byteLength, isRead: () => true, md5: () => md5 }
}

/** Sends a source of known length; one that has another length fails before its last chunk is sent. */
export function bodyOfSource(
  source: Pick<ByteSource, 'open' | 'isReopenable'>,
  sizeBytes: number,
  wantsMd5: boolean,
): UploadBody {
  // Each reading counts for itself: one that was given up may still get a chunk.
  let last: Reading = { hash: undefined, isRead: false }
  async function* open(): AsyncGenerator<Uint8Array, void, undefined> {
    const reading: Reading = (last = { hash: wantsMd5 ? createHash('md5') : undefined, isRead: false })
    let readBytes = 0
    for await (const chunk of source.open()) {
      readBytes += chunk.byteLength
      if (readBytes > sizeBytes) throw wrongLength('goes on after', sizeBytes)
      reading.hash?.update(chunk)
      yield chunk
    }
    if (readBytes < sizeBytes) throw wrongLength(`ended after ${readBytes} of`, sizeBytes)
    reading.isRead = true
  }
  const body: BodySource = { sizeBytes, isReopenable: source.isReopenable, open }
  const md5 = (): string | undefined => (last.isRead ? last.hash?.copy().digest('hex') : undefined)
  return { body, sizeBytes, isRead: () => last.isRead, md5 }
}

interface Reading {
  readonly hash: Hash | undefined
  isRead: boolean
}

function wrongLength(how: string, sizeBytes: number): StorageError {
  const message = `the source ${how} the ${sizeBytes} bytes it announced: nothing was stored, check the source`
  return new StorageError({ code: 'corrupt-data', message, applied: 'no', details: { announced: sizeBytes } })
}

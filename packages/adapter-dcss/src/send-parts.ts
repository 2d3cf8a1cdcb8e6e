import type { ByteSource } from '@stowage/core/driver'
import { ChunkCutter } from './chunk-cutter.ts'
import type { StoredObject } from './put-object.ts'
import { spool } from './spool.ts'
import { bodyOfBytes, bodyOfSource, type UploadBody, type Verify, wantsMd5 } from './upload-body.ts'

/** A source that is sent in parts. */
export interface PartedUpload {
  /** The bytes, of known length. */
  readonly source: ByteSource & { readonly sizeBytes: number }
  /** The size of each part but the last. */
  readonly partBytes: number
  /** What is compared after each. */
  readonly verify: Verify
  /** How many parts there are: two at least. */
  readonly count: number
  /** Writes one of them. */
  readonly put: (index: number, content: UploadBody) => Promise<StoredObject>
  /** Told how many are under way or done. */
  readonly onPart: (part: number, parts: number) => void
  /** Ends it. */
  readonly signal: AbortSignal
}

/** Sends a source in parts, one after the other. The first is what readers look for, so it is sent last (contract section 14, trap 3). */
export function sendParts(upload: PartedUpload): Promise<StoredObject> {
  const { bytes } = upload.source
  return bytes === undefined ? sendStream(upload) : sendBytes(upload, bytes)
}

async function sendBytes(
  { partBytes, verify, count, put, onPart }: PartedUpload,
  bytes: Uint8Array,
): Promise<StoredObject> {
  const part = (index: number): UploadBody => {
    const piece = bytes.subarray(index * partBytes, (index + 1) * partBytes)
    return bodyOfBytes(piece, wantsMd5(verify, piece.byteLength))
  }
  for (let index = 1; index < count; index += 1) {
    onPart(index, count)
    await put(index, part(index))
  }
  onPart(count, count)
  return put(0, part(0))
}

/** A source is read once, from its start, so its first part waits in a temporary file. */
async function sendStream({
  source,
  partBytes,
  verify,
  count,
  put,
  onPart,
  signal,
}: PartedUpload): Promise<StoredObject> {
  const lastBytes = source.sizeBytes - (count - 1) * partBytes
  const cutter = new ChunkCutter(source.open())
  try {
    onPart(1, count)
    const first = await spool(cutter.take(partBytes), signal)
    try {
      for (let index = 1; index < count; index += 1) {
        onPart(index + 1, count)
        const isLast = index === count - 1
        const piece = { isReopenable: false, open: () => (isLast ? cutter.takeRest() : cutter.take(partBytes)) }
        const sizeBytes = isLast ? lastBytes : partBytes
        await put(index, bodyOfSource(piece, sizeBytes, wantsMd5(verify, sizeBytes)))
      }
      const again = { isReopenable: true, open: () => first.open() }
      return await put(0, bodyOfSource(again, first.sizeBytes, wantsMd5(verify, first.sizeBytes)))
    } finally {
      await first.remove()
    }
  } finally {
    await cutter.close()
  }
}

/** How large the chunks are that large files are read in. */
export const pooledChunkBytes: number = 1024 * 1024

/** Up to this size a chunk has memory of its own: a whole buffer for a small file would cost more than the file. */
const smallBytes = 64 * 1024

/** How many unused buffers are kept for the next transfer. */
const maxFree = 8

const free: ArrayBuffer[] = []
const lent = new WeakSet<ArrayBufferLike>()

/**
 * Lends a chunk of up to 1 MiB, its content undefined. Whoever writes or copies it may give it back with {@link returnChunk}; one
 * that is never given back is garbage like any other.
 *
 * Fresh memory for every chunk costs more than reading it: page faults, and a garbage collection for every few chunks.
 */
export function lendChunk(sizeBytes: number): Uint8Array {
  if (sizeBytes <= smallBytes) return Buffer.allocUnsafe(sizeBytes)
  const buffer = free.pop() ?? (Buffer.allocUnsafeSlow(pooledChunkBytes).buffer as ArrayBuffer)
  lent.add(buffer)
  return Buffer.from(buffer, 0, sizeBytes)
}

/**
 * Gives back a chunk whose bytes are no longer needed by anybody; does nothing for chunks that were not lent.
 *
 * Only for who has the chunk from a source that lends: a path's bytes, or a file read with `mayLend`. Never for chunks an app
 * has seen.
 */
export function returnChunk(chunk: Uint8Array): void {
  const { buffer } = chunk
  if (lent.delete(buffer) && free.length < maxFree) free.push(buffer as ArrayBuffer)
}

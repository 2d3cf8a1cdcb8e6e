import { type FileHandle, open } from 'node:fs/promises'
import type { ByteRange } from '../contract/file.ts'
import { StorageError } from '../errors/storage-error.ts'
import { lendChunk, pooledChunkBytes } from './chunk-pool.ts'

/** How much of a file is read or written at a time. */
export const fileChunkBytes: number = pooledChunkBytes

/** A file as it was when somebody decided to read it. */
export interface FileState {
  /** Where it is. */
  readonly path: string
  /** Its length. */
  readonly sizeBytes: number
  /** When its content last changed, in milliseconds. */
  readonly modifiedMs: number
}

/**
 * Reads a file in chunks of 1 MiB, the next one while the last is being used, and makes sure it stays the same file:
 * one that is cut, grows or is rewritten meanwhile fails with `corrupt-data`. The chunks are lent: see {@link lendChunk}.
 *
 * @param range - the bytes wanted; an end past the file's is cut. Default: all
 */
export async function* fileChunks(state: FileState, range?: ByteRange): AsyncGenerator<Uint8Array> {
  const handle = await open(state.path, 'r')
  try {
    const end = Math.min(range?.end ?? state.sizeBytes, state.sizeBytes)
    let position = range?.start ?? 0
    // What is read at once is looked at once, behind it.
    const isReadAtOnce = position < end && end - position <= fileChunkBytes
    if (!isReadAtOnce) await checkUnchanged(handle, state)
    let next = position < end ? readChunk(handle, position, end, state) : undefined
    while (next) {
      const chunk = await next
      position += chunk.byteLength
      next = position < end ? readChunk(handle, position, end, state) : undefined
      // When the consumer stops here, nobody else looks at the failure of the read ahead.
      next?.catch(() => {})
      // Before the last bytes are given away: whoever has all of them may act on them at once.
      if (next === undefined) await checkUnchanged(handle, state)
      yield chunk
    }
  } finally {
    // Waits for the read ahead, if one is under way.
    await handle.close()
  }
}

async function readChunk(handle: FileHandle, position: number, end: number, state: FileState): Promise<Uint8Array> {
  const chunk = lendChunk(Math.min(fileChunkBytes, end - position))
  let filled = 0
  while (filled < chunk.byteLength) {
    const { bytesRead } = await handle.read(chunk, filled, chunk.byteLength - filled, position + filled)
    if (bytesRead === 0) throw changed(state, `it ended after ${position + filled} of ${state.sizeBytes} bytes`)
    filled += bytesRead
  }
  return chunk
}

async function checkUnchanged(handle: FileHandle, state: FileState): Promise<void> {
  const { size, mtimeMs } = await handle.stat()
  if (size !== state.sizeBytes) throw changed(state, `it had ${state.sizeBytes} bytes and has ${size}`)
  if (mtimeMs !== state.modifiedMs) throw changed(state, 'it was written to')
  // Files of /proc claim to be empty and are not.
  if (size === 0 && (await handle.read(Buffer.alloc(1), 0, 1, 0)).bytesRead > 0) {
    throw changed(state, 'it has no fixed length; read it as a stream')
  }
}

function changed({ path }: FileState, found: string): StorageError {
  const message = `The file ${path} changed while it was read: ${found}. Try again when nobody writes to it`
  return new StorageError({ code: 'corrupt-data', message, details: { path } })
}

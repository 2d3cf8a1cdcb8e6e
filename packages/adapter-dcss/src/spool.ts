import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeFileSafely } from '@stowage/core/driver'

/** Bytes that were put aside in a temporary file. */
export interface Spooled {
  /** How many there are. */
  readonly sizeBytes: number
  /** Reads them; may be called again. */
  open(): AsyncIterable<Uint8Array>
  /** Removes the file. */
  remove(): Promise<void>
}

const chunkBytes = 1024 * 1024

/** Puts bytes aside in a temporary file of its own directory; nothing stays behind after a failure. */
export async function spool(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<Spooled> {
  const directory = await mkdtemp(join(tmpdir(), 'stowage-dcss-'))
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true })
  const path = join(directory, 'bytes')
  try {
    const sizeBytes = await writeFileSafely(path, chunks, { overwrite: false, fsync: false, signal })
    return { sizeBytes, open: () => createReadStream(path, { highWaterMark: chunkBytes }), remove }
  } catch (error) {
    await remove()
    throw error
  }
}

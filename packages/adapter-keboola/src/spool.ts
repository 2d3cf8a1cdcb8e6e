import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ByteSource, writeFileSafely } from '@stowage/core/driver'

const chunkBytes = 1024 * 1024

/** Bytes that were put aside. */
export interface Spooled {
  /** They can be read again and again. */
  readonly source: ByteSource & { readonly sizeBytes: number }
  /** Takes them away. */
  remove(): Promise<void>
}

/** Puts bytes aside in a temporary file in a directory of its own; nothing stays behind after a failure. */
export async function spool(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<Spooled> {
  const directory = await mkdtemp(join(tmpdir(), 'stowage-keboola-'))
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true })
  const path = join(directory, 'rows.csv')
  try {
    const sizeBytes = await writeFileSafely(path, chunks, { overwrite: false, fsync: false, signal })
    const open = (range?: { readonly start: number; readonly end?: number | undefined }): AsyncIterable<Uint8Array> => {
      const end = range?.end === undefined ? {} : { end: range.end - 1 }
      return createReadStream(path, { highWaterMark: chunkBytes, start: range?.start ?? 0, ...end })
    }
    return { source: { sizeBytes, isReopenable: true, bytes: undefined, open }, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

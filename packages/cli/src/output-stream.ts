import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { OutputClosed } from './command-context.ts'

/** Makes a writer for a stream of the process that waits while the stream is full. */
export function outputTo(stream: Writable): (chunk: string | Uint8Array) => Promise<void> {
  return async (chunk) => {
    if (!stream.writable) throw new OutputClosed()
    if (stream.write(chunk)) return
    await once(stream, 'drain').catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EPIPE' ? new OutputClosed() : error
    })
  }
}

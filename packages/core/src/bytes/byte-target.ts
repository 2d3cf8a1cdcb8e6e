import { once } from 'node:events'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { invalidArgument } from '../errors/storage-error.ts'
import { writeFileSafely } from './file-sink.ts'

/**
 * Where bytes may go: a path, a Node stream, a web stream, or a function that takes chunks and may make the writer wait.
 *
 * A stream is ended when all bytes are in, and destroyed with the failure otherwise.
 */
export type ByteTarget =
  | string
  | URL
  | Writable
  | WritableStream<Uint8Array>
  | ((chunk: Uint8Array) => void | Promise<void>)

/** How bytes are written to a target. */
export interface WriteBytesOptions {
  /** Whether a file that is there is replaced, once the new one is complete. */
  readonly overwrite: boolean
  /** Whether a file is forced to disk before it gets its name. */
  readonly fsync: boolean
  /** Stops the writing. */
  readonly signal: AbortSignal
}

/**
 * Writes chunks to a target, no faster than it takes them.
 *
 * @returns how many bytes were written
 */
export async function writeBytes(
  target: ByteTarget,
  chunks: AsyncIterable<Uint8Array>,
  options: WriteBytesOptions,
): Promise<number> {
  if (typeof target === 'string') return writeFileSafely(target, chunks, options)
  if (target instanceof URL) return writeFileSafely(fileURLToPath(target), chunks, options)
  if (typeof target === 'function') return pump(chunks, async (chunk) => target(chunk))
  if (target instanceof Writable) return writeToNodeStream(target, chunks, options.signal)
  if (target instanceof WritableStream) return writeToWebStream(target, chunks)
  throw invalidArgument('the target must be a path, a URL, a writable stream or a function that takes chunks')
}

async function pump(chunks: AsyncIterable<Uint8Array>, write: (chunk: Uint8Array) => Promise<void>): Promise<number> {
  let written = 0
  for await (const chunk of chunks) {
    await write(chunk)
    written += chunk.byteLength
  }
  return written
}

async function writeToNodeStream(
  target: Writable,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => undefined)
  const onError = (error: Error): void => failed.reject(error)
  const onClose = (): void => failed.reject(new Error('the target stream was closed before all bytes were written'))
  target.on('error', onError).on('close', onClose)
  try {
    const written = await pump(chunks, async (chunk) => {
      if (!target.write(chunk)) await Promise.race([once(target, 'drain', { signal }), failed.promise])
    })
    target.off('close', onClose)
    await Promise.race([new Promise<void>((resolve) => void target.end(resolve)), failed.promise])
    return written
  } catch (error) {
    target.off('close', onClose)
    if (!target.destroyed) target.destroy(error instanceof Error ? error : undefined)
    throw error
  } finally {
    // The destroyed stream may still emit its error; it has been reported already.
    target.off('error', onError).on('error', () => undefined)
  }
}

async function writeToWebStream(
  target: WritableStream<Uint8Array>,
  chunks: AsyncIterable<Uint8Array>,
): Promise<number> {
  const writer = target.getWriter()
  try {
    const written = await pump(chunks, async (chunk) => {
      await writer.ready
      await writer.write(chunk)
    })
    await writer.close()
    return written
  } catch (error) {
    await writer.abort(error).catch(() => undefined)
    throw error
  } finally {
    writer.releaseLock()
  }
}

import { explainAbort } from '../errors/explain.ts'
import { invalidArgument, StorageError } from '../errors/storage-error.ts'
import { isWellFormed } from '../rows/json-value.ts'

/**
 * Gives a stream's chunks as bytes, and holds it to its announced length.
 *
 * Texts are taken as UTF-8; empty chunks are left out. Ending the iteration early ends the stream.
 *
 * @param sizeBytes - fewer bytes fail with `corrupt-data` at the end, more at the first chunk that goes beyond
 * @throws {@link StorageError} `unavailable`, not retryable and with the cause, when the stream fails by itself
 */
export async function* streamChunks(
  stream: AsyncIterable<unknown>,
  sizeBytes: number | undefined,
): AsyncGenerator<Uint8Array> {
  let count = 0
  for await (const item of naming(stream, () => count)) {
    const chunk = toBytes(item)
    if (chunk.byteLength === 0) continue
    count += chunk.byteLength
    if (sizeBytes !== undefined && count > sizeBytes) throw wrongSize(`goes on after ${sizeBytes} bytes`, sizeBytes)
    yield chunk
  }
  if (sizeBytes !== undefined && count < sizeBytes)
    throw wrongSize(`ended after ${count} of ${sizeBytes} bytes`, sizeBytes)
}

/** Passes items on, and turns the stream's own failure into ours; failures of the consumer never get here. */
async function* naming(stream: AsyncIterable<unknown>, count: () => number): AsyncGenerator<unknown> {
  try {
    yield* stream
  } catch (error) {
    if (StorageError.is(error) || explainAbort(error)) throw error
    const reason = error instanceof Error ? error.message : String(error)
    const message = `The source failed after ${count()} bytes: ${reason}`
    throw new StorageError({ code: 'unavailable', retryable: false, message, details: { bytes: count() } }, {}, error)
  }
}

function toBytes(item: unknown): Uint8Array {
  if (item instanceof Uint8Array) return item
  if (ArrayBuffer.isView(item)) return new Uint8Array(item.buffer, item.byteOffset, item.byteLength)
  if (item instanceof ArrayBuffer) return new Uint8Array(item)
  if (typeof item !== 'string') {
    throw invalidArgument(`The source gave a ${item === null ? 'null' : typeof item}: it has to give chunks of bytes`)
  }
  // A lone half becomes U+FFFD, so a character cut between two texts would be lost without a word.
  if (!isWellFormed(item)) throw invalidArgument('The source gave a text cut within a character: let it give bytes')
  return Buffer.from(item)
}

function wrongSize(found: string, announced: number): StorageError {
  return new StorageError({ code: 'corrupt-data', message: `The source ${found}`, details: { announced } })
}

import type { ByteSource } from '../driver/file-driver.ts'
import { invalidArgument, type StorageError } from '../errors/storage-error.ts'

/**
 * Refuses a file that is larger than the backend takes: at once where its size is known, otherwise at the first byte too many.
 *
 * @param source - where the bytes come from
 * @param limitBytes - the most bytes; undefined for no limit
 */
export function limitSize(source: ByteSource, limitBytes: number | undefined): ByteSource {
  if (limitBytes === undefined) return source
  if (source.sizeBytes === undefined) return { ...source, open: (range) => limitChunks(source.open(range), limitBytes) }
  if (source.sizeBytes > limitBytes) throw tooLarge(`is ${source.sizeBytes} bytes long`, limitBytes)
  return source
}

async function* limitChunks(
  chunks: AsyncIterable<Uint8Array>,
  limitBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.byteLength
    if (bytes > limitBytes) throw tooLarge('goes on', limitBytes)
    yield chunk
  }
}

function tooLarge(how: string, limitBytes: number): StorageError {
  return invalidArgument(`the file ${how}: this backend takes at most ${limitBytes} bytes`, { limitBytes })
}

import { createGunzip } from 'node:zlib'
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import { KeboolaError } from '../keboola-error.ts'
import type { CsvFormat } from './csv-format.ts'
import { type CsvRecord, CsvRecords } from './csv-records.ts'

/** Reads UTF-8 CSV into its records, as many at a time as a chunk has. A byte order mark is no data. */
export async function* readCsv(
  chunks: AsyncIterable<Uint8Array>,
  format: CsvFormat,
): AsyncGenerator<readonly CsvRecord[], void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const records = new CsvRecords(format)
  for await (const chunk of chunks) {
    const complete = records.push(decode(decoder, chunk))
    if (complete.length > 0) yield complete
  }
  const last = [...records.push(decode(decoder, undefined)), ...records.end()]
  if (last.length > 0) yield last
}

function decode(decoder: InstanceType<typeof TextDecoder>, chunk: Uint8Array | undefined): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true })
  } catch (error) {
    throw new KeboolaError(400, 'invalidCsv', 'The CSV is invalid: it is not in UTF-8', {}, error)
  }
}

/** Decompresses bytes, also of several members behind each other. */
export async function* gunzip(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const decompressed = createGunzip({ chunkSize: 64 * 1024 })
  // Its failure shows where the bytes are read.
  const fed = pipeline(Readable.from(chunks), decompressed, { signal }).catch((error: unknown) => error)
  try {
    yield* decompressed as AsyncIterable<Uint8Array>
  } catch (error) {
    const cause = (await fed) ?? error
    if (isNoGzip(cause)) throw new KeboolaError(400, 'invalidCsv', 'The file is not a valid gzip file', {}, cause)
    throw cause
  } finally {
    decompressed.destroy()
  }
}

function isNoGzip(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
}

import type { FileContent, LoadRowsRequest, RowBatch, WriteFileRequest } from '@stowage/core/driver'
import { StorageError } from '@stowage/core/driver'

/** The failure of a connection that breaks under a body. */
export function connectionBroke(bytes: number): StorageError {
  return new StorageError({ code: 'unavailable', message: `the connection broke after ${bytes} bytes: try again` })
}

/** How much may pass before the connection breaks; shared by all readers of one source. */
class Allowance {
  readonly #bytes: number
  #left: number

  constructor(bytes: number) {
    this.#bytes = bytes
    this.#left = bytes
  }

  /** Gives how much of a piece of this size passes. */
  take(sizeBytes: number): number {
    const passed = Math.min(sizeBytes, this.#left)
    this.#left -= passed
    return passed
  }

  broke(): StorageError {
    return connectionBroke(this.#bytes)
  }
}

/** Gives a body that fails once more than so many bytes were asked of it. */
export function breakBody(body: AsyncIterable<Uint8Array>, afterBytes: number): AsyncIterable<Uint8Array> {
  return breakChunks(body, new Allowance(afterBytes))
}

/** Gives a file's content whose body breaks. */
export function breakContent({ file, sizeBytes, body }: FileContent, afterBytes: number): FileContent {
  return { file, sizeBytes, body: breakBody(body, afterBytes) }
}

/** Gives a write whose source breaks, however it is read: at once, in parts, or again. */
export function breakSource(request: WriteFileRequest, afterBytes: number): WriteFileRequest {
  const { source } = request
  const allowance = new Allowance(afterBytes)
  const broken = {
    sizeBytes: source.sizeBytes,
    isReopenable: source.isReopenable,
    bytes: undefined,
    open: (range?: Parameters<typeof source.open>[0]) => breakChunks(source.open(range), allowance),
  }
  return { ...request, source: broken }
}

/** Gives a load whose rows break off; a row counts as many bytes as its cells have as JSON. */
export function breakRows(request: LoadRowsRequest, afterBytes: number): LoadRowsRequest {
  return { ...request, batches: breakBatches(request.batches, new Allowance(afterBytes)) }
}

async function* breakChunks(
  chunks: AsyncIterable<Uint8Array>,
  allowance: Allowance,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    const passed = allowance.take(chunk.byteLength)
    if (passed === chunk.byteLength) yield chunk
    else {
      // A copy: the memory is the source's again once it is closed.
      if (passed > 0) yield new Uint8Array(chunk.subarray(0, passed))
      throw allowance.broke()
    }
  }
}

async function* breakBatches(
  batches: AsyncIterable<RowBatch>,
  allowance: Allowance,
): AsyncGenerator<RowBatch, void, undefined> {
  for await (const { columns, rows } of batches) {
    const sizes = rows.map((row) => Buffer.byteLength(JSON.stringify(row)))
    const cut = sizes.findIndex((size) => allowance.take(size) < size)
    yield { columns, rows: cut === -1 ? rows : rows.slice(0, cut) }
    if (cut !== -1) throw allowance.broke()
  }
}

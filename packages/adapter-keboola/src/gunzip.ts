import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { StorageError } from '@stowage/core/driver'
import { releasing } from './releasing.ts'

/** As long as chunks of the transport usually are; zlib's own are shorter and cost more. */
const chunkBytes = 256 * 1024

/** Decompresses bytes that begin as gzip does, also several members in a row; others pass as they are. */
export function gunzipIfZipped(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
): AsyncIterableIterator<Uint8Array, void, undefined> {
  const iterator: AsyncIterator<Uint8Array, unknown, undefined> = chunks[Symbol.asyncIterator]()
  return releasing(decompress(iterator, name), iterator)
}

async function* decompress(
  iterator: AsyncIterator<Uint8Array, unknown, undefined>,
  name: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const beginning: Uint8Array[] = []
  let seen = Buffer.alloc(0)
  try {
    while (seen.byteLength < 2) {
      const next = await iterator.next()
      if (next.done === true) break
      beginning.push(next.value)
      seen = Buffer.concat([seen, next.value.subarray(0, 2)])
    }
    const all = chain(beginning, iterator)
    if (seen[0] === 0x1f && seen[1] === 0x8b) yield* gunzip(all, name)
    else yield* all
  } finally {
    await iterator.return?.()
  }
}

async function* chain(
  beginning: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array, unknown, undefined>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* beginning
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}

async function* gunzip(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array, void, undefined> {
  const unzipped = createGunzip({ chunkSize: chunkBytes })
  // What the source fails with ends the stream, and is what reading it fails with.
  pipeline(chunks, unzipped, () => {})
  try {
    yield* unzipped as AsyncIterable<Uint8Array>
  } catch (error) {
    throw isZlibError(error) ? damaged(name, error) : error
  } finally {
    unzipped.destroy()
  }
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_')
}

function damaged(name: string, cause: unknown): StorageError {
  const message = `${name} is gzip that is damaged or ends too early: export or upload it again`
  return new StorageError({ code: 'corrupt-data', message }, {}, cause)
}

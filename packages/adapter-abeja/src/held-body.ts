import type { RequestBody } from '@stowage/http'

/**
 * Holds the last chunk of a body back until its source has ended: a server takes a file for whole as soon as it has the announced number of
 * bytes, so a source that fails or goes on after them must be found out before.
 */
export function holdLastChunk(body: RequestBody): RequestBody {
  if (body instanceof Uint8Array) return body
  const { sizeBytes, isReopenable } = body
  async function* open(): AsyncGenerator<Uint8Array, void, undefined> {
    let held: Uint8Array | undefined
    for await (const chunk of (body as Exclude<RequestBody, Uint8Array>).open()) {
      if (chunk.byteLength === 0) continue
      if (held !== undefined) yield held
      held = chunk
    }
    if (held !== undefined) yield held
  }
  return { sizeBytes, isReopenable, open }
}

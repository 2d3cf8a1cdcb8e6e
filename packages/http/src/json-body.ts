import { type InexactNumbers, parseJsonExactly } from '@stowage/core/driver'
import type { RequestFailure } from './request-failure.ts'

/**
 * Reads an answer's body as UTF-8.
 *
 * @param failure - names what is wrong with a body beyond the limit or not in UTF-8; without it such a body counts as far as it can be read,
 * also one that breaks off
 * @throws StorageError `corrupt-data` above the limit and for what is no UTF-8
 */
export async function readText(
  body: AsyncIterable<Uint8Array>,
  limitBytes: number,
  failure: RequestFailure | undefined,
): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: failure !== undefined })
  let text = ''
  let left = limitBytes
  try {
    // Leaving the loop early cancels the body.
    for await (const chunk of body) {
      text += decoder.decode(chunk.subarray(0, left), { stream: true })
      left -= chunk.byteLength
      if (left < 0) break
    }
    if (left >= 0) return text + decoder.decode()
  } catch (error) {
    if (failure === undefined) return text
    if (isZlibError(error)) throw failure.damaged('the answer is damaged gzip: ask the service', error)
    if (!isEncodingError(error)) throw error
    throw failure.damaged('the answer is not valid UTF-8: ask the service', error)
  }
  if (failure === undefined) return text
  throw failure.damaged(`the answer is longer than ${limitBytes} bytes: ask for less at a time`)
}

/** Fetch has it as the cause of an error of its own. */
function isZlibError(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const isOne = 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_')
  return isOne || isZlibError(error.cause)
}

function isEncodingError(error: unknown): boolean {
  return error instanceof TypeError && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
}

/**
 * Reads JSON; nothing at all gives undefined.
 *
 * @throws StorageError `unavailable` for anything else, and for numbers that were to be refused
 */
export function readJson(text: string, inexactNumbers: InexactNumbers, failure: RequestFailure): unknown {
  if (text.trim() === '') return undefined
  try {
    return parseJsonExactly(text, inexactNumbers)
  } catch (error) {
    throw failure.unreadable(text, error)
  }
}

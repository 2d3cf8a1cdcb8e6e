import { type InexactNumbers, parseJsonExactly, StorageError } from '@stowage/core/driver'
import type { RequestFailure } from './request-failure.ts'

/**
 * Reads an answer's body as UTF-8.
 *
 * @param isLenient - whether what is beyond the limit, breaks off or is no UTF-8 is left out instead of failing
 * @throws StorageError `corrupt-data` above the limit and for what is no UTF-8
 */
export async function readText(response: Response, limitBytes: number, isLenient = false): Promise<string> {
  if (response.body === null) return ''
  const decoder = new TextDecoder('utf-8', { fatal: !isLenient })
  let text = ''
  let left = limitBytes
  try {
    // Leaving the loop early cancels the body.
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      if (chunk.byteLength > left && !isLenient) throw tooLong(limitBytes)
      text += decoder.decode(chunk.subarray(0, left), { stream: true })
      left -= chunk.byteLength
      if (left <= 0 && isLenient) break
    }
    return text + decoder.decode()
  } catch (error) {
    if (isLenient) return text
    throw error instanceof TypeError && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
      ? new StorageError({ code: 'corrupt-data', message: 'the answer is not valid UTF-8: ask the service' }, {}, error)
      : error
  }
}

/**
 * Reads JSON; nothing at all gives undefined.
 *
 * @throws StorageError `unavailable` for anything that is no JSON, `corrupt-data` for numbers that were to be refused
 */
export function readJson(text: string, inexactNumbers: InexactNumbers, failure: RequestFailure): unknown {
  if (text.trim() === '') return undefined
  try {
    return parseJsonExactly(text, inexactNumbers)
  } catch (error) {
    throw failure.unreadable(text, error)
  }
}

function tooLong(limitBytes: number): StorageError {
  const message = `the answer is longer than ${limitBytes} bytes: ask for less at a time`
  return new StorageError({ code: 'corrupt-data', message, details: { limitBytes } })
}

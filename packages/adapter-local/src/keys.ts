import { invalidArgument } from '@stowage/core/driver'

/** The most bytes of a key in UTF-8: what S3 allows, and what every path below the directory is derived from. */
export const maxKeyBytes = 1024

/** Refuses keys that can't be kept exactly: empty ones, ones over 1,024 bytes and ones with half a surrogate pair. */
export function checkKey(key: string): void {
  if (key === '') throw invalidArgument('A file key must not be empty: give the file a name.')
  checkText(key, 'file key')
  const bytes = Buffer.byteLength(key)
  if (bytes <= maxKeyBytes) return
  throw invalidArgument(`A file key may have ${maxKeyBytes} bytes in UTF-8, this one has ${bytes}: shorten it.`, {
    keyBytes: bytes,
    maxKeyBytes,
  })
}

/** Refuses text with half a surrogate pair: UTF-8 has no bytes for it, so two such keys would become one. */
export function checkText(text: string, what: string): void {
  if (text.isWellFormed()) return
  throw invalidArgument(
    `The ${what} holds half of a surrogate pair (bad UTF-16): remove it or write the whole character.`,
  )
}

/**
 * Gives the least text above every text that begins with `prefix`, in code-point order; undefined when there is none.
 *
 * It ends a range scan over a prefix, and it is where a listing goes on after one.
 */
export function afterPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0)
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last === 0x10ffff) continue
    // U+D800 to U+DFFF are no characters.
    return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1)
  }
  return undefined
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads a header's value, characters being bytes, as the text a client meant: UTF-8, or words encoded after RFC 2047, as S3
 * reads metadata. What is neither is taken byte by byte.
 */
export function decodeHeaderText(value: string): string {
  if (!/^[\x20-\x7e]*$/.test(value)) return decodeUtf8(Buffer.from(value, 'latin1')) ?? value
  if (!value.includes('=?')) return value
  const decoded = value
    .replace(/(\?=)\s+(?==\?)/g, '$1')
    .replace(/=\?utf-8\?([bq])\?([^? ]*)\?=/gi, (word, kind: string, text: string) => decodeWord(kind, text) ?? word)
  // What needs no encoding stays as it was written: it comes back to its writer the same.
  return encodeHeaderText(decoded) === decoded ? value : decoded
}

/** Writes text for a header: as it is where that can be sent, otherwise as one encoded word. */
export function encodeHeaderText(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && text.trim() === text) return text
  return `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`
}

function decodeWord(kind: string, text: string): string | undefined {
  if (kind.toLowerCase() === 'b') return decodeUtf8(Buffer.from(text, 'base64'))
  const bytes = text
    .replaceAll('_', ' ')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
  return decodeUtf8(Buffer.from(bytes, 'latin1'))
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}

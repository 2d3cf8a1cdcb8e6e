import { StorageError } from '@stowage/core/driver'
import type { ParsedText, PiecePlace, SourceText } from './source-text.ts'
import { textError } from './text-error.ts'

/**
 * Parses what was read from a text, and adds the place in the text to what core says against it.
 *
 * Core names a pattern, an operator or a field: where the text has it once, this is the place. Else it is the first entry that fails alone. A
 * guess would be worse than no place.
 */
export function parseAtPlaces<T>(source: SourceText, { value, places }: ParsedText, parse: (value: unknown) => T): T {
  try {
    return parse(value)
  } catch (error) {
    if (!StorageError.is(error, 'invalid-argument')) throw error
    const { pattern, operator, path } = error.details
    const { keys, values } = places
    const place =
      onlyPlace(values, pattern) ??
      onlyPlace(keys, operator) ??
      onlyPlace(keys, path) ??
      onlyPlace(keys, failingKey(value, parse))
    throw place === undefined ? error : textError(source, place.offset, error.message, error.details)
  }
}

function onlyPlace(places: readonly PiecePlace[], name: unknown): PiecePlace | undefined {
  const named = places.filter(({ piece }) => piece === name)
  return named.length === 1 ? named[0] : undefined
}

function failingKey(value: unknown, parse: (value: unknown) => unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const failing = Object.entries(value).find(([key, item]) => {
    try {
      parse({ [key]: item })
      return false
    } catch {
      return true
    }
  })
  return failing?.[0]
}

/** Bytes `start` to `end` of a file; `end` is exclusive. */
export interface Range {
  readonly start: number
  readonly end: number
}

/**
 * Reads the header `Range`.
 *
 * @returns undefined for the whole file (no header, one of another unit, or several ranges), `unsatisfiable` for one beyond its end
 */
export function readRange(header: string | undefined, sizeBytes: number): Range | 'unsatisfiable' | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (first === undefined || last === undefined || first + last === '') return undefined
  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first)
  const end = first === '' || last === '' ? sizeBytes : Math.min(sizeBytes, Number(last) + 1)
  if (end > start) return { start, end }
  return first !== '' && start < sizeBytes ? undefined : 'unsatisfiable'
}

/** Reads a time as `250ms` or `2s` and gives milliseconds; undefined for what is none. */
export function readDuration(text: string): number | undefined {
  const [, digits = '', unit] = /^(\d{1,12})(ms|s)$/.exec(text) ?? []
  return unit === undefined ? undefined : Number(digits) * (unit === 's' ? 1000 : 1)
}

/** Writes milliseconds the way they are read. */
export function formatDuration(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`
}

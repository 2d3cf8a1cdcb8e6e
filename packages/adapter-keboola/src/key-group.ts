/**
 * Gives what a key is listed as: the shared prefix up to the delimiter, or the key itself.
 *
 * @returns undefined for a key that doesn't begin with the prefix
 */
export function listedAs(
  key: string,
  prefix: string,
  delimiter: string | undefined,
): { readonly kind: 'file' | 'prefix'; readonly name: string } | undefined {
  if (!key.startsWith(prefix)) return undefined
  const at = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length)
  if (at < 0 || delimiter === undefined) return { kind: 'file', name: key }
  return { kind: 'prefix', name: key.slice(0, at + delimiter.length) }
}

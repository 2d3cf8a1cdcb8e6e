/**
 * Gives the name data has to be uploaded under to be imported as what it is: the service takes it for compressed when its name ends in
 * `.gz`, and for CSV otherwise (contract section 14, trap 24).
 *
 * @param first - the beginning of the data
 */
export function nameForImport(name: string, first: Uint8Array): string {
  const isGzip = first[0] === 0x1f && first[1] === 0x8b
  const isNamedSo = /\.gz$/i.test(name)
  if (isGzip === isNamedSo) return name
  return isGzip ? `${name}.gz` : name.replace(/(?:\.gz)+$/i, '') || 'data'
}

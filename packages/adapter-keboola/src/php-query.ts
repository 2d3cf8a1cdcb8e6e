/** A value of a query: lists and objects nest. */
export type PhpValue =
  | string
  | number
  | boolean
  | undefined
  | readonly PhpValue[]
  | { readonly [name: string]: PhpValue }

/**
 * Flattens values to what PHP reads them back from: `tags[]=a`, `whereFilters[0][column]=id`. Booleans are 1 and 0; undefined is left out,
 * and so is an empty list, which a query can't say.
 */
export function toPhpPairs(values: Readonly<Record<string, PhpValue>>): (readonly [name: string, value: string])[] {
  return Object.entries(values).flatMap(([name, value]) => pairsOf(name, value))
}

function pairsOf(name: string, value: PhpValue): (readonly [string, string])[] {
  if (value === undefined) return []
  if (isList(value)) {
    // Only plain items do without their place: what nests would fall apart.
    const isPlain = value.every((item) => typeof item !== 'object')
    return value.flatMap((item, index) => pairsOf(`${name}[${isPlain ? '' : index}]`, item))
  }
  if (typeof value === 'object') return Object.entries(value).flatMap(([key, item]) => pairsOf(`${name}[${key}]`, item))
  return [[name, typeof value === 'boolean' ? String(Number(value)) : String(value)]]
}

function isList(value: PhpValue): value is readonly PhpValue[] {
  return Array.isArray(value)
}

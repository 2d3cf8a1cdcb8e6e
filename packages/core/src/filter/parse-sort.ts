import { invalidArgument } from '../errors/storage-error.ts'
import { checkPath, quote } from './field-path.ts'
import { entriesOf } from './parsed-value.ts'
import type { SortKey } from './tree.ts'

const example = '{"country": 1, "balance": -1} or [["country", 1], ["balance", -1]]'

/**
 * Checks a sort and gives its keys, the most significant first.
 *
 * @param sort - see `Sort`; undefined gives no keys
 * @throws {@link StorageError} `invalid-argument`
 */
export function parseSort(sort: unknown): SortKey[] {
  if (sort === undefined) return []
  const pairs = Array.isArray(sort) ? pairsOf(sort) : entriesOf(sort, 'sort', example)
  if (!Array.isArray(sort)) refuseMovedKeys(pairs)
  const keys = pairs.map(([path, direction]) => parseKey(path, direction))
  refuseRepeats(keys)
  return keys
}

function pairsOf(sort: readonly unknown[]): [unknown, unknown][] {
  return Array.from(sort, (pair: unknown) => {
    if (Array.isArray(pair) && pair.length === 2) return [pair[0], pair[1]] as [unknown, unknown]
    throw invalidArgument(`sort: a list holds pairs of path and direction, as in ${example}`)
  })
}

function parseKey(path: unknown, direction: unknown): SortKey {
  if (typeof path !== 'string') throw invalidArgument(`sort: a path must be text, as in ${example}`)
  checkPath(path, 'sort')
  if (direction === 1 || direction === -1) return { path, direction }
  throw invalidArgument(`sort: ${quote(path)} must be 1 (ascending) or -1 (descending)`, { path })
}

/** JavaScript moves such keys to the front of an object: the order that was written is lost before it gets here. */
function refuseMovedKeys(pairs: readonly [unknown, unknown][]): void {
  const moved = pairs.find(([path]) => /^(0|[1-9]\d*)$/.test(String(path)))
  if (moved === undefined || pairs.length === 1) return
  throw invalidArgument(
    `sort: JavaScript moves the key ${quote(String(moved[0]))} to the front of an object; ` +
      'write the list form, as in [["b", 1], ["1", -1]]',
    { path: moved[0] },
  )
}

function refuseRepeats(keys: readonly SortKey[]): void {
  const seen = new Set<string>()
  for (const { path } of keys) {
    if (seen.has(path)) throw invalidArgument(`sort: ${quote(path)} is named twice: name it once`, { path })
    seen.add(path)
  }
}
